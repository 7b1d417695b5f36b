import { describe, expect, it } from 'vitest';
import type { Healthcheck, ProbeOutcome } from '../../src/model/health.ts';
import {
  afterRestart,
  type HealthDecision,
  type HealthMemory,
  isDue,
  judgeOnce,
  judgeRound,
  NO_HEALTH_MEMORY,
  timeToBecomeHealthy,
} from '../../src/plan/health.ts';

const CHECK: Healthcheck = {
  probes: [{ kind: 'tcp', host: '127.0.0.1', port: 80 }],
  interval: 10,
  timeout: 2,
  retries: 3,
  startPeriod: 30,
  onUnhealthy: 'restart',
};
const PASSED: ProbeOutcome = { outcome: 'passed' };
const FAILED: ProbeOutcome = { outcome: 'failed', reason: 'nobody answers' };
const UNKNOWN: ProbeOutcome = { outcome: 'unknown', reason: 'not permitted' };
const runs = (pid: number) => ({ pid, leftAlone: false });

/** A job that is asked every ten seconds, from the start of process 1 on. */
function play(
  outcomes: readonly ProbeOutcome[],
  { check = CHECK, from = NO_HEALTH_MEMORY, start = 0, pid = 1 } = {},
): {
  readonly memory: HealthMemory;
  readonly states: readonly (string | undefined)[];
  readonly last: HealthDecision;
  readonly now: number;
} {
  let memory = from;
  let last: HealthDecision = { act: 'nothing' };
  const states: (string | undefined)[] = [];
  let now = start;
  for (const [index, outcome] of outcomes.entries()) {
    now = start + index * 10_000;
    const round = judgeRound(memory, check, runs(pid), outcome, now);
    memory = round.memory;
    last = round.decision;
    states.push(round.health?.state);
  }
  return { memory, states, last, now };
}

describe('the health of a job', () => {
  it('is starting until it answers, and no failure counts before the start period is over', () => {
    const { states, last } = play([FAILED, FAILED, FAILED, PASSED, PASSED]);
    expect(states).toEqual(['starting', 'starting', 'starting', 'healthy', 'healthy']);
    expect(last).toEqual({ act: 'nothing' });
  });

  it('is unhealthy after so many failures in a row, the start period not counted', () => {
    expect(play([FAILED, FAILED, FAILED, FAILED, FAILED]).states).toEqual([
      'starting',
      'starting',
      'starting',
      'starting',
      'starting',
    ]);
    const { states, last } = play([FAILED, FAILED, FAILED, FAILED, FAILED, FAILED]);
    expect(states.at(-1)).toBe('unhealthy');
    expect(last).toEqual({ act: 'restart', reason: 'nobody answers' });
  });

  it('stays healthy through a failure or two, within the start period too once it was healthy', () => {
    const { states, memory } = play([PASSED, FAILED, FAILED, PASSED, FAILED, FAILED, FAILED]);
    expect(states).toEqual(['healthy', 'healthy', 'healthy', 'healthy', 'healthy', 'healthy', 'unhealthy']);
    expect(memory.health?.reason).toBe('nobody answers');
  });

  it('is not known where it cannot be asked, which neither counts nor restarts', () => {
    const { states, last } = play([PASSED, FAILED, FAILED, UNKNOWN, UNKNOWN, UNKNOWN]);
    expect(states.at(-1)).toBe('unknown');
    expect(last).toEqual({ act: 'nothing' });
  });

  it('is judged anew for another process', () => {
    const ill = play([PASSED, FAILED, FAILED, FAILED]);
    const round = judgeRound(ill.memory, CHECK, runs(2), FAILED, 40_000);
    expect(round).toMatchObject({
      health: { state: 'starting' },
      changed: true,
      decision: { act: 'nothing' },
    });
  });

  it.each([
    ['has no process: throttled, pended, between two runs, stopped', { pid: null, leftAlone: false }],
    ['is held or disabled', { pid: 1, leftAlone: true }],
  ])('is none of a job that %s', (_, subject) => {
    const ill = play([PASSED, FAILED, FAILED]);
    expect(isDue(ill.memory, CHECK, subject, 100_000)).toBe(false);
    const round = judgeRound(ill.memory, CHECK, subject, null, 30_000);
    expect(round).toMatchObject({ health: null, decision: { act: 'nothing' } });
    // Nor is anything remembered against it.
    expect(play([FAILED], { from: round.memory, start: 40_000 }).states).toEqual(['starting']);
  });

  it('tells each change once', () => {
    const first = judgeRound(NO_HEALTH_MEMORY, CHECK, runs(1), PASSED, 0);
    expect(first.changed).toBe(true);
    expect(judgeRound(first.memory, CHECK, runs(1), PASSED, 10_000).changed).toBe(false);
    expect(judgeRound(first.memory, CHECK, runs(1), null, 10_000).changed).toBe(false);
  });

  it('survives being written down', () => {
    const { memory } = play([PASSED, FAILED]);
    expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
  });
});

