import { type Conditions, loadReason, restartReason, runsWhile } from '../launchd/keep-alive.ts';
import { isDict, type PlistDict } from '../model/plist.ts';
import type { Definition } from './definition.ts';
import type { Job, Reason } from './job.ts';

/**
 * Why a job without a process should be started now, or null: a kickstart always, nothing else once a LaunchOnlyOnce job has
 * run, a trigger that has fired, then what KeepAlive says (facts §2.2).
 */
export function whyStart(job: Job, conditions: Conditions): Reason | null {
  if (job.removing) return null;
  if (job.pending === 'launch job demand') return job.pending;
  if (job.definition.launchOnlyOnce && job.runs > 0) return null;
  if (job.pending !== null) return job.pending;
  return job.lastExit === null
    ? runsWhile(job.definition.keepAlive, conditions)
    : restartReason(job.definition.keepAlive, job.lastExit, conditions);
}

/** The first start. launchd calls every start at load of an ordinary job `speculative`, KeepAlive's own too (facts §4.1). */
export function whyStartAtLoad(definition: Definition, conditions: Conditions): Reason | null {
  const reason = loadReason(definition.plist, conditions);
  return reason === null || reason === 'xpc event' ? reason : 'speculative';
}

/** Paths whose coming or going may start the job. */
export function watchedPaths(definition: Definition): readonly string[] {
  const states = isDict(definition.keepAlive) ? definition.keepAlive.entries['PathState'] : undefined;
  return isDict(states) ? Object.keys(states.entries) : [];
}

/** Whether what happens to the job with this label may start that job. */
export function dependsOn({ keepAlive }: Definition, label: string): boolean {
  return (
    isDict(keepAlive) &&
    (names(keepAlive, 'OtherJobEnabled', label) || names(keepAlive, 'OtherJobActive', label))
  );
}

function names(keepAlive: PlistDict, key: string, label: string): boolean {
  const wanted = keepAlive.entries[key];
  return isDict(wanted) && wanted.entries[label] !== undefined;
}
