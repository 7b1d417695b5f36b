/**
 * Where the sources leave open what a Mac does, the answer is a choice here, and the default is the one that the evidence
 * favours. docs/embedded-launchd.md lists them with their evidence.
 */
export interface Fidelity {
  /** `kickstart` without -k waits for the throttle (facts §2.6). */
  readonly kickstartThrottled: boolean;
  /** `kickstart -k` waits for the throttle (facts §2.6: several tools say it comes back at once). */
  readonly kickstartKillThrottled: boolean;
  /** Exit code of `kickstart` on a running job: 0, or 37 as some versions answer (facts §3.3). */
  readonly kickstartRunning: 0 | 37;
  /** What the rest of the process group gets when the main process has ended (facts §2.4). */
  readonly groupSignal: 'SIGTERM' | 'SIGKILL';
  /** A disabled label cannot be loaded (119 or 5), or is loaded and never started (facts §3.6). */
  readonly disabledBootstrap: 'refused' | 'accepted';
  /** Code of `bootstrap` for a loaded label, as root (facts §3.3). Others get 5, as for every refusal. */
  readonly alreadyLoaded: 37 | 17;
  /** Code of `bootout` for a label that is being taken out already (facts §3.3). */
  readonly bootoutAgain: 0 | 36 | 37;
  /** Refusals of `bootstrap` reach a caller who is not root as 5 with a hint (facts §3.4). */
  readonly hideCodes: boolean;
  /** Exit code of a verb with wrong arguments (facts §3.3: 64 or 1; measured on a Mac: 64). */
  readonly usageError: 64 | 1;
  /** Exit code for a word that is no verb (measured on a Mac: 1). */
  readonly unknownSubcommand: 1 | 64;
  /** A StartCalendarInterval firing while the job runs is made up for when it has ended, or missed (facts §2.8). */
  readonly calendarWhileRunning: 'kept' | 'missed';
  /** A LaunchOnlyOnce job that has run stays listed, or is removed as launchd-842 does (facts §2.8). */
  readonly onlyOnce: 'listed' | 'removed';
  /** Seconds until a start is tried again after fork failed (facts §2.6). */
  readonly forkRetry: number;
}

export const DEFAULT_FIDELITY: Fidelity = {
  kickstartThrottled: true,
  kickstartKillThrottled: false,
  kickstartRunning: 0,
  groupSignal: 'SIGTERM',
  disabledBootstrap: 'refused',
  alreadyLoaded: 37,
  bootoutAgain: 36,
  hideCodes: true,
  usageError: 64,
  unknownSubcommand: 1,
  calendarWhileRunning: 'kept',
  onlyOnce: 'listed',
  forkRetry: 1,
};
