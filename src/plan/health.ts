import type { Health, Healthcheck, HealthState, ProbeOutcome } from '../model/health.ts';

/**
 * What is remembered of a job's health from one round of the loop to the next: plain data, to be kept or written as JSON.
 * Times are milliseconds of any one clock.
 */
export interface HealthMemory {
  /** The process that was judged; null: none was seen yet. */
  readonly pid: number | null;
  /** When this process was first seen. */
  readonly since: number;
  /** This process has answered well once, so its start is over. */
  readonly wasHealthy: boolean;
  /** In a row, since the start period. */
  readonly failures: number;
  /** When it was last asked; null: not yet. */
  readonly askedAt: number | null;
  /** As last judged; null: it has no process, or was not asked yet. */
  readonly health: Health | null;
  /** Our restarts of it within the last hour, oldest first. */
  readonly restarts: readonly number[];
}

export const NO_HEALTH_MEMORY: HealthMemory = {
  pid: null,
  since: 0,
  wasHealthy: false,
  failures: 0,
  askedAt: null,
  health: null,
  restarts: [],
};

/** A job as a round of the loop sees it. */
export interface HealthSubject {
  /** Its process; null: it has none. One that is being ended counts as none. */
  readonly pid: number | null;
  /** Held, or disabled by a person: it is neither asked nor restarted. */
  readonly leftAlone: boolean;
}

/** What a round comes to. */
export interface HealthRound {
  readonly memory: HealthMemory;
  readonly health: Health | null;
  /** The state is another than in the round before: worth an event. */
  readonly changed: boolean;
  readonly decision: HealthDecision;
}

export type HealthDecision =
  | { readonly act: 'nothing' }
  /** `kickstart -k`, once. Tell `afterRestart` of it, whatever came of it. */
  | { readonly act: 'restart'; readonly reason: string }
  /** Unhealthy, and it is only told of: `on_unhealthy: report`. */
  | { readonly act: 'report'; readonly reason: string }
  /** Unhealthy, and it was restarted so lately or so often that it is left alone until then (milliseconds). */
  | { readonly act: 'hold-back'; readonly reason: string; readonly until: number };

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
/** Least time since the last restart, before the first, second, third and fourth of an hour; there is no fifth. */
const BACK_OFF: readonly number[] = [0, 60, 300, 900].map((seconds) => seconds * SECOND);
/** While it starts, it is asked at least this often. */
const STARTING_INTERVAL = 2 * SECOND;

/** How many restarts an hour at most. */
export const RESTARTS_AN_HOUR: number = BACK_OFF.length;

/**
 * Whether the job is to be asked in this round. In each round of the loop, for every job with a `healthcheck`:
 *
 *     const outcome = isDue(memory, check, subject, now) ? await askAll(check.probes) : null;
 *     const { memory, health, changed, decision } = judgeRound(memory, check, subject, outcome, now);
 *     if (decision.act === 'restart') { kickstart -k; memory = afterRestart(memory, now); }
 */
export function isDue(
  memory: HealthMemory,
  check: Healthcheck,
  { pid, leftAlone }: HealthSubject,
  now: number,
): boolean {
  if (pid === null || leftAlone) return false;
  const at = dueAt(memory, check);
  // Asked later than now: the clock was set back since, and nobody waits until it has come round again.
  return pid !== memory.pid || at === null || now >= at || now < (memory.askedAt ?? now);
}

/** When the process that was last judged is to be asked again; null: none was asked yet. */
export function dueAt({ askedAt, health }: HealthMemory, check: Healthcheck): number | null {
  if (askedAt === null) return null;
  const interval = check.interval * SECOND;
  return askedAt + (health?.state === 'starting' ? Math.min(interval, STARTING_INTERVAL) : interval);
}

/**
 * Judges a job by what it just answered (`outcome`; null: it was not asked in this round) and by what is remembered. Only a
 * process has a health: a job that waits out its throttle, is pended, held, disabled or between two scheduled runs has none,
 * and is never restarted for it.
 */
