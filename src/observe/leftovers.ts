import { needsOf } from '../launchd/needs.ts';
import type { Host, Places } from '../model/domain.ts';
import type { Job } from '../model/job.ts';
import type { Leftover, LeftoverFinding } from '../model/leftover.ts';
import { judgeLeftover } from '../plan/leftover.ts';
import type { LeftoverFindings } from '../plan/leftovers.ts';
import { realPathOf } from '../sys/files.ts';
import { lookAtLeftover } from '../sys/leftovers.ts';
import { runnerOf, type Self } from '../sys/requirements.ts';
import { mapBounded } from './bounded.ts';

const JOBS_AT_ONCE = 16;

export interface LeftoverScope {
  /** Only these are looked at. */
  readonly jobs: readonly Job[];
  readonly host: Pick<Host, 'uid'>;
  readonly places: Pick<Places, 'systemNeedsRoot'>;
}

/** What is there of all that these jobs declare as stale; by `domain/label`. Connects to sockets, changes nothing. */
export async function observeLeftovers({ jobs, host, places }: LeftoverScope): Promise<LeftoverFindings> {
  const self: Self = { uid: host.uid, startsAsOthers: places.systemNeedsRoot || host.uid === 0 };
  const found = await mapBounded(jobs, JOBS_AT_ONCE, async (job) => {
    const findings = await Promise.all(
      (await leftoversOf(job, self)).map(
        async (leftover): Promise<LeftoverFinding> =>
          judgeLeftover(leftover, await lookAtLeftover(leftover), job.label),
      ),
    );
    return [`${job.domain}/${job.label}`, findings] as const;
  });
  return new Map(found);
}

type OfFile = Extract<Leftover, { path: string }>;

async function leftoversOf(job: Job, self: Self): Promise<readonly OfFile[]> {
  const { sockets, pidFiles } = job.stale ?? { sockets: [], pidFiles: [] };
  const { uid } = runnerOf(job.domain, job.plist, self);
  const named = needsOf(job.plist).program;
  const program = named === null ? null : await realPathOf(named);
  return [
    ...sockets.map((path) => ({ kind: 'socket', path, uid, program }) as const),
    ...pidFiles.map((path) => ({ kind: 'pid-file', path, uid, program }) as const),
  ];
}
