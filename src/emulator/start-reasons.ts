import {
  type Conditions,
  loadReason,
  restartReason,
  runsWhile,
  waitsForDemand,
} from '../launchd/keep-alive.ts';
import { isDict, type PlistDict } from '../model/plist.ts';
import type { Definition } from './definition.ts';
import { isDemand, type Job, type Reason } from './job.ts';
import type { Handover } from './ports.ts';

/**
 * Why a job without a process should be started now, or null: a kickstart always, nothing else for a disabled label or once a
 * LaunchOnlyOnce job has run; then, in the order of facts §2.2, a demand, a trigger that has fired, what KeepAlive says, and
 * what a trigger holds.
 */
export function whyStart(job: Job, conditions: Conditions): Reason | null {
  if (job.removing) return null;
  if (job.pending === 'launch job demand') return job.pending;
  const { keepAlive, launchOnlyOnce } = job.definition;
  if (job.disabled) return null;
  if (launchOnlyOnce && job.runs > 0) return null;
  const held = heldBy(job);
  if (held !== null && isDemand(held)) return held;
  if (isDict(keepAlive) && waitsForDemand(keepAlive, conditions)) return null;
  if (job.pending !== null) return job.pending;
  const own =
    job.lastExit === null
      ? runsWhile(keepAlive, conditions)
      : restartReason(keepAlive, job.lastExit, conditions);
  return own === null || own === 'semaphore' ? (held ?? own) : own;
}

/** A demand before any other reason. */
function heldBy(job: Job): Reason | null {
  const reasons = job.triggers.flatMap((trigger) => trigger.demands?.() ?? []);
  return reasons.find(isDemand) ?? reasons[0] ?? null;
}

/** What the triggers have for the process that is being started. */
export function handedOver(job: Job): Handover {
  const all = job.triggers.flatMap((trigger) => trigger.handOver?.() ?? []);
  return {
    listening: all.flatMap(({ listening }) => listening),
    stdio: all.find(({ stdio }) => stdio !== null)?.stdio ?? null,
  };
}

/** The first start. launchd calls every start at load of an ordinary job `speculative`, KeepAlive's own too (facts §4.1). */
export function whyStartAtLoad(definition: Definition, conditions: Conditions): Reason | null {
  const reason = loadReason(definition.plist, conditions);
  return reason === null || reason === 'xpc event' ? reason : 'speculative';
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
