import { needsOf } from '../launchd/needs.ts';
import type { Host, Places } from '../model/domain.ts';
import type { Job } from '../model/job.ts';
import type { Leftover, LeftoverFinding } from '../model/leftover.ts';
import type { Observed } from '../model/observed.ts';
import { judgeHolder, judgeLeftover, listensAt } from '../plan/leftover.ts';
import type { LeftoverFindings } from '../plan/leftovers.ts';
import { pidOf } from '../plan/situation.ts';
import { realPathOf } from '../sys/files.ts';
import { findHolders, type ListenPlace } from '../sys/holders.ts';
import { lookAtLeftover } from '../sys/leftovers.ts';
import { addressText } from '../sys/probe.ts';
import { lookAtProcess } from '../sys/process-look.ts';
import { runnerOf, type Self } from '../sys/requirements.ts';
import { mapBounded } from './bounded.ts';

const JOBS_AT_ONCE = 16;

export interface LeftoverScope {
  /** Only these are looked at. */
  readonly jobs: readonly Job[];
  readonly observed: Pick<Observed, 'jobs'>;
  readonly host: Pick<Host, 'uid'>;
  readonly places: Pick<Places, 'systemNeedsRoot'>;
}

/** What is there of all that these jobs declare as stale; by `domain/label`. Connects to sockets, changes nothing. */
export async function observeLeftovers({
  jobs,
  observed,
  host,
  places,
}: LeftoverScope): Promise<LeftoverFindings> {
  const pids = new Map(
    observed.jobs.map(({ label, domain, service }) => [`${domain}/${label}`, pidOf(service)]),
  );
  const self: Self = { uid: host.uid, startsAsOthers: places.systemNeedsRoot || host.uid === 0 };
  const found = await mapBounded(jobs, JOBS_AT_ONCE, async (job) => {
    const findings = await Promise.all(
      (await leftoversOf(job, self)).map(
        async (leftover): Promise<LeftoverFinding> =>
          judgeLeftover(leftover, await lookAtLeftover(leftover), job.label),
      ),
    );
    const target = `${job.domain}/${job.label}`;
    // What a process of the job itself holds is its own.
    const holders = (pids.get(target) ?? null) === null ? await holdersOf(job) : [];
    const held = new Set(holders.map(({ leftover }) => 'holds' in leftover && leftover.holds));
    const rest = findings.filter(
      ({ leftover, state }) => state !== 'in-use' || !held.has('path' in leftover && leftover.path),
    );
    return [target, [...holders, ...rest]] as const;
  });
  return new Map(found);
}

/** Who listens where a job that has no process is going to listen. */
async function holdersOf(job: Job): Promise<readonly LeftoverFinding[]> {
  const found: LeftoverFinding[] = [];
  for (const { holds, place } of placesOf(job)) {
    const pids = await findHolders(place);
    // Who holds it belongs to another user, and only root could tell more.
    if (pids === 'unknown') {
      const leftover = { kind: 'process', pid: 0, start: '', holds } as const;
      found.push({ leftover, state: 'unknown', why: '' });
      continue;
    }
    for (const pid of pids) {
      const facts = await lookAtProcess(pid);
      if (typeof facts === 'string') continue;
      const age = facts.startedAt === null ? null : Date.now() / 1_000 - facts.startedAt;
      found.push(judgeHolder(facts, job.label, holds, age));
    }
  }
  return found;
}

interface Held {
  /** As people know it. */
  readonly holds: string;
  readonly place: ListenPlace;
}

function placesOf({ healthcheck, stale }: Job): readonly Held[] {
  const asked = (healthcheck?.probes ?? []).flatMap((probe): readonly Held[] => {
    if (probe.kind === 'unix_socket') return [{ holds: probe.path, place: { path: probe.path } }];
    const at = listensAt(probe);
    return at === null ? [] : [{ holds: addressText(at.host, at.port), place: { port: at.port } }];
  });
  const sockets = (stale?.sockets ?? []).map((path): Held => ({ holds: path, place: { path } }));
  return [...new Map([...asked, ...sockets].map((each) => [each.holds, each])).values()];
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
