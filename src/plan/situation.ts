import { normalise } from '../launchd/normalise.ts';
import { compareView, type FieldVerdict } from '../launchd/view.ts';
import type { Job } from '../model/job.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { ObservedPlist, ObservedService } from '../model/observed.ts';
import { dict, type PlistDict } from '../model/plist.ts';
import { changedPaths } from './changed-paths.ts';
import { isAsApplied } from './hash.ts';
import type { Lookup } from './lookup.ts';

/** The plist at the job's path: `closed` may not even be read; `unreadable` was read and is no plist. */
export type FileState = 'none' | 'equal' | 'differs' | 'unreadable' | 'closed' | 'symlink';

/** The loaded job against the declaration. `other`: another view, or loaded from another path. */
export type LoadedState = 'no' | 'equal' | 'other' | 'submitted' | 'no-domain' | 'unknown';

/**
 * Whose a label is. `ours`: the ledger gives it to this stack. `marked`: not there, but the plist carries our stack's
 * marker (a lost ledger, or a run that was killed before it recorded). `other-stack`: the ledger gives it to another one.
 */
export type Owner = 'ours' | 'marked' | 'foreign' | 'other-stack';

/** One declared job held against what was observed. */
export interface Situation {
  readonly job: Job;
  /** The declared plist, with outside changes of `ignore_changes` keys left as they are. */
  readonly wanted: PlistDict;
  /** `wanted`, normalised. */
  readonly normal: PlistDict;
  readonly file: FileState;
  readonly found: ObservedPlist | null;
  /** Paths where the plist that is there differs from what is wanted; each key when none can be read. */
  readonly changed: readonly (readonly string[])[];
  readonly service: ObservedService;
  readonly loaded: LoadedState;
  /** Fields of the loaded job against what is wanted; empty unless it was printed. */
  readonly verdicts: readonly FieldVerdict[];
  /** An override says disabled (true) or enabled (false); null: none, or not known. */
  readonly override: boolean | null;
  /** That override is our own work, and ours to undo. */
  readonly disabledByUs: boolean;
  readonly owner: Owner;
  /** Our entry for this label in this domain, at this path. */
  readonly entry: LedgerEntry | null;
  /** Our entries for where the job was before: another label, domain or folder. All of them are taken out first. */
  readonly formers: readonly LedgerEntry[];
  /** The other stack's entry, when the owner is `other-stack`. */
  readonly rival: LedgerEntry | null;
}

/** @param movedFrom our entry under the label that `moved` says the job had */
export function assess(job: Job, lookup: Lookup, stack: string, movedFrom: LedgerEntry | null): Situation {
  const { label, domain, path } = job;
  const found = lookup.plistAt(path);
  const service = lookup.serviceOf(label, domain);
  const own = lookup.entriesOf(label).filter((each) => each.stack === stack);
  const entry = own.find((each) => each.domain === domain && each.path === path) ?? null;
  const elsewhere = own.filter((each) => each !== entry);
  const rival = lookup.entriesOf(label).find((each) => each.stack !== stack) ?? null;
  // A link of another program's is that program's affair.
  const isLink = found?.symlink === true && !job.managedByOther;
  const onDisk = found === null || isLink ? null : found.plist;
  const ignored = [...keysLeftAlone(job, entry), ...keysOfOther(job, onDisk)];
  const wanted = keepOutsideChanges(job, onDisk, ignored);
  const normal = normalise(wanted);
  // A move within the domain takes the job out first: nothing of it is left to be compared or reloaded.
  const leaves = entry === null && elsewhere.some((each) => each.domain === domain);
  const changed = changedPaths(onDisk === null ? dict([]) : normalise(onDisk), normal);
  const file = isLink ? 'symlink' : fileState(found, changed);
  const verdicts =
    service.state === 'loaded' && !leaves
      ? compareView(wanted, service.service, { path, domain }).filter(
          (field) => !ignored.includes(field.path[0] ?? ''),
        )
      : [];
  const loaded = loadedState(service, file, verdicts, () => isOldView(job, onDisk, service, changed));
  return {
    job,
    wanted,
    normal,
    file,
    found,
    changed,
    service,
    loaded: leaves && isLoaded(service) ? 'no' : loaded,
    verdicts,
    override: lookup.overrideOf(label, domain),
    disabledByUs: lookup.isDisabledByUs(job, entry),
    owner: ownerOf(job, entry, elsewhere, rival, found, service, stack),
    entry,
    formers: movedFrom === null ? elsewhere : [movedFrom, ...elsewhere],
    rival,
  };
}

/** launchd has it, whatever its view. */
export function isLoaded(service: ObservedService): boolean {
  return service.state === 'loaded' || service.state === 'proven';
}

