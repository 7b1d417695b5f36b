import { effectiveKeepAlive } from '../launchd/keep-alive.ts';
import type { RestartPolicy } from '../model/job.ts';
import { dict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { equalPlist } from '../plist/equal.ts';

/** One row of the table of restart policies (interface §1). */
export interface PolicyMeaning {
  /** Undefined: the key is absent. */
  readonly keepAlive: PlistValue | undefined;
  /** Whether launchd starts the job again after each kind of end (facts §2.5). */
  readonly after: {
    /** Exit 0. */
    readonly success: boolean;
    /** Another exit code, or a signal that is no crash: SIGTERM, SIGKILL, … */
    readonly failure: boolean;
    /** A crash signal: SIGSEGV, SIGABRT, … */
    readonly crash: boolean;
  };
  /** The row in words, as every output shows it. */
  readonly words: string;
}

/** The restart policies: the only place that knows what each comes to. */
export const POLICIES: Readonly<Record<RestartPolicy, PolicyMeaning>> = {
  always: {
    keepAlive: true,
    after: { success: true, failure: true, crash: true },
    words: 'restarts however it ends',
  },
  'on-failure': {
    keepAlive: dict([['SuccessfulExit', false]]),
    after: { success: false, failure: true, crash: true },
    words: 'restarts after a failure, a kill or a crash; stays down after exit 0',
  },
  'on-success': {
    keepAlive: dict([['SuccessfulExit', true]]),
    after: { success: true, failure: false, crash: false },
    words: 'restarts after exit 0 only; stays down after a failure, a kill or a crash',
  },
  'on-crash': {
    keepAlive: dict([['Crashed', true]]),
    after: { success: false, failure: false, crash: true },
    words: 'restarts after a crash only; stays down after exit 0, a failure or a kill',
  },
  never: {
    keepAlive: undefined,
    after: { success: false, failure: false, crash: false },
    words: 'stays down however it ends',
  },
};

/** All of them, in the order of the table. */
export const POLICY_NAMES: readonly RestartPolicy[] = [
  'always',
  'on-failure',
  'on-success',
  'on-crash',
  'never',
];

/** The policy that a plist comes to; null when its KeepAlive is none of them. */
export function policyOf(plist: PlistDict): RestartPolicy | null {
  const keepAlive = effectiveKeepAlive(plist) || undefined;
  return POLICY_NAMES.find((name) => equalPlist(POLICIES[name].keepAlive, keepAlive)) ?? null;
}

/** The same plist with another policy; whatever else starts the job stays. */
export function withPolicy(plist: PlistDict, policy: RestartPolicy): PlistDict {
  const { KeepAlive: _keepAlive, OnDemand: _onDemand, ...entries } = plist.entries;
  return dict([...Object.entries(entries), ['KeepAlive', POLICIES[policy].keepAlive]]);
}
