import type { Job } from '../model/job.ts';
import type { LoopEvent } from '../model/loop.ts';
import type { Observed } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import {
  afterRestart,
  dueAt,
  type HealthMemory,
  type HealthRound,
  isDue,
  judgeRound,
  NO_HEALTH_MEMORY,
} from '../plan/health.ts';
import { pidOf } from '../plan/situation.ts';
import type { Asking } from './asking.ts';
import { entryOf } from './judge.ts';
import { type LoopState, memoryOf, targetOf } from './state.ts';

/** What is remembered of the health of every job that has a check, by target. */
export type HealthMemories = ReadonlyMap<string, HealthMemory>;

/** An unhealthy job that is to be restarted, and why. */
export interface Restarting {
  readonly job: Job;
  readonly reason: string;
}

export interface HealthWatched {
  readonly memories: HealthMemories;
  readonly events: readonly LoopEvent[];
  readonly restarts: readonly Restarting[];
}

export interface HealthMeans {
  readonly state: LoopState;
  readonly now: () => number;
  readonly asking: Asking;
}

/**
 * Asks the jobs whose time has come, all at once, and judges them by what has been answered (`src/plan/health.ts`): whoever
 * is slow is judged in a later round. Jobs that are held, disabled, contested or not ours are left alone; every change of a
 * state is an event, told once.
 */
export async function watchHealth(
  before: HealthMemories,
  { observed, plan }: { readonly observed: Observed; readonly plan: Plan },
  jobs: readonly Job[],
  { state, now, asking }: HealthMeans,
): Promise<HealthWatched> {
  const seen = new Map(observed.jobs.map((each) => [targetOf(each), each]));
  const watched = jobs.flatMap((job) => {
    const check = job.healthcheck;
    const there = seen.get(targetOf(job));
    if (check === undefined || job.excluded || there === undefined) return [];
    const entry = entryOf(job, plan.stack, observed);
    const { contested, restarts } = memoryOf(state, job);
    const leftAlone =
      entry === null ||
      entry.held ||
      job.managedByOther ||
      job.enabled === false ||
      there.disabled === true ||
      contested !== null;
    const subject = { pid: pidOf(there.service), leftAlone };
    const was = before.get(targetOf(job)) ?? { ...NO_HEALTH_MEMORY, restarts };
    return [{ job, check, subject, was }];
  });
  for (const { job, check, subject, was } of watched)
    if (subject.pid !== null && isDue(was, check, subject, now()) && !asking.isOpen(job, subject.pid))
      asking.begin(job, subject.pid);
  await asking.hear();
  const judged = watched.map(({ job, check, subject, was }) => {
    const outcome = subject.pid === null ? null : asking.take(job, subject.pid);
    return { job, was, round: judgeRound(was, check, subject, outcome, now()) };
  });
  return {
    memories: new Map(judged.map(({ job, round }) => [targetOf(job), round.memory])),
    events: judged.flatMap(({ job, was, round }) => eventsOf(job, was, round)),
    restarts: judged.flatMap(({ job, round }) =>
      round.decision.act === 'restart' ? [{ job, reason: round.decision.reason }] : [],
    ),
  };
}

/** A start is no news, nor is it that a job which was never ill is well. */
function eventsOf(
  { instance, label, domain }: Job,
  was: HealthMemory,
  { health, changed, decision, memory }: HealthRound,
): readonly LoopEvent[] {
  if (health === null || health.state === 'starting') return [];
  const wasIll = was.health?.state === 'unhealthy' || was.health?.state === 'unknown';
  // The restart of an ill job gives it another process, and its being well then is news.
  const isNews = health.state === 'healthy' ? changed && (wasIll || memory.restarts.length > 0) : changed;
  const retryAt = decision.act === 'hold-back' ? decision.until : null;
  if (!isNews) return [];
  return [{ event: 'health', instance, label, domain, ...health, restarts: memory.restarts.length, retryAt }];
}

/** Restarts that were tried, whatever came of them. */
export function noteRestarts(
  memories: HealthMemories,
  targets: readonly string[],
  now: number,
): HealthMemories {
  if (targets.length === 0) return memories;
  return new Map(
    [...memories].map(([target, memory]) => [
      target,
      targets.includes(target) ? afterRestart(memory, now) : memory,
    ]),
  );
}

/** How soon some job is to be asked again, in milliseconds; the interval where none is sooner. */
export function nextAskMs(
  memories: HealthMemories,
  jobs: readonly Job[],
  intervalMs: number,
  now: number,
  asking: Pick<Asking, 'isOpen' | 'waits'>,
): number {
  const pauses = jobs.flatMap((job) => {
    const memory = memories.get(targetOf(job));
    if (job.healthcheck === undefined || memory === undefined) return [];
    if (memory.pid !== null && asking.isOpen(job, memory.pid)) return [];
    const at = dueAt(memory, job.healthcheck);
    return at === null ? [] : [Math.max(SOONEST_MS, at - now)];
  });
  return Math.min(asking.waits ? LATE_MS : intervalMs, intervalMs, ...pauses);
}

const SOONEST_MS = 200;
/** How soon an answer that is late is looked for. */
const LATE_MS = 1_000;
