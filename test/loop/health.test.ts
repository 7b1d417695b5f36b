import { describe, expect, it } from 'vitest';
import { createAsking } from '../../src/loop/asking.ts';
import { nextAskMs, noteRestarts, watchHealth } from '../../src/loop/health.ts';
import { EMPTY_STATE, type LoopState, NO_MEMORY, withMemory } from '../../src/loop/state.ts';
import type { ProbeOutcome } from '../../src/model/health.ts';
import type { Job } from '../../src/model/job.ts';
import type { Observed, ObservedJob } from '../../src/model/observed.ts';
import type { Plan } from '../../src/model/plan.ts';
import { jobOf } from '../desired/support.ts';

const FAILED: ProbeOutcome = { outcome: 'failed', reason: 'nobody answers' };
const JOB: Job = jobOf({
  command: ['/bin/x'],
  healthcheck: { tcp: '80', interval: 10, retries: 2, start_period: 1, on_unhealthy: 'restart' },
});
const TARGET = `${JOB.domain}/${JOB.label}`;
const PLAN: Plan = { stack: 'test', launchd: 'system', changes: [], diagnostics: [] };

function seen(entry: object | null, job: Partial<ObservedJob> = {}): { observed: Observed; plan: Plan } {
  const { label, domain, path } = JOB;
  const entries = entry === null ? [] : [{ label, domain, path, stack: 'test', held: false, ...entry }];
  const observed = {
    jobs: [{ label, domain, service: { state: 'proven', pid: 7 }, disabled: null, ...job }],
    ledger: { version: 1, entries },
  } as unknown as Observed;
  return { observed, plan: PLAN };
}

const forever = (): Promise<void> => new Promise(() => {});
const NOBODY = { isOpen: () => false, waits: false };

/** Rounds of a loop that looks every ten seconds. */
async function rounds(
  count: number,
  view: ReturnType<typeof seen>,
  { state = EMPTY_STATE, job = JOB }: { state?: LoopState; job?: Job } = {},
) {
  let memories: Parameters<typeof noteRestarts>[0] = new Map();
  const restarts: number[] = [];
  const events: unknown[] = [];
  let asked = 0;
  for (let now = 0; now < count * 10_000; now += 10_000) {
    const ask = async (): Promise<ProbeOutcome> => {
      asked += 1;
      return FAILED;
    };
    const asking = createAsking(ask, forever);
    const watched = await watchHealth(memories, view, [job], { state, now: () => now, asking });
    events.push(...watched.events.map((each) => ('state' in each ? each.state : each.event)));
    memories = watched.memories;
    if (watched.restarts.length === 0) continue;
    restarts.push(now);
    memories = noteRestarts(memories, [TARGET], now);
  }
  return { memories, restarts, events, asked };
}

describe('the health of a job in the loop', () => {
  it('is told once, and leads to a restart', async () => {
    const { restarts, events } = await rounds(4, seen({}));
    expect(events).toEqual(['unhealthy']);
    expect(restarts).toHaveLength(1);
  });

  it.each([
    ['not ours', seen(null), {}],
    ['held', seen({ held: true }), {}],
    ['disabled by a person', seen({}, { disabled: true }), {}],
    ['without a process', seen({}, { service: { state: 'proven', pid: null } }), {}],
    ['not readable', seen({}, { service: { state: 'unknown', why: 'late' } }), {}],
    ['managed by another program', seen({}), { job: { ...JOB, managedByOther: true } }],
    [
      'contested',
      seen({}),
      {
        state: withMemory(EMPTY_STATE, JOB, {
          contested: { since: 0, keys: [], declared: '', writer: { name: null, writtenAt: null } },
        }),
      },
    ],
  ] as const)('is none of its business where that is %s', async (_, view, options) => {
    expect(await rounds(6, view, options)).toMatchObject({ asked: 0, restarts: [], events: [] });
  });

  it('counts the restarts of the loop before it', async () => {
    const state = withMemory(EMPTY_STATE, JOB, { ...NO_MEMORY, restarts: [0, 1, 2, 3] });
    const { restarts, events } = await rounds(30, seen({}), { state });
    expect(events).toEqual(['unhealthy']);
    expect(restarts).toEqual([]);
  });

  it('is asked in time', async () => {
    const { memories } = await rounds(1, seen({}));
    expect(nextAskMs(memories, [JOB], 60_000, 500, NOBODY)).toBe(1_500);
    expect(nextAskMs(memories, [JOB], 1_000, 500, NOBODY)).toBe(1_000);
    expect(nextAskMs(memories, [JOB], 60_000, 90_000, NOBODY)).toBe(200);
    expect(nextAskMs(new Map(), [JOB], 60_000, 0, NOBODY)).toBe(60_000);
  });

  it('holds up nobody by an answer that is late, and is judged by it when it comes', async () => {
    const slow: Job = { ...JOB, label: 'local.test.slow', instance: 'slow' };
    const view = seen({});
    const { observed } = view;
    const [there] = observed.jobs;
    const [entry] = observed.ledger.entries;
    if (there === undefined || entry === undefined) throw new Error('expected a job');
    const both = {
      plan: PLAN,
      observed: {
        ...observed,
        jobs: [there, { ...there, label: slow.label }],
        ledger: { ...observed.ledger, entries: [entry, { ...entry, label: slow.label }] },
      },
    };
    let answer: (outcome: ProbeOutcome) => void = () => {};
    let asked = 0;
    const asking = createAsking(
      ({ label }) => {
        if (label !== slow.label) return Promise.resolve(FAILED);
        asked += 1;
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
      async () => {},
    );
    let memories: Parameters<typeof noteRestarts>[0] = new Map();
    const states = async (now: number) => {
      const watched = await watchHealth(memories, both, [JOB, slow], {
        state: EMPTY_STATE,
        now: () => now,
        asking,
      });
      memories = watched.memories;
      return [...memories.values()].map(({ health }) => health?.state ?? null);
    };
    expect(await states(0)).toEqual(['starting', null]);
    // It is looked for soon, but not as if it were to be asked again.
    expect(nextAskMs(memories, [slow], 60_000, 0, asking)).toBe(1_000);
    expect(await states(10_000)).toEqual(['starting', null]);
    expect(await states(20_000)).toEqual(['unhealthy', null]);
    expect(asked).toBe(1);
    answer({ outcome: 'passed' });
    await Promise.resolve();
    expect(await states(21_000)).toEqual(['unhealthy', 'healthy']);
    expect(await states(30_000)).toEqual(['unhealthy', 'healthy']);
    expect(await states(31_000)).toEqual(['unhealthy', 'healthy']);
    expect(asked).toBe(2);
  });
});
