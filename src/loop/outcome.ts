import type { Job } from '../model/job.ts';
import type { LoopEvent } from '../model/loop.ts';
import type { Observed } from '../model/observed.ts';
import type { Change, Plan } from '../model/plan.ts';
import type { Report, Result } from '../model/report.ts';
import { type LifecycleSubject, planGiveUp, planRestart } from '../plan/lifecycle.ts';
import { pidOf } from '../plan/situation.ts';
import { mustWait, noteFailure } from './back-off.ts';
import { noteCorrection, recentCorrections, withoutCorrection } from './contest.ts';
import type { Restarting } from './health.ts';
import { entryOf, type Judgement } from './judge.ts';
import { type GivingUp, mayBeGivenUp } from './runs.ts';
import { type LoopState, memoryOf, targetOf, withMemory } from './state.ts';
import { declarationOf } from './told.ts';
import { writerOf } from './writer.ts';

const AN_HOUR = 3_600_000;

type Emit = (event: LoopEvent) => void;

interface Seen {
  readonly observed: Observed;
  readonly plan: Plan;
}

/** What is applied in one round, and why. */
export interface Chosen {
  readonly changes: readonly Change[];
  /** By target: what had come to differ outside of the declaration. */
  readonly keys: ReadonlyMap<string, readonly string[]>;
  /** Targets at which a run of ours was ended half way. */
  readonly unfinished: ReadonlySet<string>;
  /** By target. */
  readonly giveUps: ReadonlyMap<string, GivingUp>;
  /** By target: why it is restarted. */
  readonly restarts: ReadonlyMap<string, Restarting>;
}

/** The changes to make, as the lock holder sees them; what is given up is not mended beside. */
export function chooseChanges(
  judged: readonly Judgement[],
  seen: Seen,
  giveUps: readonly GivingUp[],
  now: number,
  ill: readonly Restarting[] = [],
): Chosen {
  const leaving = new Map(
    giveUps.flatMap((each) => {
      const change = planToGiveUp(each, seen, now);
      return change === null ? [] : [[targetOf(each.job), { each, change }] as const];
    }),
  );
  const mends = judged.flatMap((each) =>
    each.do === 'mend' && !leaving.has(targetOf(each.change)) ? [each] : [],
  );
  // What is mended is started anyway.
  const busy = new Set([...mends.map(({ change }) => targetOf(change)), ...leaving.keys()]);
  const restarting = ill.flatMap((each) => {
    const change = busy.has(targetOf(each.job)) ? null : planHealthRestart(each.job, seen);
    return change === null ? [] : [{ each, change }];
  });
  return {
    changes: [...mends, ...leaving.values(), ...restarting].map(({ change }) => change),
    keys: new Map(mends.map(({ change, keys }) => [targetOf(change), keys])),
    unfinished: new Set(mends.flatMap((each) => (each.isUnfinished ? [targetOf(each.change)] : []))),
    giveUps: new Map([...leaving].map(([target, { each }]) => [target, each])),
    restarts: new Map(restarting.map(({ each }) => [targetOf(each.job), each])),
  };
}

/** Those that can be given up now: what failed is tried again after its pause, as any other change. */
export function dueGiveUps(
  giveUps: readonly GivingUp[],
  seen: Seen,
  state: LoopState,
  now: number,
): readonly GivingUp[] {
  return giveUps.filter((each) => {
    const change = planToGiveUp(each, seen, now);
    return change !== null && !mustWait(memoryOf(state, change).failures, change, now);
  });
}

/** Null: it is not ours, not loaded, or stopped by now. */
function planToGiveUp({ job, giveUp, count }: GivingUp, seen: Seen, now: number): Change | null {
  const subject = subjectOf(job, seen);
  if (subject === null || !mayBeGivenUp(subject.entry)) return null;
  const change = planGiveUp(subject, { at: new Date(now).toISOString(), ...giveUp, ...count });
  return change.blocked === null ? change : null;
}

/** One `kickstart -k`. Null: it has no process any more, or is not ours to restart by now. */
function planHealthRestart(job: Job, seen: Seen): Change | null {
  const subject = subjectOf(job, seen);
  if (subject === null || subject.entry?.held || subject.disabled || pidOf(subject.service) === null)
    return null;
  const change = planRestart(subject);
  return change.blocked === null ? change : null;
}

/** Null: not ours, or not loaded. */
function subjectOf(job: Job, seen: Seen): LifecycleSubject | null {
  const { observed, plan } = seen;
  const entry = entryOf(job, plan.stack, observed);
  const there = observed.jobs.find((each) => targetOf(each) === targetOf(job));
  const isLoaded = there?.service.state === 'loaded' || there?.service.state === 'proven';
  if (entry === null || there === undefined || !isLoaded) return null;
  return {
    instance: job.instance,
    label: job.label,
    domain: job.domain,
    path: job.path,
    found: observed.plists.find(({ path }) => path === job.path) ?? null,
    service: there.service,
    disabled: there.disabled === true,
    declaredOff: job.enabled === false,
    entry,
  };
}

/**
 * Corrections and restarts count from before they are begun: a loop that is killed in the middle of one has made it, and
 * what the next one finishes is no other.
 */
