import type { CarriedOut } from '../apply/carry-out.ts';
import type { Places } from '../model/domain.ts';
import type { Change } from '../model/plan.ts';
import type { Outcome } from '../model/report.ts';
import { type Part, type Side, splitChange } from './parts.ts';

/** Does one part of a change, as root or as the user. Never throws. */
export type Hand = (part: Change) => Promise<CarriedOut>;

export interface Sides {
  readonly places: Pick<Places, 'daemons' | 'globalAgents'>;
  /** Home of the user whose jobs are meant. */
  readonly home: string;
}

/**
 * Carries out a change that root and a user share: each part by its own hand, in order. When one fails it puts itself
 * back, then those before it are put back, the last one first; so the job is as it was, whoever did what.
 */
export async function carryOutBySides(
  change: Change,
  { places, home }: Sides,
  hands: Readonly<Record<Side, Hand>>,
): Promise<CarriedOut> {
  const done: CarriedOut[] = [];
  for (const { side, change: part } of partsOf(change, places, home)) {
    const end = await hands[side](part);
    done.push(end);
    if (isFailure(end.result.outcome)) return ofChange(await putBack(done), change);
  }
  return ofChange(together(done), change);
}

/** A change without actions is the user's to tell of: it waits for its domain. */
function partsOf(change: Change, places: Sides['places'], home: string): readonly Part[] {
  const parts = splitChange(change, places, home);
  return parts.length > 0 ? parts : [{ side: 'user', change }];
}

async function putBack(done: readonly CarriedOut[]): Promise<CarriedOut> {
  const all = together(done);
  const cause = all.result.error;
  if (cause === null || done.length === 1) return all;
  let outcome: Outcome = all.result.outcome;
  let error = cause;
  for (const { undo } of done.slice(0, -1).reverse()) {
    const [undone, why] = (await undo?.(cause)) ?? ['failed', cause];
    if (outcome === 'rollback-failed') continue;
    if (undone === 'rollback-failed') error = why;
    outcome = undone === 'failed' ? outcome : undone;
  }
  return { ...all, result: { ...all.result, outcome, error }, verified: [] };
}

/** Its parts may have been about the job on its way out. */
function ofChange(end: CarriedOut, { instance, label, domain }: Change): CarriedOut {
  return { ...end, result: { ...end.result, instance, label, domain } };
}

/** What came of all parts: the last word counts, but waiting for a session in any of them is waiting. */
function together(done: readonly CarriedOut[]): CarriedOut {
  const last = done.at(-1);
  if (last === undefined) throw new Error('a change of no parts');
  const waits = done.find(({ result }) => result.outcome === 'deferred');
  const result = isFailure(last.result.outcome) ? last.result : (waits ?? last).result;
  const gone = done.flatMap((each) => each.result.gone ?? []);
  return {
    result: gone.length === 0 ? result : { ...result, gone },
    changed: done.some(({ changed }) => changed),
    diagnostics: done.flatMap(({ diagnostics }) => diagnostics),
    verified: done.flatMap(({ verified }) => verified),
  };
}

function isFailure(outcome: Outcome): boolean {
  return outcome === 'failed' || outcome === 'rolled-back' || outcome === 'rollback-failed';
}
