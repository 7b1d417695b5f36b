import type { Domain } from '../model/domain.ts';
import { groupBy } from '../model/group.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Observed, ObservedJob, ObservedPlist, ObservedService } from '../model/observed.ts';

/** What was observed, found by what is asked for: a thousand jobs must not be searched a thousand times. */
export interface Lookup {
  readonly observed: Observed;
  /** How a person calls launchctl in a shell. */
  readonly launchctl: string;
  plistAt(path: string): ObservedPlist | null;
  plistsWithLabel(label: string): readonly ObservedPlist[];
  /** A label that was not asked for is unknown, never absent. */
  serviceOf(label: string, domain: Domain): ObservedService;
  /** Null: no override, or not known. */
  overrideOf(label: string, domain: Domain): boolean | null;
  /** The override that disables it is ours: by this entry, or by a run that was ended before it recorded that. */
  isDisabledByUs(
    job: { readonly label: string; readonly domain: Domain },
    entry: Pick<LedgerEntry, 'disabled'> | null,
  ): boolean;
  /** This label in every domain. */
  seenOf(label: string): readonly ObservedJob[];
  entriesOf(label: string): readonly LedgerEntry[];
}

export function createLookup(observed: Observed): Lookup {
  const byPath = new Map(observed.plists.map((plist) => [plist.path, plist]));
  const byLabel = groupBy(observed.plists, (plist) => plist.label);
  const seen = groupBy(observed.jobs, (job) => job.label);
  const entries = groupBy(observed.ledger.entries, (entry) => entry.label);
  const find = (label: string, domain: Domain): ObservedJob | undefined =>
    seen.get(label)?.find((job) => job.domain === domain);
  const unrecorded = new Set(observed.disabledUnrecorded);
  return {
    observed,
    launchctl: observed.launchctlCommand ?? 'launchctl',
    plistAt: (path) => byPath.get(path) ?? null,
    plistsWithLabel: (label) => byLabel.get(label) ?? [],
    serviceOf: (label, domain) =>
      find(label, domain)?.service ?? { state: 'unknown', why: 'launchd was not asked for it.' },
    overrideOf: (label, domain) => find(label, domain)?.disabled ?? null,
    isDisabledByUs: ({ label, domain }, entry) =>
      find(label, domain)?.disabled === true &&
      (entry?.disabled === true || unrecorded.has(`${domain}/${label}`)),
    seenOf: (label) => seen.get(label) ?? [],
    entriesOf: (label) => entries.get(label) ?? [],
  };
}