export function noteBegun(state: LoopState, { changes, keys, restarts }: Chosen, now: number): LoopState {
  let next = state;
  for (const change of changes) {
    const target = targetOf(change);
    const memory = memoryOf(next, change);
    const outside = keys.get(target) ?? [];
    if (outside.length > 0)
      next = withMemory(next, change, { corrections: noteCorrection(memory.corrections, outside, now) });
    if (restarts.has(target)) {
      const recent = memory.restarts.filter((at) => Math.abs(now - at) < AN_HOUR);
      next = withMemory(next, change, { restarts: [...recent, now] });
    }
  }
  return next;
}

/** Nothing of it was done after all, but for restarts that may have been tried. */
export function withoutBegun(state: LoopState, { changes }: Chosen, begunAt: number): LoopState {
  return changes.reduce((next, change) => {
    const corrections = withoutCorrection(memoryOf(next, change).corrections, begunAt);
    return withMemory(next, change, { corrections });
  }, state);
}

/** What came of it: failures put off, corrections that failed taken back, deeds told. */
export async function noteOutcome(
  state: LoopState,
  chosen: Chosen,
  { changes, report }: { readonly changes: readonly Change[]; readonly report: Report },
  means: {
    readonly now: number;
    /** When `noteBegun` was. */
    readonly begunAt: number;
    readonly intervalMs: number;
    readonly emit: Emit;
    readonly endOfLog: (plist: string) => Promise<{ path: string; lines: readonly string[] } | null>;
  },
): Promise<LoopState> {
  let next = state;
  for (const [index, result] of report.results.entries()) {
    const change = changes[index];
    if (change === undefined) continue;
    const target = targetOf(change);
    const keys = chosen.keys.get(target) ?? [];
    const { instance, label, domain, op, reasons } = change;
    const name = { instance, label, domain };
    const givingUp = chosen.giveUps.get(target);
    // By this loop now, or by one that was ended while it did so.
    const gaveUp = givingUp === undefined ? change.gaveUp : { ...givingUp.giveUp, ...givingUp.count };
    const ill = chosen.restarts.get(target);
    if (ill !== undefined) {
      means.emit({ event: 'restarted', ...name, reason: ill.reason, outcome: result.outcome });
      continue;
    }
    if (!isDone(result)) {
      const corrections = withoutCorrection(memoryOf(next, change).corrections, means.begunAt);
      next = withMemory(next, change, { corrections });
      if (!isFailed(result) || result.error === null) continue;
      const failures = noteFailure(memoryOf(next, change).failures, change, means.now, means.intervalMs);
      const { outcome, error } = result;
      next = withMemory(next, change, { failures });
      // The same failure again is not told again: only that it failed, and what came of it in the end.
      if (failures.count === 1)
        means.emit({ event: 'failed', ...name, op, reasons, outcome, error, retryAt: failures.retryAt });
    } else if (gaveUp !== undefined) {
      const { after, within, exits, seconds } = gaveUp;
      const log = await means.endOfLog(change.plist);
      means.emit({ event: 'gave-up', ...name, after, within, exits, seconds, log });
      next = withMemory(next, change, { track: null });
    } else {
      const isHealed = keys.length > 0 || reasons.includes('leftover');
      const isFinished = chosen.unfinished.has(target);
      const cause = isHealed ? 'outside' : isFinished ? 'unfinished' : 'declaration';
      const files = change.changedFiles === undefined ? {} : { files: change.changedFiles };
      means.emit({ event: 'applied', ...name, op, reasons, keys, cause, outcome: result.outcome, ...files });
      next = withMemory(next, change, { failures: null });
    }
  }
  return next;
}

/** Loading may wait for a login session; what can be done now was done. */
function isDone({ outcome }: Result): boolean {
  return outcome === 'applied' || outcome === 'deferred';
}

function isFailed({ outcome }: Result): boolean {
  return outcome === 'failed' || outcome === 'rolled-back' || outcome === 'rollback-failed';
}

/** Who came back once too often is told, and left alone from now on. */
export function noteContests(
  state: LoopState,
  judged: readonly Judgement[],
  { observed, plan }: Seen,
  jobs: readonly Job[],
  means: {
    readonly now: number;
    readonly uid: number;
    readonly nameOf: (uid: number) => string | null;
    readonly emit: Emit;
  },
): LoopState {
  let next = state;
  for (const each of judged) {
    if (each.do !== 'contest') continue;
    const { change, keys } = each;
    const { instance, label, domain, plist } = change;
    const job = jobs.find((one) => targetOf(one) === targetOf(change));
    const found = observed.plists.find(({ path }) => path === plist) ?? null;
    const writer = writerOf(label, found, { stack: plan.stack, uid: means.uid, nameOf: means.nameOf });
    const { corrections } = memoryOf(next, change);
    const count = recentCorrections(corrections, keys, means.now).length;
    means.emit({
      event: 'another-manager',
      instance,
      label,
      domain,
      keys,
      corrections: count,
      writer,
      plist,
    });
    const contested = { since: means.now, keys, declared: declarationOf(job), writer };
    next = withMemory(next, change, { contested, corrections: [] });
  }
  return next;
}

/** Without what is neither declared nor ours any more. */
export function withoutGone(state: LoopState, plan: Plan): LoopState {
  const known = new Set(plan.changes.map(targetOf));
  const kept = Object.entries(state.jobs).filter(([target]) => known.has(target));
  return kept.length === Object.keys(state.jobs).length
    ? state
    : { ...state, jobs: Object.fromEntries(kept) };
}
