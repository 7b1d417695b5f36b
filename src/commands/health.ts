import type { AskHealth } from '../apply/health.ts';
import type { Health } from '../model/health.ts';
import type { Job } from '../model/job.ts';
import type { Observed } from '../model/observed.ts';
import { mapBounded } from '../observe/bounded.ts';
import { judgeOnce } from '../plan/health.ts';
import { pidOf } from '../plan/situation.ts';
import { askAll, createProber } from '../sys/probe.ts';
import { processAge } from '../sys/processes.ts';
import type { World } from './world.ts';

const JOBS_AT_ONCE = 16;

/** Asks as the user of the job; root takes that user's rights for a command. */
export function askHealthOf({ host, places }: Pick<World, 'host' | 'places'>): AskHealth {
  const startsAsOthers = places.systemNeedsRoot || process.getuid?.() === 0;
  const prober = createProber({ env: host.env, startsAsOthers });
  return ({ probes, timeout }, domain, signal) =>
    askAll(prober, probes, {
      timeoutMs: timeout * 1_000,
      domain,
      ...(signal === undefined ? {} : { signal }),
    });
}

/** By `domain/label`, of every job that has a process and a health check. */
export type Healths = ReadonlyMap<string, Health>;

/** One look at each job that runs, all at once: as many as there are take hardly longer than the slowest. */
export async function observeHealth(
  jobs: readonly Job[],
  observed: Observed,
  world: Pick<World, 'host' | 'places'>,
  signal?: AbortSignal,
): Promise<Healths> {
  const ask = askHealthOf(world);
  const pids = new Map(
    observed.jobs.map(({ label, domain, service }) => [`${domain}/${label}`, pidOf(service)]),
  );
  const looked = await mapBounded(jobs, JOBS_AT_ONCE, async ({ label, domain, healthcheck }) => {
    const pid = pids.get(`${domain}/${label}`) ?? null;
    if (healthcheck === undefined || pid === null) return [];
    const outcome = await ask(healthcheck, domain, signal);
    return [[`${domain}/${label}`, judgeOnce(healthcheck, outcome, await processAge(pid))] as const];
  });
  return new Map(looked.flat());
}
