import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Observed } from '../model/observed.ts';
import type { Change, Plan } from '../model/plan.ts';
import { createLookup, type Lookup } from './lookup.ts';
import type { PlanOptions } from './options.ts';
import { planJob } from './plan-job.ts';
import { findUndeclared, removalOf } from './removals.ts';
import { findFormerStacks } from './renamed.ts';
import { findSamePrograms } from './same-program.ts';
import { checkPatterns, matchesAny } from './targets.ts';

/**
 * What must be done so that what is observed becomes what is declared: interface §6 and §7. Pure and deterministic: the
 * order of the jobs does not matter, and the same input gives the same plan.
 *
 * `destroy` is a plan of no jobs with `allowEmpty`. Throws ReconcileError `stack/name-taken` (exit 1) when the stack was
 * applied from another file, and `target/unknown` (exit 64) when a target or a name to replace matches nothing.
 */
export function planChanges(jobs: readonly Job[], observed: Observed, options: PlanOptions): Plan {
  checkSource(observed, options);
  const lookup = createLookup(observed);
  const moves = findMoves(jobs, lookup, options);
  const planned = jobs.map((job) => {
    const former = moves.get(job) ?? null;
    return { ...planJob(job, lookup, options, former), former };
  });
  // A job that is renamed goes by its old name, too: that is the one that runs.
  const former = new Map(planned.map((each) => [each.change, each.former]));
  const undeclared = findUndeclared(jobs, lookup, options, new Set(moves.values()));
  const keep = !options.prune || (!options.declaresInstances && !options.allowEmpty);
  const removals = undeclared.map((gone) => removalOf(gone, lookup, options, keep));
  const all = [...planned.map(({ change }) => change), ...removals];
  checkPatterns('--target', options.targets, all, [...moves.values()]);
  checkPatterns('--replace', options.replace, jobs);

  const isTarget = (change: Change): boolean =>
    options.targets.length === 0 ||
    [change, former.get(change)].some(
      (each) => each != null && matchesAny(options.targets, each.instance, each.label),
    );
  const changes = all.filter(isTarget).sort(compareChanges);
  const diagnostics = planned
    .filter(({ change }) => isTarget(change))
    .sort((a, b) => compareChanges(a.change, b.change))
    .flatMap(({ diagnostics: each }) => each);
  const leaving = new Set(removals.filter(({ op }) => op === 'delete').map(({ label }) => label));
  for (const { label } of moves.values()) leaving.add(label);
  const targets = new Set(changes.map(({ label }) => label));
  const twins = findSamePrograms(jobs, observed, leaving, targets);
  return {
    stack: options.stack,
    launchd: observed.launchd,
    changes: withOrder(changes),
    diagnostics: [...findFormerStacks(observed, options), ...diagnostics, ...twins],
  };
}

/** By label, then domain. */
function compareChanges(a: Change, b: Change): number {
  if (a.label !== b.label) return a.label < b.label ? -1 : 1;
  if (a.domain !== b.domain) return a.domain < b.domain ? -1 : 1;
  return 0;
}

/** The name is taken when all that it owns came from another file; a take-over that was cut short may go on. */
function checkSource(observed: Observed, options: PlanOptions): void {
  const own = observed.ledger.entries.filter((entry) => entry.stack === options.stack);
  const [other] = own;
  if (options.takeOverStack || other === undefined) return;
  if (own.some((entry) => entry.source === options.source)) return;
  throw new ReconcileError(
    'stack/name-taken',
    `The stack “${options.stack}” was applied from ${other.source}, not from ${options.source}.`,
    {
      hint: 'Give one of the two another `name:`, or, if this file took the other’s place, add --take-over-stack.',
      exitCode: EXIT.failed,
    },
  );
}

/** The entries that `moved` turns into jobs. One whose label is still declared, or whose job is there already, is none. */
function findMoves(
  jobs: readonly Job[],
  lookup: Lookup,
  options: PlanOptions,
): ReadonlyMap<Job, LedgerEntry> {
  const labels = new Set(jobs.map((job) => job.label));
  const moves = new Map<Job, LedgerEntry>();
  const ownEntry = (label: string): LedgerEntry | undefined =>
    lookup.entriesOf(label).find((entry) => entry.stack === options.stack);
  for (const { from, to } of options.moved) {
    const job = jobs.find((each) => each.instance === to && !each.excluded);
    const entry = ownEntry(from);
    if (job === undefined || entry === undefined || labels.has(from) || moves.has(job)) continue;
    if (ownEntry(job.label) === undefined) moves.set(job, entry);
  }
  return moves;
}

/** `depends_on`, and a job that took another's instance name after the old one is out; only what is in this plan. */
function withOrder(changes: readonly Change[]): readonly Change[] {
  const labels = new Set(changes.map((change) => change.label));
  const leaving = new Map(
    changes.filter((change) => change.op === 'delete').map((change) => [change.instance, change.label]),
  );
  return changes.map((change) => {
    if (change.op === 'delete') return change;
    const old = change.instance === null ? undefined : leaving.get(change.instance);
    const before = [...change.after, ...(old === undefined ? [] : [old])];
    const after = [...new Set(before)].filter((label) => label !== change.label && labels.has(label)).sort();
    return { ...change, after };
  });
}
