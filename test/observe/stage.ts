import { createHash } from 'node:crypto';
import type { Job } from '../../src/model/job.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { Observed, ObservedService } from '../../src/model/observed.ts';
import { type ObserveScope, observe } from '../../src/observe/observe.ts';
import { markerComments } from '../../src/plist/marker.ts';
import { writePlist } from '../../src/plist/write.ts';
import { createLedgerStore } from '../../src/sys/ledger.ts';
import { createMemoryFiles, type MemoryFiles } from '../support/memory-files.ts';
import { OPTIONS, PLACES } from '../support/world.ts';
import { createFakeLaunchctl, type FakeAnswers, type FakeJob, type FakeLaunchctl } from './fake-launchctl.ts';

/** Files in memory, a launchctl that answers, and a real ledger over those files. */
export interface Stage {
  readonly files: MemoryFiles;
  readonly launchctl: FakeLaunchctl;
  look(jobs: readonly Job[], over?: Partial<ObserveScope>): Promise<Observed>;
  /** Records a job as ours; with a proof of the file as it lies there, if a pid (or null) is given. */
  own(job: Job, proofPid?: number | null): Promise<void>;
}

export function openStage(given: Partial<FakeAnswers> = {}): Stage {
  const files = createMemoryFiles();
  for (const folder of [PLACES.userAgents, PLACES.globalAgents, PLACES.daemons]) {
    files.put(folder, '', { kind: 'folder' });
  }
  const launchctl = createFakeLaunchctl({
    domains: { 'gui/501': {}, 'user/501': {}, system: {} },
    ...given,
  });
  const ledger = createLedgerStore(PLACES, files, 501);
  const scope = {
    places: PLACES,
    uid: 501,
    stack: OPTIONS.stack,
    refresh: 'proven',
    mayChangeSystem: false,
  } as const;
  return {
    files,
    launchctl,
    look: (jobs, over = {}) => observe({ files, launchctl, ledger }, { ...scope, jobs, ...over }),
    async own(job, proofPid) {
      const there = await files.identify(job.path);
      const entry: LedgerEntry = {
        label: job.label,
        domain: job.domain,
        path: job.path,
        instance: job.instance,
        stack: OPTIONS.stack,
        source: OPTIONS.source,
        fileHash:
          there === null
            ? 'ab'
            : createHash('sha256')
                .update(await files.read(job.path))
                .digest('hex'),
        applied: {},
        adopted: false,
        held: false,
        proof: null,
      };
      if (proofPid === undefined || there === null) return ledger.record(entry);
      const { kind: _kind, ...file } = there;
      return ledger.record({ ...entry, proof: { file, pid: proofPid } });
    },
  };
}

export function textOf(job: Job, stack: string | null = null): string {
  const comments = stack === null ? [] : markerComments({ stack, instance: job.instance }, null);
  return writePlist(job.plist, comments);
}

export function loadedAs(job: Job, pid: number | null = 77): Record<string, FakeJob> {
  return { [job.label]: { plist: job.plist, path: job.path, pid } };
}

export function serviceOf(
  observed: Observed,
  label: string,
  domain = 'gui/501',
): ObservedService | undefined {
  return observed.jobs.find((seen) => seen.label === label && seen.domain === domain)?.service;
}
