import { describe, expect, it } from 'vitest';
import {
  nextLookMs,
  type Tracks,
  watchRuns,
  withLoaded,
  withoutFormer,
  withTracks,
} from '../../src/loop/runs.ts';
import { EMPTY_STATE, memoryOf, targetOf } from '../../src/loop/state.ts';
import type { Job } from '../../src/model/job.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { Observed, ObservedService } from '../../src/model/observed.ts';
import { job } from '../support/world.ts';

const USUAL = job('web');
const FLAKY: Job = { ...job('web'), giveUp: { after: 3, within: 60 } };
const TARGET = targetOf(USUAL);

const down = (runs: number): ObservedService =>
  ({ state: 'loaded', service: { pid: null, runs, lastExit: { code: 1 } } }) as unknown as ObservedService;

/** One look at the job, declared or not, under the definition that the ledger has. */
function look(before: Tracks, service: ObservedService, second: number, jobs = [FLAKY], fileHash = 'a') {
  const { label, domain } = USUAL;
  const entry = { label, domain, stack: 'tools', held: false, fileHash } as unknown as LedgerEntry;
  const observed = {
    jobs: [{ label, domain, service, disabled: null }],
    ledger: { version: 1, entries: [entry] },
  } as unknown as Observed;
  const plan = { stack: 'tools', launchd: 'system' as const, changes: [], diagnostics: [] };
  return watchRuns(before, { observed, plan }, jobs, second * 1_000);
}

/** Two bad ends: one more, and it is given up. */
const almost = (): Tracks => {
  const first = look(new Map(), { state: 'not-loaded' }, 0);
  return look(look(first.tracks, down(1), 1).tracks, down(2), 2).tracks;
};

describe('what is counted of a job', () => {
  it('is its ends, up to the one at which it is given up', () => {
    expect(look(almost(), down(3), 3).giveUps).toMatchObject([{ count: { seconds: 2 } }]);
  });

  it('is gone with its declaration, and with a definition that is no longer in force', () => {
    const undeclared = look(almost(), { state: 'not-loaded' }, 3, []);
    expect([...undeclared.tracks]).toEqual([]);
    expect(look(undeclared.tracks, down(3), 4).giveUps).toEqual([]);
    expect(look(almost(), down(3), 3, [FLAKY], 'b').giveUps).toEqual([]);
  });

  it('begins anew when the loop loads it anew, even if its count says nothing of that', () => {
    const anew = withLoaded(almost(), [TARGET], 2_500);
    const counted = look(anew, down(2), 3, [FLAKY], 'b');
    expect(counted.tracks.get(TARGET)?.bad).toHaveLength(2);
    expect(look(counted.tracks, down(3), 4, [FLAKY], 'b').giveUps).toHaveLength(1);
  });

  it('begins anew when a person takes it in hand', () => {
    const told = withoutFormer(almost(), [{ target: TARGET, at: 2_500 }]);
    expect(look(told, down(3), 3).giveUps).toEqual([]);
  });

  it('outlives the loop while it may be given up, and no longer', () => {
    const { tracks } = look(almost(), down(2), 3);
    const state = withTracks(EMPTY_STATE, tracks, [FLAKY]);
    expect(memoryOf(state, USUAL).track?.bad).toHaveLength(2);
    // Nothing happened: nothing is written.
    expect(withTracks(state, look(tracks, down(2), 4).tracks, [FLAKY])).toBe(state);
    expect(withTracks(state, tracks, [USUAL])).toEqual(EMPTY_STATE);
    expect(withTracks(state, new Map(), [])).toEqual(EMPTY_STATE);
  });
});

describe('the next look', () => {
  const INTERVAL = 10_000;
  const quick = (giveUp: Job['giveUp'], throttle: number): Job => ({
    ...FLAKY,
    ...(giveUp === undefined ? {} : { giveUp }),
    plist: { ...FLAKY.plist, entries: { ...FLAKY.plist.entries, ThrottleInterval: throttle } },
  });
  const next = (service: ObservedService, of: Job, before: Tracks = new Map()): number => {
    const { tracks } = look(before, service, 3, [of]);
    const { label, domain } = USUAL;
    const observed = { jobs: [{ label, domain, service, disabled: null }] } as unknown as Observed;
    return nextLookMs(tracks, [of], observed, INTERVAL, 3_000);
  };

  it('comes before all the ends that a job is given up for could have come', () => {
    const five = quick({ after: 5, within: 60 }, 1);
    // It fell over before it was first seen; it is about to be taken up by hand.
    expect(next(down(1), five)).toBe(3_000);
    expect(next({ state: 'not-loaded' }, five)).toBe(3_000);
    expect(next(down(1), quick({ after: 1, within: 60 }, 1))).toBe(250);
    expect(next(down(1), quick({ after: 5, within: 60 }, 10))).toBe(INTERVAL);
    expect(next(down(1), USUAL)).toBe(INTERVAL);
  });

  it('comes before the next start once a job has ended badly', () => {
    expect(next(down(3), quick({ after: 5, within: 60 }, 1), almost())).toBe(250);
  });
});
