import type { World } from './private-home.ts';
import { until } from './private-home.ts';

/** One job of `status --json`, as the contract shapes it. */
export interface StatusJob {
  readonly instance: string | null;
  readonly label: string;
  readonly domain: string;
  readonly plist: string;
  readonly loaded: boolean | null;
  readonly stale: boolean | null;
  readonly enabled: boolean;
  readonly state: string | null;
  readonly pid: number | null;
  readonly runs: number | null;
  readonly last_exit: { code?: number; signal?: number; name?: string; reason?: string } | null;
  readonly verdict: string;
  readonly health: { readonly state: string; readonly reason: string } | null;
  readonly next: string;
}

export async function statusOf(world: World, instance: string): Promise<StatusJob> {
  const document = await world.json('status');
  const jobs = document['jobs'] as readonly StatusJob[];
  const job = jobs.find((each) => each.instance === instance);
  if (job === undefined) throw new Error(`status has no ${instance}: ${JSON.stringify(document)}`);
  return job;
}

/** Waits until the job is as wanted, and gives its status. */
export function jobUntil(
  world: World,
  instance: string,
  what: string,
  wanted: (job: StatusJob) => boolean,
): Promise<StatusJob> {
  let last: StatusJob | undefined;
  return until(`${instance} ${what}`, async () => {
    last = await statusOf(world, instance);
    return wanted(last) ? last : undefined;
  }).catch((error: Error) => {
    throw new Error(`${error.message}; it is ${JSON.stringify(last)}`);
  });
}

export const isRunning = (job: StatusJob): boolean => job.pid !== null && job.verdict === 'running';
