import { normalise } from '../../src/launchd/normalise.ts';
import type { Job } from '../../src/model/job.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { Change, Plan } from '../../src/model/plan.ts';
import type { PlistDict } from '../../src/model/plist.ts';
import { hashFields } from '../../src/plan/hash.ts';
import type { PlanOptions } from '../../src/plan/options.ts';
import { planChanges } from '../../src/plan/plan.ts';
import { markerComments } from '../../src/plist/marker.ts';
import { writePlist } from '../../src/plist/write.ts';
import { EMPTY_WORLD, hashOf, identityOf, OPTIONS, observeWorld, type World } from './world.ts';

/** What is there of a job, beside what is declared. Everything defaults to the declared plist, ours, unmarked. */
export interface Scene {
  /** The plist on disk; null: none. */
  readonly file?: PlistDict | null;
  readonly mode?: number;
  readonly symlink?: boolean;
  /** Raw text instead of a plist. */
  readonly text?: string;
  /** The marker's stack; null: no marker. */
  readonly marker?: string | null;
  /** The plist that launchd holds; null: not loaded. */
  readonly loaded?: PlistDict | null;
  readonly loadedFrom?: string;
  readonly pid?: number | null;
  readonly garbled?: boolean;
  /** Ours by the ledger, with this plist as last applied; null: not in the ledger. */
  readonly applied?: PlistDict | null;
  readonly entry?: Partial<LedgerEntry>;
  /** The ledger's entry holds a proof of what is there. */
  readonly proven?: boolean;
  readonly override?: boolean;
}

/** A world in which one job's things are as the scene says; on top of another world, if given. */
export function worldOf(job: Job, scene: Scene, onto: World = EMPTY_WORLD): World {
  const { label, domain, path } = job;
  const file = scene.file === undefined ? job.plist : scene.file;
  const loaded = scene.loaded === undefined ? job.plist : scene.loaded;
  const applied = scene.applied === undefined ? job.plist : scene.applied;
  const marker = scene.marker ?? null;
  const comments = marker === null ? [] : markerComments({ stack: marker, instance: job.instance }, null);
  const text = scene.text ?? (file === null ? null : writePlist(file, comments));
  const there =
    text === null
      ? null
      : { text, mode: scene.mode ?? 0o644, version: onto.tick, symlink: scene.symlink === true };
  const pid = scene.pid === undefined ? 77 : scene.pid;
  const target = `${domain}/${label}`;
  const entry: LedgerEntry | null =
    applied === null
      ? null
      : {
          label,
          domain,
          path,
          instance: job.instance,
          stack: OPTIONS.stack,
          source: OPTIONS.source,
          fileHash: there === null ? hashOf('') : hashOf(there.text),
          applied: hashFields(normalise(applied)),
          adopted: false,
          held: false,
          proof: scene.proven === true && there !== null ? { file: identityOf(there), pid } : null,
          ...scene.entry,
        };
  const now =
    loaded === null
      ? null
      : { plist: loaded, path: scene.loadedFrom ?? path, pid, garbled: scene.garbled === true };
  return {
    ...onto,
    tick: onto.tick + 1,
    files: there === null ? onto.files : { ...onto.files, [path]: there },
    loaded: now === null ? onto.loaded : { ...onto.loaded, [target]: now },
    ledger: entry === null ? onto.ledger : [...onto.ledger, entry],
    overrides:
      scene.override === undefined
        ? onto.overrides
        : { ...onto.overrides, [target.replace(/^gui/, 'user')]: scene.override },
  };
}

export function planFor(jobs: readonly Job[], world: World, over: Partial<PlanOptions> = {}): Plan {
  return planChanges(jobs, observeWorld(world, jobs), { ...OPTIONS, ...over });
}

/** The one change of a plan that has one. */
export function changeFor(
  job: Job,
  scene: Scene,
  over: Partial<PlanOptions> = {},
  onto: World = EMPTY_WORLD,
): Change {
  const [change, ...others] = planFor([job], worldOf(job, scene, onto), over).changes;
  if (change === undefined || others.length > 0) throw new Error('expected one change');
  return change;
}

/** What people and scripts see first of a change. */
export function gist(change: Change): {
  readonly op: string;
  readonly reasons: string;
  readonly blocked: string | null;
  readonly actions: string;
  readonly restarts: boolean;
} {
  return {
    op: change.op,
    reasons: change.reasons.join(' '),
    blocked: change.blocked?.code ?? null,
    actions: change.actions.map(({ action }) => action).join(' '),
    restarts: change.restarts,
  };
}