export function judgeRound(
  before: HealthMemory,
  check: Healthcheck,
  subject: HealthSubject,
  outcome: ProbeOutcome | null,
  now: number,
): HealthRound {
  const restarts = before.restarts.filter((at) => Math.abs(now - at) < HOUR);
  if (subject.pid === null || subject.leftAlone) {
    const memory = { ...NO_HEALTH_MEMORY, restarts };
    return { memory, health: null, changed: before.health !== null, decision: { act: 'nothing' } };
  }
  const isNew = subject.pid !== before.pid;
  const known: HealthMemory = isNew
    ? { ...NO_HEALTH_MEMORY, pid: subject.pid, since: now, restarts }
    : { ...before, restarts };
  const memory = outcome === null ? known : noteOutcome(known, check, outcome, now);
  return {
    memory,
    health: memory.health,
    changed: memory.health?.state !== before.health?.state,
    // What was not asked now is not acted upon again.
    decision: outcome === null ? { act: 'nothing' } : decide(memory, check, now),
  };
}

/** To be called once a restart was tried: the new process is judged from its start. */
export function afterRestart(memory: HealthMemory, now: number): HealthMemory {
  return { ...NO_HEALTH_MEMORY, restarts: [...memory.restarts, now] };
}

/**
 * The same for one look without a memory, as `status` takes it.
 * @param age of the process in seconds; null: not known, so that its start period is taken to be over
 */
export function judgeOnce(check: Healthcheck, outcome: ProbeOutcome, age: number | null): Health {
  if (outcome.outcome === 'passed') return { state: 'healthy', reason: '' };
  if (outcome.outcome === 'unknown') return { state: 'unknown', reason: outcome.reason };
  const starts = age !== null && age < check.startPeriod;
  return { state: starts ? 'starting' : 'unhealthy', reason: outcome.reason };
}

/** Seconds within which a job that works has become healthy: the start period, and as many looks as count. */
export function timeToBecomeHealthy({ startPeriod, retries, interval }: Healthcheck): number {
  return startPeriod + retries * interval;
}

function noteOutcome(
  memory: HealthMemory,
  check: Healthcheck,
  outcome: ProbeOutcome,
  now: number,
): HealthMemory {
  const asked = { ...memory, askedAt: now };
  switch (outcome.outcome) {
    case 'passed':
      return { ...asked, wasHealthy: true, failures: 0, health: { state: 'healthy', reason: '' } };
    // It says nothing of the job, so nothing is counted.
    case 'unknown':
      return { ...asked, health: { state: 'unknown', reason: outcome.reason } };
    case 'failed': {
      const starts = !memory.wasHealthy && now - memory.since < check.startPeriod * SECOND;
      const failures = starts ? 0 : memory.failures + 1;
      const state = stateAfterFailure(memory, starts, failures >= check.retries);
      return { ...asked, failures, health: { state, reason: outcome.reason } };
    }
  }
}

/** A failure or two do not make a job that was healthy ill. */
function stateAfterFailure(memory: HealthMemory, starts: boolean, tooMany: boolean): HealthState {
  if (starts) return 'starting';
  if (tooMany) return 'unhealthy';
  return memory.wasHealthy ? 'healthy' : 'starting';
}

function decide({ health, restarts }: HealthMemory, check: Healthcheck, now: number): HealthDecision {
  if (health?.state !== 'unhealthy') return { act: 'nothing' };
  const { reason } = health;
  if (check.onUnhealthy === 'report') return { act: 'report', reason };
  const [oldest] = restarts;
  const last = restarts.at(-1);
  const gap = BACK_OFF[restarts.length];
  if (gap === undefined && oldest !== undefined) return { act: 'hold-back', reason, until: oldest + HOUR };
  if (last !== undefined && now - last < (gap ?? 0))
    return { act: 'hold-back', reason, until: last + (gap ?? 0) };
  return { act: 'restart', reason };
}
