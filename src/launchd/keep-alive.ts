import { isDict, type PlistDict, type PlistValue } from '../model/plist.ts';

/** How a process ended by itself. Signals by Darwin's numbers. */
export type ExitKind = { readonly code: number } | { readonly signal: number };

/** What the KeepAlive conditions ask about the world. */
export interface Conditions {
  pathExists(path: string): boolean;
  /** Loaded in the same domain, running or not. */
  jobLoaded(label: string): boolean;
  jobRunning(label: string): boolean;
  /** The job was started at least once on demand (kickstart, message, socket): what AfterInitialDemand waits for. */
  readonly demanded: boolean;
}

/** A world in which no path exists and no other job is there. */
export const BARE_CONDITIONS: Conditions = {
  pathExists: () => false,
  jobLoaded: () => false,
  jobRunning: () => false,
  demanded: false,
};

/**
 * Why launchd starts a job of its own accord, in the words of `immediate reason` (facts §4.1): `speculative` RunAtLoad,
 * `inefficient` KeepAlive true, `xpc event` a PathState event, `semaphore` the other members of a KeepAlive dictionary
 * (also for the start at load that they imply, when RunAtLoad is absent).
 */
export type StartReason = 'speculative' | 'inefficient' | 'xpc event' | 'semaphore';

const CRASH_SIGNALS: ReadonlySet<number> = new Set([4, 5, 6, 8, 10, 11, 12]);

/** ILL, TRAP, ABRT, FPE, BUS, SEGV, SYS; never TERM, KILL, HUP, INT, QUIT, PIPE (facts §2.4). Darwin's numbers. */
export function isCrashSignal(number: number): boolean {
  return CRASH_SIGNALS.has(number);
}

/** Exit 0, and nothing else: every signal is a failure (facts §2.4). */
export function isGoodExit(exit: ExitKind): boolean {
  return 'code' in exit && exit.code === 0;
}

/** Ended by a crash signal. A shell's exit 139 is an ordinary failure (facts §2.4). */
export function isCrash(exit: ExitKind): boolean {
  return 'signal' in exit && isCrashSignal(exit.signal);
}

/**
 * KeepAlive as launchd takes it: a value of the wrong type counts as absent (facts §1); without KeepAlive, the deprecated
 * `OnDemand: false` means true.
 */
export function effectiveKeepAlive(plist: PlistDict): boolean | PlistDict {
  const { KeepAlive: keepAlive, OnDemand: onDemand } = plist.entries;
  if (typeof keepAlive === 'boolean' || isDict(keepAlive)) return keepAlive;
  return onDemand === false;
}

/** Whether launchd starts the job again after it ended by itself; still subject to the throttle (facts §2.5). */
export function restartsAfter(
  keepAlive: PlistValue | undefined,
  exit: ExitKind,
  conditions: Conditions,
): boolean {
  return restartReason(keepAlive, exit, conditions) !== null;
}

/** Which rule of facts §2.2 starts the job again after this exit: rule 3 forbids, 5, 7 and 8 allow, in this order. */
export function restartReason(
  keepAlive: PlistValue | undefined,
  exit: ExitKind,
  conditions: Conditions,
): StartReason | null {
  if (keepAlive === true) return 'inefficient';
  if (!isDict(keepAlive)) return null;
  if (waitsForDemand(keepAlive, conditions)) return null;
  if (isPlainAfterDemand(keepAlive)) return 'inefficient';
  if (pathsHold(keepAlive, conditions)) return 'xpc event';
  return semaphoreHolds(keepAlive, isGoodExit(exit), isCrash(exit), conditions) ? 'semaphore' : null;
}

/**
 * Whether launchd starts the job when its definition is loaded, without any trigger (facts §2.3): RunAtLoad; KeepAlive true;
 * SuccessfulExit or Crashed with either value; PathState, OtherJobEnabled and OtherJobActive only while they hold.
 * AfterInitialDemand takes all of this back until the first demand. An empty dictionary is no condition.
 */
export function startsAtLoad(plist: PlistDict, conditions: Conditions): boolean {
  return loadReason(plist, conditions) !== null;
}

/** The rule that starts the job at load, or null. */
export function loadReason(plist: PlistDict, conditions: Conditions): StartReason | null {
  const keepAlive = effectiveKeepAlive(plist);
  if (isDict(keepAlive) && waitsForDemand(keepAlive, conditions)) return null;
  if (plist.entries['RunAtLoad'] === true) return 'speculative';
  if (keepAlive === true) return 'inefficient';
  if (keepAlive === false) return null;
  if (isPlainAfterDemand(keepAlive)) return 'inefficient';
  const { SuccessfulExit: successfulExit, Crashed: crashed } = keepAlive.entries;
  if (typeof successfulExit === 'boolean' || typeof crashed === 'boolean') return 'semaphore';
  if (pathsHold(keepAlive, conditions)) return 'xpc event';
  return otherJobsHold(keepAlive, conditions) ? 'semaphore' : null;
}

/** Whether the KeepAlive conditions hold that depend on the world alone, not on an exit: what a change of the world may start. */
export function runsWhile(keepAlive: PlistValue | undefined, conditions: Conditions): StartReason | null {
  if (keepAlive === true) return 'inefficient';
  if (!isDict(keepAlive) || waitsForDemand(keepAlive, conditions)) return null;
  if (isPlainAfterDemand(keepAlive)) return 'inefficient';
  if (pathsHold(keepAlive, conditions)) return 'xpc event';
  return otherJobsHold(keepAlive, conditions) ? 'semaphore' : null;
}

/** AfterInitialDemand before the first demand: it holds back every reason but a demand (facts §2.2 rule 3). */
export function waitsForDemand(keepAlive: PlistDict, conditions: Conditions): boolean {
  return keepAlive.entries['AfterInitialDemand'] === true && !conditions.demanded;
}

/** AfterInitialDemand as the only member means KeepAlive true from the first demand on (facts §2.3). */
function isPlainAfterDemand(keepAlive: PlistDict): boolean {
  return keepAlive.entries['AfterInitialDemand'] === true && Object.keys(keepAlive.entries).length === 1;
}

/** The members are alternatives: one match is enough, and no AND can be said (facts §2.2). */
function semaphoreHolds(
  keepAlive: PlistDict,
  good: boolean,
  crashed: boolean,
  conditions: Conditions,
): boolean {
  return (
    keepAlive.entries['SuccessfulExit'] === good ||
    keepAlive.entries['Crashed'] === crashed ||
    otherJobsHold(keepAlive, conditions)
  );
}

function pathsHold(keepAlive: PlistDict, conditions: Conditions): boolean {
  return someHolds(keepAlive.entries['PathState'], (path) => conditions.pathExists(path));
}

function otherJobsHold(keepAlive: PlistDict, conditions: Conditions): boolean {
  return (
    someHolds(keepAlive.entries['OtherJobEnabled'], (label) => conditions.jobLoaded(label)) ||
    someHolds(keepAlive.entries['OtherJobActive'], (label) => conditions.jobRunning(label))
  );
}

function someHolds(wanted: PlistValue | undefined, isSo: (name: string) => boolean): boolean {
  if (!isDict(wanted)) return false;
  return Object.entries(wanted.entries).some(
    ([name, value]) => typeof value === 'boolean' && isSo(name) === value,
  );
}
