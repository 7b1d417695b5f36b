import { describe, expect, it } from 'vitest';
import { createAsking } from '../../src/loop/asking.ts';
import { type Declared, type FileReading, type LoopMeans, runLoop } from '../../src/loop/loop.ts';
import { EMPTY_STATE, type LoopState, memoryOf, type Word } from '../../src/loop/state.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { Told } from '../../src/model/loop.ts';
import type { Observed } from '../../src/model/observed.ts';
import type { Change } from '../../src/model/plan.ts';
import { job } from '../support/world.ts';
import { changeOf } from './support.ts';

/** Rounds on a clock of our own: the world is what `changes` says, and every wait takes just as long as it asks for. */

const WEB = job('web');
const DECLARED: Declared = { stack: 'tools', file: '/f.yaml', jobs: [WEB], diagnostics: [] };
const MINUTE = 60_000;

interface Stage {
  /** What a look finds, by its number from 1; or throws. */
  readonly changes?: (look: number, now: number) => readonly Change[];
  readonly file?: (round: number) => FileReading<Declared>;
  /** `saved` is what a loop that comes after a kill in the middle of this would know. */
  readonly mend?: (change: Change, now: number, saved: LoopState) => 'applied' | 'rolled-back';
  readonly told?: (now: number) => readonly Word[];
  readonly state?: LoopState;
  readonly rounds: number;
  readonly intervalMs?: number;
}

async function play(stage: Stage) {
  const { changes = () => [], mend = () => 'applied', told = () => [], intervalMs = 10_000 } = stage;
  let now = 1_000_000;
  let looks = 0;
  let reads = 0;
  const events: Told[] = [];
  const mends: number[] = [];
  const waits: number[] = [];
  let state = stage.state ?? EMPTY_STATE;
  const observed: Observed = {
    launchd: 'system',
    plists: [],
    jobs: [{ label: WEB.label, domain: WEB.domain, service: { state: 'not-loaded' }, disabled: null }],
    ledger: {
      version: 1,
      entries: [{ label: WEB.label, domain: WEB.domain, stack: 'tools' } as unknown as LedgerEntry],
    },
    folders: [],
    mayChangeSystem: false,
  };
  const look = (found: readonly Change[]) => ({
    observed,
    plan: { stack: 'tools', launchd: 'system' as const, changes: found, diagnostics: [] },
  });
  const means: LoopMeans<Declared> = {
    now: () => now,
    readFile: () => stage.file?.(++reads) ?? { state: 'good', declared: DECLARED },
    look: async () => look(changes(++looks, now)),
    mend: async (_, __, choose) => {
      const chosen = await choose(look(changes(looks, now)));
      mends.push(now);
      const results = chosen.map((change) => {
        const outcome = mend(change, now, state);
        const { instance, label, domain } = change;
        const error = outcome === 'applied' ? null : { code: 'launchd/refused', message: 'No.', hint: '' };
        return { instance, label, domain, outcome, error };
      });
      return { changes: chosen, report: { changed: true, results, diagnostics: [], interrupted: false } };
    },
    stayAlone: async () => false,
    takeTold: async () => told(now),
    saveState: async (next) => {
      state = next;
    },
    beat: async () => {},
    asking: createAsking(
      async () => ({ outcome: 'passed' }),
      async () => {},
    ),
    endOfLog: async () => null,
    uid: 501,
    nameOfUser: () => null,
    wait: async (ms) => {
      waits.push(ms);
      now += ms;
    },
    emit: (event) => events.push(event),
    explain: (error) => {
      const { message } = error as Error;
      return { code: message, message, hint: null, quiet: message === 'lock/held' };
    },
  };
  const rounds = await runLoop(means, state, {
    intervalMs,
    whole: true,
    signal: new AbortController().signal,
    rounds: stage.rounds,
  });
  return { rounds, events, mends, waits, state, named: events.map(({ event }) => event) };
}

const notLoaded = changeOf('web', { op: 'load', reasons: ['not-loaded'] });
const nothing = changeOf('web', { op: 'noop', reasons: [], actions: [] });

