import { escapeDollars } from '../../config/interpolate.ts';
import { formatUmask, parseUmask } from '../../launchd/umask.ts';
import { dict, isArray, isDict, type PlistValue } from '../../model/plist.ts';
import { LIMITS } from '../settings.ts';
import { type Form, form, type Group, type Subject } from './form.ts';
import { rawForms } from './raw.ts';
import { sayDuration } from './say.ts';

/** The keys that say how the process runs → `user`, `group`, `umask`, `stop_timeout`, `process_type`, `limits` and the like. */
export function settingGroups(subject: Subject): readonly Group[] {
  const { entries, placement } = subject;
  const system = placement === 'system';
  const one = (key: string, field: string, value: PlistValue | undefined): Group => ({
    keys: [key],
    forms: [
      ...(value === undefined ? [] : [form([[field, value]], { [key]: field })]),
      ...rawForms([key], subject),
    ],
  });
  return [
    one('UserName', 'user', system ? text(entries['UserName']) : undefined),
    one('GroupName', 'group', system ? text(entries['GroupName']) : undefined),
    one('Umask', 'umask', umask(entries['Umask'])),
    one('ExitTimeOut', 'stop_timeout', sayDuration(entries['ExitTimeOut'])),
    one('ProcessType', 'process_type', lower(entries['ProcessType'])),
    one('Nice', 'nice', typeof entries['Nice'] === 'number' ? entries['Nice'] : undefined),
    one('LowPriorityIO', 'low_priority_io', entries['LowPriorityIO'] === true ? true : undefined),
    sessionGroup(subject),
    limitGroup(subject),
  ];
}

function text(value: PlistValue | undefined): string | undefined {
  return typeof value === 'string' ? escapeDollars(value) : undefined;
}

function lower(value: PlistValue | undefined): string | undefined {
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}

/** Octal digits, three of them as in `umask 022`. */
function umask(value: PlistValue | undefined): string | undefined {
  const mask = typeof value === 'string' ? parseUmask(value) : value;
  return typeof mask === 'number' && mask >= 0 ? formatUmask(mask) : undefined;
}

const SESSION_KEY = 'LimitLoadToSessionType';

function sessionGroup(subject: Subject): Group {
  const value = subject.entries[SESSION_KEY];
  const names = typeof value === 'string' ? [value] : value;
  const forms: Form[] = [];
  // The domain says it already.
  if (subject.placement === 'user') forms.push(form([], { [SESSION_KEY]: 'domain' }));
  if (isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string'))
    forms.push(
      form([['session_types', names.map((name) => name.toLowerCase())]], { [SESSION_KEY]: 'session_types' }),
    );
  return { keys: [SESSION_KEY], forms: [...forms, ...rawForms([SESSION_KEY], subject)] };
}

const LIMIT_KEYS = ['SoftResourceLimits', 'HardResourceLimits'];

function limitGroup(subject: Subject): Group {
  const [soft, hard] = LIMIT_KEYS.map((key) => subject.entries[key] ?? dict([]));
  const forms: Form[] = [];
  if (isDict(soft) && isDict(hard)) {
    const fields = Object.entries(LIMITS).flatMap(([field, key]) => {
      const [low, high] = [soft.entries[key], hard.entries[key]];
      if (low === undefined && high === undefined) return [];
      const both = typeof low === 'number' && low === high;
      return [
        [
          field,
          both
            ? low
            : dict([
                ['soft', low],
                ['hard', high],
              ]),
        ] as const,
      ];
    });
    if (fields.length > 0)
      forms.push(
        form([['limits', dict(fields)]], { SoftResourceLimits: 'limits', HardResourceLimits: 'limits' }),
      );
  }
  return { keys: LIMIT_KEYS, forms: [...forms, ...rawForms(LIMIT_KEYS, subject)] };
}
