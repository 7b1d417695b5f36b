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
    originOf(draft, `restart.${field}`) !== 'defaults';
  return {
    ...(restart.policy !== undefined && own('policy') ? { policy: restart.policy } : {}),
    ...(restart.throttle !== undefined && own('throttle') ? { throttle: restart.throttle } : {}),
    ...(restart.run_while !== undefined && own('run_while') ? { run_while: restart.run_while } : {}),
  };
}

/** The layer that gave a field; for a map, any of its members tells. */
function originOf(draft: Draft, field: string): string | undefined {
  const { origins } = draft.instance;
  if (Object.hasOwn(origins, field)) return origins[field];
  const members = Object.keys(origins).filter((path) => path.startsWith(`${field}.`));
  return members.some((path) => origins[path] !== 'defaults') ? 'instance' : origins[members[0] ?? ''];
}

/** `restart` → KeepAlive and ThrottleInterval. `atLoad`: the job starts when it is loaded. */
export function compileRestart(draft: Draft, restart: Restart, atLoad: boolean): readonly Entry[] {
  const throttle = entryOf('ThrottleInterval', 'restart.throttle', restart.throttle);
  const { policy, run_while: runWhile } = restart;
  if (runWhile !== undefined) {
    if (policy !== undefined) refuseBoth(draft);
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

function refuseBoth(draft: Draft): void {
  draft.problems.error(
    'restart/policy-and-run-while',
    'restart.run_while',
    'launchd restarts a job when the policy or a condition of `run_while` asks for it, so together they mean more than each says.',
    'Keep the policy or `run_while`, not both.',
  );
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
): PlistDict | undefined {
  const files: [string, PlistValue][] = [];
  for (const [text, wanted] of Object.entries(paths)) {
    const path = absolutePath(text, `restart.run_while.paths.${text}`, draft.host.home, draft.problems);
    if (path !== null) files.push([path, wanted]);
  }
  const labels = Object.entries(loaded);
  if (Object.keys(paths).length + labels.length > 0)
    return dict([
      ['PathState', files.length === 0 ? undefined : dict(files)],
      ['OtherJobEnabled', labels.length === 0 ? undefined : dict(labels)],
    ]);
  draft.problems.error(
    'restart/run-while-empty',
    'restart.run_while',
    'This `run_while` names no condition, so that launchd would never start the job.',
    'Name a path under `paths` or a label under `loaded`.',
  );
  return undefined;
}

/** A KeepAlive that holds conditions only: the job starts when one of them comes true, not at load. */
export function isConditional(keepAlive: PlistValue | undefined): boolean {
  if (!isDict(keepAlive)) return false;
  const members = Object.keys(keepAlive.entries);
  return members.length > 0 && members.every((member) => !STARTS_AT_LOAD.has(member));
}

/** The members of KeepAlive that imply a start at load, whatever their value (facts §2.3). */
const STARTS_AT_LOAD: ReadonlySet<string> = new Set(['SuccessfulExit', 'Crashed', 'NetworkState']);