describe('the loop', () => {
  it('says nothing and writes nothing while nothing differs', async () => {
    const { named, mends, waits, state } = await play({ rounds: 50, changes: () => [nothing] });
    expect(named).toEqual(['file-loaded']);
    expect(mends).toEqual([]);
    expect(new Set(waits)).toEqual(new Set([10_000]));
    expect(state).toBe(EMPTY_STATE);
  });

  it('puts a difference right three times within an hour, and then leaves it, also after a restart', async () => {
    const first = await play({ rounds: 100, intervalMs: MINUTE, changes: () => [notLoaded] });
    expect(first.mends).toHaveLength(3);
    expect(first.named).toEqual(['file-loaded', 'applied', 'applied', 'applied', 'another-manager']);
    const again = await play({ rounds: 100, changes: () => [notLoaded], state: first.state });
    expect(again.mends).toEqual([]);
    const word = { target: `${WEB.domain}/${WEB.label}`, at: 0 };
    let asked = 0;
    const taken = await play({
      rounds: 100,
      changes: () => [notLoaded],
      state: first.state,
      told: () => (asked++ === 3 ? [word] : []),
    });
    expect(taken.named).toContain('taken-up');
    expect(taken.mends).toHaveLength(3);
  });

  it('counts a correction from before it is begun, and one that fails not at all', async () => {
    const known: number[] = [];
    const countIn = (saved: LoopState) => memoryOf(saved, WEB).corrections.length;
    const { state, named } = await play({
      rounds: 200,
      intervalMs: MINUTE,
      changes: () => [notLoaded],
      mend: (_, __, saved) => {
        known.push(countIn(saved));
        return known.length < 3 ? 'rolled-back' : 'applied';
      },
    });
    expect(known).toEqual([1, 1, 1, 2, 3]);
    expect(named.filter((name) => name === 'another-manager')).toHaveLength(1);
    expect(countIn(state)).toBe(0);
  });

  it('mends for ever what is lost now and then', async () => {
    let mended = 0;
    const half = (now: number): number => Math.floor(now / (30 * MINUTE));
    const { mends, named } = await play({
      rounds: 300,
      intervalMs: MINUTE,
      changes: (_, now) => [half(now) > mended ? notLoaded : nothing],
      mend: (_, now) => {
        mended = half(now);
        return 'applied';
      },
    });
    expect(mends.length).toBeGreaterThan(5);
    expect(named).not.toContain('another-manager');
  });

  it('tries what failed less and less often, tells it once, and tells when it went well', async () => {
    let tries = 0;
    const { mends, named } = await play({
      rounds: 400,
      changes: () => [tries > 6 ? nothing : changeOf('web', { reasons: ['changed'] })],
      mend: () => (++tries > 6 ? 'applied' : 'rolled-back'),
    });
    const pauses = mends.slice(1).map((at, index) => at - (mends[index] ?? 0));
    expect(mends).toHaveLength(7);
    for (const [index, pause] of pauses.entries()) expect(pause).toBeGreaterThanOrEqual(10_000 * 2 ** index);
    expect(named).toEqual(['file-loaded', 'failed', 'applied']);
  });

  it('tells trouble once for as long as it lasts, and that it is over', async () => {
    const { named, waits } = await play({
      rounds: 8,
      changes: (look) => {
        if (look <= 4) throw new Error('launchctl/unusable');
        return [nothing];
      },
    });
    expect(named).toEqual(['file-loaded', 'trouble', 'recovered']);
    expect(waits.slice(0, 5)).toEqual([10_000, 20_000, 40_000, 80_000, 10_000]);
  });

  it('does not take a file that is just being written for the end of a trouble', async () => {
    const { named } = await play({
      rounds: 6,
      changes: (look) => {
        if (look <= 3) throw new Error('launchctl/unusable');
        return [nothing];
      },
      file: (round) =>
        round === 2 || round === 4 ? { state: 'changing' } : { state: 'good', declared: DECLARED },
    });
    expect(named).toEqual(['file-loaded', 'trouble', 'recovered']);
  });

  it('looks again soon, and does not complain, while an apply by hand holds the lock', async () => {
    const { named, waits } = await play({
      rounds: 6,
      changes: (look) => {
        if (look <= 4) throw new Error('lock/held');
        return [nothing];
      },
    });
    expect(named).toEqual(['file-loaded']);
    expect(waits).toEqual([1_000, 1_000, 1_000, 1_000, 10_000]);
  });

  it('decides nothing by a file that is just being written, and keeps the last good one', async () => {
    const invalid: FileReading<Declared> = { state: 'invalid', diagnostics: [], declared: DECLARED };
    const { named, waits } = await play({
      rounds: 5,
      changes: () => [nothing],
      file: (round) =>
        round === 1 ? { state: 'good', declared: DECLARED } : round === 2 ? { state: 'changing' } : invalid,
    });
    expect(named).toEqual(['file-loaded', 'file-invalid']);
    expect(waits).toEqual([10_000, 200, 10_000, 10_000]);
  });

  it('says of a job that is left alone why, once, and once more when it was well meanwhile', async () => {
    const blocked = { code: 'job/foreign', message: 'Not ours.', hint: 'Adopt it.' };
    const left = changeOf('web', { blocked, actions: [] });
    const { events } = await play({
      rounds: 9,
      changes: (look) => [look % 4 === 0 ? nothing : left],
    });
    expect(events.filter(({ event }) => event === 'left-alone')).toHaveLength(3);
  });
});
