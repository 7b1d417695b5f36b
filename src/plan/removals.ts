import type { Domain } from '../model/domain.ts';
import type { Job } from '../model/job.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Change } from '../model/plan.ts';
import { takeOut } from './leave.ts';
import type { Lookup } from './lookup.ts';
import type { PlanOptions } from './options.ts';
import { rootDeferral } from './root.ts';
import { isLoaded } from './situation.ts';

/** A job of ours that the file no longer declares. `applied` null: only its marker tells that it is ours. */
type Undeclared = Pick<LedgerEntry, 'label' | 'domain' | 'path' | 'disabled'> & {
  readonly instance: string;
  readonly applied: LedgerEntry['applied'] | null;
};

/**
 * Our entries that nothing declares, and plists that carry our stack's marker without one (a lost ledger). An instance
 * that `when` excludes here keeps its job. `taken`: entries that a move takes out.
 */
export function findUndeclared(
  jobs: readonly Job[],
  lookup: Lookup,
  options: PlanOptions,
  taken: ReadonlySet<LedgerEntry>,
): readonly Undeclared[] {
  const labels = new Set(jobs.map((job) => job.label));
  const excluded = new Set(jobs.filter((job) => job.excluded).map((job) => job.instance));
  const entries = lookup.observed.ledger.entries.filter(
    (entry) =>
      entry.stack === options.stack &&
      !labels.has(entry.label) &&
      !excluded.has(entry.instance) &&
      !taken.has(entry),
  );
  return [...entries, ...findMarked(jobs, lookup, options, labels)];
}

/**
 * A marker vouches for one label an instance: a copy that somebody made of a plist of ours, with another Label, carries
 * it too and must not be deleted. So it counts only while nothing else of this instance is there.
 */
function findMarked(
  jobs: readonly Job[],
  lookup: Lookup,
  options: PlanOptions,
  labels: ReadonlySet<string>,
): readonly Undeclared[] {
  const { plists, ledger } = lookup.observed;
  const marked = plists.filter((plist) => plist.marker?.stack === options.stack && !plist.symlink);
  const copies = new Map<string, number>();
  for (const plist of marked) {
    const instance = plist.marker?.instance ?? '';
    copies.set(instance, (copies.get(instance) ?? 0) + 1);
  }
  const known = new Set([
    ...jobs.map((job) => job.instance),
    ...ledger.entries.filter((entry) => entry.stack === options.stack).map((entry) => entry.instance),
  ]);
  return marked.flatMap((plist): Undeclared[] => {
    const { label, path, marker } = plist;
    if (label === null || marker === null || labels.has(label) || lookup.entriesOf(label).length > 0)
      return [];
    if (known.has(marker.instance) || (copies.get(marker.instance) ?? 0) > 1) return [];
    const domain = domainSeen(label, lookup);
    return domain === null ? [] : [{ label, domain, path, instance: marker.instance, applied: null }];
  });
}

/** Where it is loaded; else the first domain that was asked for it. */
function domainSeen(label: string, lookup: Lookup): Domain | null {
  const seen = [...lookup.seenOf(label)].sort((a, b) => (a.domain < b.domain ? -1 : 1));
  return (seen.find((job) => isLoaded(job.service)) ?? seen[0])?.domain ?? null;
}

/** Deletes, or with `keep` only tells that it is no longer declared. */
export function removalOf(gone: Undeclared, lookup: Lookup, options: PlanOptions, keep: boolean): Change {
  const leaving = takeOut(gone, lookup, null);
  const nothing = keep || leaving.blocked !== null;
  return {
    instance: gone.instance,
    label: gone.label,
    domain: gone.domain,
    op: keep ? 'noop' : 'delete',
    reasons: keep ? ['removed'] : ['removed', ...leaving.reasons],
    restarts: false,
    starts: false,
    blocked: keep ? null : leaving.blocked,
    plist: gone.path,
    fields: [],
    actions: nothing ? [] : leaving.actions,
    deferred: nothing ? null : rootDeferral([gone], lookup, options),
    after: [],
    stopTimeout: nothing || leaving.pid === null ? null : leaving.stopTimeout,
  };
}