describe('when a job is asked', () => {
  it('is at once for a new process, then at its interval', () => {
    expect(isDue(NO_HEALTH_MEMORY, CHECK, runs(1), 0)).toBe(true);
    const { memory } = play([PASSED]);
    expect([5_000, 9_999, 10_000].map((now) => isDue(memory, CHECK, runs(1), now))).toEqual([
      false,
      false,
      true,
    ]);
    expect(isDue(memory, CHECK, runs(2), 1)).toBe(true);
  });

  it('is more often while it starts', () => {
    const { memory } = play([FAILED]);
    expect([1_999, 2_000].map((now) => isDue(memory, CHECK, runs(1), now))).toEqual([false, true]);
  });
});

describe('an unhealthy job', () => {
  const ILL = [PASSED, FAILED, FAILED, FAILED];

  it('is only told of where that is declared', () => {
    expect(play(ILL, { check: { ...CHECK, onUnhealthy: 'report' } }).last).toEqual({
      act: 'report',
      reason: 'nobody answers',
    });
  });

  it('is restarted once, then after a minute, five and fifteen, and no more than four times an hour', () => {
    let memory = NO_HEALTH_MEMORY;
    const restarts: number[] = [];
    let pid = 1;
    let heldBack = 0;
    for (let now = 0; now < 2 * 3_600_000; now += 10_000) {
      const round = judgeRound(memory, { ...CHECK, startPeriod: 1 }, runs(pid), FAILED, now);
      memory = round.memory;
      if (round.decision.act === 'restart') {
        restarts.push(now / 1_000);
        memory = afterRestart(memory, now);
        pid += 1;
      } else if (round.decision.act === 'hold-back') {
        heldBack += 1;
        expect(round.decision.until).toBeGreaterThan(now);
      }
    }
    const gaps = restarts.slice(1, 4).map((at, index) => at - (restarts[index] ?? 0));
    expect(gaps).toEqual([60, 300, 900]);
    expect(heldBack).toBeGreaterThan(100);
    for (const at of restarts)
      expect(restarts.filter((other) => other >= at && other < at + 3_600).length).toBeLessThanOrEqual(4);
  });

  it('is not restarted again in a round in which it was not asked', () => {
    const { memory, now } = play(ILL);
    expect(judgeRound(memory, CHECK, runs(1), null, now + 1).decision).toEqual({ act: 'nothing' });
  });
});

describe('one look without a memory', () => {
  it.each([
    [PASSED, null, 'healthy'],
    [FAILED, 5, 'starting'],
    [FAILED, 31, 'unhealthy'],
    [FAILED, null, 'unhealthy'],
    [UNKNOWN, 5, 'unknown'],
  ])('%o at the age of %s is %s', (outcome, age, state) => {
    expect(judgeOnce(CHECK, outcome, age).state).toBe(state);
  });

  it('knows how long a start may take', () => {
    expect(timeToBecomeHealthy(CHECK)).toBe(60);
  });
});

describe('a clock that was set back', () => {
  it('lets no job wait to be asked, and no former restart count', () => {
    const later = 48 * 60 * 60_000;
    const { memory } = play([PASSED], { start: later });
    expect(isDue(memory, CHECK, runs(1), later + 1_000)).toBe(false);
    expect(isDue(memory, CHECK, runs(1), 0)).toBe(true);
    const restarted = afterRestart(memory, later);
    expect(judgeRound(restarted, CHECK, runs(2), PASSED, 0).memory.restarts).toEqual([]);
  });
});