/** Its process now, as far as it is known. */
export function pidOf(service: ObservedService): number | null {
  if (service.state === 'proven') return service.pid;
  return service.state === 'loaded' ? service.service.pid : null;
}

/** Keys of `ignore_changes`, but for those whose declaration itself changed since it was last applied. */
function keysLeftAlone(job: Job, entry: LedgerEntry | null): readonly string[] {
  if (entry === null || job.ignoreChanges.length === 0) return job.ignoreChanges;
  const declared = normalise(job.plist).entries;
  return job.ignoreChanges.filter((key) => isAsApplied(entry.applied, [key], declared[key]));
}

/** Compared whatever the declaration says: leaving them out is a policy, too. */
const RESTART_KEYS: ReadonlySet<string> = new Set(['KeepAlive', 'OnDemand', 'RunAtLoad', 'ThrottleInterval']);

/** Keys of a plist that another program writes and that the declaration says nothing of: they are that program's affair. */
function keysOfOther(job: Job, onDisk: PlistDict | null): readonly string[] {
  if (!job.managedByOther || onDisk === null) return [];
  return Object.keys(onDisk.entries).filter(
    (key) => !Object.hasOwn(job.plist.entries, key) && !RESTART_KEYS.has(key),
  );
}

function keepOutsideChanges(job: Job, onDisk: PlistDict | null, ignored: readonly string[]): PlistDict {
  if (onDisk === null || ignored.length === 0) return job.plist;
  const members = new Map(Object.entries(job.plist.entries));
  for (const key of ignored) {
    const value = Object.hasOwn(onDisk.entries, key) ? onDisk.entries[key] : undefined;
    if (value === undefined) members.delete(key);
    else members.set(key, value);
  }
  return dict(members);
}

function fileState(found: ObservedPlist | null, changed: readonly unknown[]): FileState {
  if (found === null) return 'none';
  if (found.plist === null) return found.hash === null ? 'closed' : 'unreadable';
  return changed.length === 0 ? 'equal' : 'differs';
}

function loadedState(
  service: ObservedService,
  file: FileState,
  verdicts: readonly FieldVerdict[],
  mayBeOld: () => boolean,
): LoadedState {
  switch (service.state) {
    case 'not-loaded':
      return 'no';
    case 'no-domain':
    case 'unknown':
      return service.state;
    case 'proven':
      return file === 'equal' ? 'equal' : 'other';
    case 'loaded': {
      if (service.service.submitted) return 'submitted';
      if (verdicts.some((field) => field.verdict === 'different')) return 'other';
      return file === 'differs' && mayBeOld() ? 'other' : 'equal';
    }
  }
}

/**
 * The loaded job does not contradict what is wanted; but a key that print does not show could be as old in launchd as it
 * is on disk. Only where the loaded job contradicts the disk, too, is it known to be the wanted one.
 */
function isOldView(
  job: Job,
  onDisk: PlistDict | null,
  service: ObservedService,
  changed: readonly (readonly string[])[],
): boolean {
  if (onDisk === null || service.state !== 'loaded') return false;
  const differing = compareView(onDisk, service.service, { path: job.path, domain: job.domain })
    .filter((field) => field.verdict === 'different')
    .map((field) => field.path);
  // launchd has it under this label, whatever Label the disk says.
  return !changed.every((path) => path[0] === 'Label' || differing.some((other) => overlap(path, other)));
}

/** One path is inside the other, or they are the same. */
export function overlap(a: readonly string[], b: readonly string[]): boolean {
  const length = Math.min(a.length, b.length);
  return a.slice(0, length).every((part, index) => part === b[index]);
}

function ownerOf(
  job: Job,
  entry: LedgerEntry | null,
  elsewhere: readonly LedgerEntry[],
  rival: LedgerEntry | null,
  found: ObservedPlist | null,
  service: ObservedService,
  stack: string,
): Owner {
  if (entry !== null) return 'ours';
  const marked = found?.marker?.stack === stack && !found.symlink;
  if (elsewhere.length > 0) {
    // Ours was elsewhere: what is here already must be ours too, the file as well as the loaded job.
    const fileIsOurs = found === null || marked || elsewhere.some((each) => each.path === job.path);
    const fromOurPath = service.state === 'loaded' && service.service.path === job.path;
    const jobIsOurs =
      !isLoaded(service) || fromOurPath || elsewhere.some((each) => each.domain === job.domain);
    return fileIsOurs && jobIsOurs ? 'ours' : 'foreign';
  }
  if (rival !== null) return 'other-stack';
  return marked ? 'marked' : 'foreign';
}
