import { dict, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { type Draft, type Entry, entryOf } from './draft.ts';
import { absolutePath } from './paths.ts';
import { POLICIES } from './policy.ts';

/** The restart fields that count for this job, once it is known whether it starts at load. */
type Restart = NonNullable<Draft['fields']['restart']>;

/**
 * `restart` without what only `defaults` say: they speak of jobs started at load, since a policy would start any job at
 * load (interface §1).
 */
export function ownRestart(draft: Draft): Restart {
  const { restart = {} } = draft.fields;
  const own = (field: 'policy' | 'throttle' | 'run_while'): boolean =>
    !isFromDefaults(draft, `restart.${field}`);
  return {
    ...(restart.policy !== undefined && own('policy') ? { policy: restart.policy } : {}),
    ...(restart.throttle !== undefined && own('throttle') ? { throttle: restart.throttle } : {}),
    ...(restart.run_while !== undefined && own('run_while') ? { run_while: restart.run_while } : {}),
  };
}

/** A map may have members of several layers; one of the instance or of a template makes it theirs. */
function isFromDefaults(draft: Draft, field: string): boolean {
  const { origins } = draft.instance;
  const members = Object.keys(origins).filter((path) => path.startsWith(`${field}.`));
  const given = members.length > 0 ? members : [field];
  return given.every((path) => origins[path] === 'defaults');
}

/** `restart` → KeepAlive and ThrottleInterval. `atLoad`: the job starts when it is loaded. */
export function compileRestart(draft: Draft, restart: Restart, atLoad: boolean): readonly Entry[] {
  const throttle = entryOf('ThrottleInterval', 'restart.throttle', restart.throttle);
  const { policy, run_while: runWhile } = restart;
  if (runWhile !== undefined) {
    return [
      { key: 'KeepAlive', value: compileRunWhile(draft, runWhile), field: 'restart.run_while' },
      ...throttle,
    ];
  }
  if (policy === undefined) {
    const byDefault = atLoad ? 'on-failure' : 'never';
    return [{ key: 'KeepAlive', value: POLICIES[byDefault].keepAlive, field: null }, ...throttle];
  }
  if (!atLoad && policy !== 'never') warnOfStart(draft, policy);
  return [{ key: 'KeepAlive', value: POLICIES[policy].keepAlive, field: 'restart.policy' }, ...throttle];
}

function warnOfStart(draft: Draft, policy: keyof typeof POLICIES): void {
  draft.problems.warn(
    'restart/starts-at-load',
    'restart.policy',
    `With \`${policy}\` launchd also starts this job when it is loaded, at login and after each change, not by its triggers alone.`,
    'Write `restart: never` to keep it to its triggers, or `at_load: true` under `start` if that start is meant.',
  );
}

function compileRunWhile(
  draft: Draft,
  { paths = {}, loaded = {} }: NonNullable<Restart['run_while']>,
): PlistDict {
  const files: [string, PlistValue][] = [];
  for (const [text, wanted] of Object.entries(paths)) {
    const path = absolutePath(text, `restart.run_while.paths.${text}`, draft.host.home, draft.problems);
    if (path !== null) files.push([path, wanted]);
  }
  const labels = Object.entries(loaded);
  return dict([
    ['PathState', files.length === 0 ? undefined : dict(files)],
    ['OtherJobEnabled', labels.length === 0 ? undefined : dict(labels)],
  ]);
}

/** A KeepAlive that holds conditions only: the job starts when one of them comes true, not at load. */
export function isConditional(keepAlive: PlistValue | undefined): boolean {
  if (!isDict(keepAlive)) return false;
  const members = Object.keys(keepAlive.entries);
  return members.length > 0 && members.every((member) => !STARTS_AT_LOAD.has(member));
}

/** The members of KeepAlive that imply a start at load, whatever their value (facts §2.3). */
const STARTS_AT_LOAD: ReadonlySet<string> = new Set(['SuccessfulExit', 'Crashed', 'NetworkState']);
