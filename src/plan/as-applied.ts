import { BARE_CONDITIONS, startsAtLoad } from '../launchd/keep-alive.ts';
import type { Job } from '../model/job.ts';
import type { FileIdentity, LedgerEntry } from '../model/ledger.ts';
import type { Observed, ObservedJob, ObservedPlist } from '../model/observed.ts';
import type { Action, ActionName } from '../model/plan.ts';
import { writePlist } from '../plist/write.ts';
import { hashText } from './hash.ts';
import type { PlanOptions } from './options.ts';
import { planChanges } from './plan.ts';

/**
 * What would be there if `before` had been applied to an empty machine and nothing had happened since: each plist as we
 * write it, each job loaded, those that start at load running. Two declarations are compared by planning one on top of the
 * other, and no launchd is asked. What other programs write is there as it is declared.
 *
 * @param wanted the jobs that will be planned, of which the new ones are not there yet
 */
export function asApplied(before: readonly Job[], wanted: readonly Job[], options: PlanOptions): Observed {
  const jobs = before.filter(({ excluded }) => !excluded);
  const empty = emptyMachine(jobs, [...before, ...wanted]);
  const create = { ...options, moved: [], targets: [], replace: [], allowEmpty: true };
  const made = new Map(
    planChanges(jobs, empty, create).changes.map((change) => [targetOf(change), change.actions]),
  );
  const results = jobs.map((job) => resultOf(job, made.get(targetOf(job)) ?? []));
  const overrides = new Map(
    [...made.values()]
      .flat()
      .flatMap((action): readonly (readonly [string, boolean])[] =>
        action.action === 'enable' || action.action === 'disable'
          ? [[overrideOf(action), action.action === 'disable']]
          : [],
      ),
  );
  const there = new Set(jobs.map(targetOf));
  const added = emptyMachine(
    wanted.filter((job) => !job.excluded && !there.has(targetOf(job))),
    [],
  );
  return {
    ...empty,
    plists: results.flatMap(({ plist }) => plist),
    jobs: [...results.map(({ seen }) => seen), ...added.jobs].map((each) => ({
      ...each,
      disabled: overrides.get(overrideOf(each)) ?? null,
    })),
    ledger: { version: 1, entries: results.flatMap(({ entry }) => entry) },
  };
}

const targetOf = ({ domain, label }: Pick<Job, 'domain' | 'label'>): string => `${domain}/${label}`;

/** The domains of one user share their overrides (facts §3.1). */
const overrideOf = (each: Pick<Job, 'domain' | 'label'>): string => targetOf(each).replace(/^gui\//, 'user/');

function emptyMachine(jobs: readonly Job[], all: readonly Job[]): Observed {
  const targets = new Map(jobs.map(({ label, domain }) => [`${domain}/${label}`, { label, domain }]));
  return {
    launchd: 'system',
    plists: [],
    jobs: [...targets.values()].map((each) => ({
      ...each,
      service: { state: 'not-loaded' },
      disabled: null,
    })),
    ledger: { version: 1, entries: [] },
    folders: all.flatMap(({ folders }) => folders),
    mayChangeSystem: true,
  };
}

interface Result {
  readonly plist: readonly ObservedPlist[];
  readonly seen: ObservedJob;
  readonly entry: readonly LedgerEntry[];
}

/** What the actions of a change leave behind. */
function resultOf(job: Job, actions: readonly Action[]): Result {
  const { label, domain, managedByOther } = job;
  const does = (name: ActionName): boolean => actions.some(({ action }) => action === name);
  const isLoaded = does('bootstrap') || managedByOther;
  // Some process; only that there is one counts.
  const pid = startsAtLoad(job.plist, BARE_CONDITIONS) ? 1 : null;
  return {
    plist: managedByOther
      ? [plistOf(job, writePlist(job.plist), null)]
      : actions.flatMap((action) =>
          action.action === 'write-plist' ? [plistOf(job, action.content, action)] : [],
        ),
    seen: {
      label,
      domain,
      service: isLoaded ? { state: 'proven', pid } : { state: 'not-loaded' },
      disabled: null,
    },
    entry: actions.flatMap((action) => (action.action === 'record' ? [action.entry] : [])),
  };
}

function plistOf(job: Job, content: string, written: { readonly mode: number } | null): ObservedPlist {
  const { path, label, plist } = job;
  return {
    path,
    identity: { ...IDENTITY, mode: written?.mode ?? IDENTITY.mode },
    symlink: false,
    hash: hashText(content),
    // The ledger knows whose it is.
    marker: null,
    label,
    plist,
    problem: null,
  };
}

/** Nobody compares more of it than the mode. */
const IDENTITY: FileIdentity = {
  dev: '0',
  ino: '0',
  size: '0',
  mtimeNs: '0',
  ctimeNs: '0',
  uid: 0,
  gid: 0,
  mode: 0o644,
};
