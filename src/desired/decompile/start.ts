import { isTriggered, TRIGGER_KEYS } from '../../launchd/triggers.ts';
import { dict, isArray, isDict, type PlistDict, type PlistValue } from '../../model/plist.ts';
import { equalPlist } from '../../plist/equal.ts';
import type { CalendarTime } from '../cron.ts';
import { POLICIES, POLICY_NAMES } from '../policy.ts';
import { isConditional } from '../restart.ts';
import { cronWords } from './cron-words.ts';
import type { Form, Group, Subject } from './form.ts';
import { rawForm, rawForms } from './raw.ts';
import { sayDuration, sayPath } from './say.ts';

/** Everything that starts a job: one key decides what another one means. */
const KEYS = ['RunAtLoad', 'KeepAlive', 'OnDemand', 'ThrottleInterval', ...TRIGGER_KEYS];

/** The members of `start` that say a trigger, in the order they are written in. */
const TRIGGERS = [
  ['StartInterval', 'every'],
  ['StartCalendarInterval', 'schedule'],
  ['WatchPaths', 'watch'],
  ['QueueDirectories', 'queue'],
  ['StartOnMount', 'on_mount'],
] as const;

/** What is left verbatim, from one try to the next. */
const TRIES: readonly (readonly string[])[] = [
  [],
  ['StartCalendarInterval'],
  ['WatchPaths', 'QueueDirectories'],
  ['ThrottleInterval'],
  ['KeepAlive'],
  ['KeepAlive', 'ThrottleInterval'],
  ['KeepAlive', 'ThrottleInterval', ...TRIGGERS.map(([key]) => key)],
];

/** What starts a job, and starts it again → `start` and `restart`. */
export function startGroup(subject: Subject): Group {
  return {
    keys: KEYS,
    forms: [...TRIES.map((verbatim) => startForm(subject, verbatim)), ...rawForms(KEYS, subject)],
  };
}

function startForm(subject: Subject, verbatim: readonly string[]): Form {
  const { entries, home, objected } = subject;
  const says: Record<string, string> = {};
  const triggers: [string, PlistValue][] = [];
  for (const [key, field] of TRIGGERS) {
    const value = entries[key];
    if (value === undefined || verbatim.includes(key) || objected.has(key)) continue;
    const said = sayTrigger(field, value, home);
    if (said === undefined) continue;
    triggers.push([field, said]);
    says[key] = 'start';
  }
  const restart = sayRestart(subject, verbatim);
  const said = new Set([...Object.keys(says), ...Object.keys(restart.says), 'RunAtLoad']);
  const raw = rawForm(
    KEYS.filter((key) => !said.has(key)),
    subject,
  );
  const atLoad = entries['RunAtLoad'] === true;
  const isDefault = startsByDefault(subject, restart.runWhile, raw);
  const start = [...(atLoad === isDefault ? [] : [['at_load', atLoad] as const]), ...triggers];
  const policy =
    restart.policy ??
    (atLoad && restart.runWhile === null && entries['KeepAlive'] === undefined ? 'never' : null);
  return {
    fields: [
      ...(start.length === 0 ? [] : [['start', dict(start)] as const]),
      ...sayPolicy(policy, restart.throttle, restart.runWhile),
      ...raw.fields,
    ],
    says: { RunAtLoad: 'start', ...says, ...restart.says, ...raw.says },
  };
}

/** Whether the job would start at load if nothing were said about it (src/desired/start.ts). */
function startsByDefault({ entries }: Subject, runWhile: PlistDict | null, raw: Form): boolean {
  if (runWhile !== null || isTriggered(dict(Object.entries(entries)))) return false;
  const isRaw = raw.says['KeepAlive'] !== undefined;
  return !(isRaw && isConditional(entries['KeepAlive']));
}

interface SaidRestart {
  readonly policy: string | null;
  readonly throttle: string | undefined;
  readonly runWhile: PlistDict | null;
  readonly says: Readonly<Record<string, string>>;
}

