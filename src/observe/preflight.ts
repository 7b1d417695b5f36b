import { posix } from 'node:path';
import { domainUid } from '../launchd/domains.ts';
import type { Host, Places } from '../model/domain.ts';
import type { Job } from '../model/job.ts';
import type { PathLook, Preflight, Runner } from '../model/requirements.ts';
import { findRunner, type Looker } from '../sys/look.ts';
import { lookAbove, lookAtRequirements, runnerOf, type Self } from '../sys/requirements.ts';
import { mapBounded } from './bounded.ts';

const JOBS_AT_ONCE = 16;

/** The volumes of a Mac: the sealed one, and the one with everybody's files, which newer systems keep apart. */
const SYSTEM_VOLUMES = ['/', '/System/Volumes/Data'];

export interface PreflightScope {
  /** Only these are looked at: a plan in which nothing changes must cost nothing. */
  readonly jobs: readonly Job[];
  readonly host: Pick<Host, 'uid' | 'os'>;
  readonly places: Pick<Places, 'systemNeedsRoot'>;
}

/**
 * What launchd will need to load and start these jobs, as it is there now; by `domain/label`. Reads only, and asks of no
 * path twice.
 */
export async function observePreflight(
  looker: Looker,
  scope: PreflightScope,
): Promise<ReadonlyMap<string, Preflight>> {
  const { jobs, host, places } = scope;
  if (jobs.length === 0) return new Map();
  const once = remember(looker);
  const self: Self = { uid: host.uid, startsAsOthers: places.systemNeedsRoot || host.uid === 0 };
  const me = findRunner(host.uid);
  const systemVolumes = host.os === 'macos' ? await volumesOf(once, me) : [];
  const looks = await mapBounded(jobs, JOBS_AT_ONCE, async (job): Promise<[string, Preflight]> => {
    const runner = runnerOf(job.domain, job.plist, self);
    const maker = isRoots(job, places) ? findRunner(0) : me;
    const asMaker = (path: string): Promise<PathLook> => once.at(path, maker);
    const folder = await asMaker(posix.dirname(job.path));
    return [
      `${job.domain}/${job.label}`,
      {
        requirements: await lookAtRequirements(job.plist, runner, once),
        folder,
        above: await lookAbove(folder, asMaker),
        owners: ownersOf(job, scope),
        maker: host.uid,
        systemVolumes,
        triggers: await Promise.all((job.triggers ?? []).map(asMaker)),
      },
    ];
  });
  return new Map(looks);
}

/** Root, and whose job it is; a launchd that is not the Mac's own takes daemons of whoever runs it. */
function ownersOf(job: Job, { host, places }: PreflightScope): readonly number[] {
  const uid = isShared(job) ? null : domainUid(job.domain);
  const owner = uid ?? (places.systemNeedsRoot ? 0 : host.uid);
  return owner === 0 ? [0] : [owner, 0];
}

function isShared({ placement }: Job): boolean {
  return placement === 'system' || placement === 'all-users';
}

/** Root writes its plist, whoever plans that. */
function isRoots(job: Job, places: Pick<Places, 'systemNeedsRoot'>): boolean {
  return places.systemNeedsRoot && isShared(job);
}

async function volumesOf(looker: Looker, me: Runner): Promise<readonly string[]> {
  const looks = await Promise.all(SYSTEM_VOLUMES.map((path) => looker.at(path, me)));
  return looks.flatMap(({ dev }) => (dev === null ? [] : [dev]));
}

/** Many jobs share a program, a log folder, an interpreter. */
function remember(looker: Looker): Looker {
  const looks = new Map<string, Promise<PathLook>>();
  const heads = new Map<string, Promise<Uint8Array | null>>();
  return {
    at: (path, runner) => {
      const key = `${runner.uid}\0${path}`;
      const known = looks.get(key) ?? looker.at(path, runner);
      looks.set(key, known);
      return known;
    },
    head: (path, bytes) => {
      const key = `${bytes}\0${path}`;
      const known = heads.get(key) ?? looker.head(path, bytes);
      heads.set(key, known);
      return known;
    },
  };
}