function sayRestart({ entries, home, objected }: Subject, verbatim: readonly string[]): SaidRestart {
  const isSayable = (key: string): boolean => !verbatim.includes(key) && !objected.has(key);
  const keepAlive =
    isSayable('KeepAlive') && entries['OnDemand'] === undefined ? entries['KeepAlive'] : undefined;
  const policy =
    keepAlive === undefined
      ? null
      : (POLICY_NAMES.find((name) => equalPlist(POLICIES[name].keepAlive, keepAlive)) ?? null);
  const runWhile = keepAlive === undefined || policy !== null ? null : sayConditions(keepAlive, home);
  const throttle = isSayable('ThrottleInterval') ? sayDuration(entries['ThrottleInterval']) : undefined;
  return {
    policy,
    throttle,
    runWhile,
    says: {
      ...(policy === null && runWhile === null ? {} : { KeepAlive: 'restart' }),
      ...(throttle === undefined ? {} : { ThrottleInterval: 'restart' }),
    },
  };
}

function sayPolicy(
  policy: string | null,
  throttle: string | undefined,
  runWhile: PlistDict | null,
): readonly (readonly [string, PlistValue])[] {
  if (policy !== null && throttle === undefined) return [['restart', policy]];
  if (policy === null && throttle === undefined && runWhile === null) return [];
  return [
    [
      'restart',
      dict([
        ['policy', policy ?? undefined],
        ['run_while', runWhile ?? undefined],
        ['throttle', throttle],
      ]),
    ],
  ];
}

/** A KeepAlive of paths and other jobs alone → `run_while`. */
function sayConditions(keepAlive: PlistValue, home: string): PlistDict | null {
  if (!isDict(keepAlive)) return null;
  const { PathState, OtherJobEnabled, ...others } = keepAlive.entries;
  if (Object.keys(others).length > 0 || (PathState === undefined && OtherJobEnabled === undefined))
    return null;
  const paths = isDict(PathState)
    ? dict(Object.entries(PathState.entries).map(([path, wanted]) => [sayPath(path, home), wanted]))
    : undefined;
  return dict([
    ['paths', paths],
    ['loaded', OtherJobEnabled],
  ]);
}

function sayTrigger(
  field: (typeof TRIGGERS)[number][1],
  value: PlistValue,
  home: string,
): PlistValue | undefined {
  switch (field) {
    case 'every':
      return sayDuration(value);
    case 'schedule':
      return saySchedule(value);
    case 'on_mount':
      return value === true ? true : undefined;
    case 'watch':
    case 'queue': {
      const isSayable = isArray(value) && value.length > 0 && value.every((path) => typeof path === 'string');
      return isSayable ? value.map((path) => sayPath(path, home)) : undefined;
    }
  }
}

const PARTS = [
  ['Minute', 'minute'],
  ['Hour', 'hour'],
  ['Day', 'day'],
  ['Weekday', 'weekday'],
  ['Month', 'month'],
] as const;

/** Cron words where they are exact, else the entries; an entry without a minute means every minute. */
function saySchedule(value: PlistValue): PlistValue | undefined {
  const times: CalendarTime[] = [];
  for (const entry of isArray(value) ? value : [value]) {
    const time = isDict(entry) ? timeOf(entry) : null;
    if (time === null) return undefined;
    times.push(time);
  }
  if (times.length === 0) return undefined;
  return (
    cronWords(times) ??
    times.map((time) =>
      dict([
        ['minute', time.minute ?? '*'],
        ...PARTS.slice(1).map(([, part]) => [part, time[part]] as const),
      ]),
    )
  );
}

function timeOf({ entries }: PlistDict): CalendarTime | null {
  const time: { -readonly [part in keyof CalendarTime]: number } = {};
  for (const [key, value] of Object.entries(entries)) {
    const part = PARTS.find(([name]) => name === key)?.[1];
    if (part === undefined || typeof value !== 'number') return null;
    time[part] = part === 'weekday' ? value % 7 : value;
  }
  return time;
}
