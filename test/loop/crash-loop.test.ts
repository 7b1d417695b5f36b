import { describe, expect, it } from 'vitest';
import {
  crashLoopOf,
  follow,
  justLoaded,
  oftenRestarted,
  resumed,
  type Sample,
  sampleOf,
} from '../../src/loop/crash-loop.ts';
import type { Track } from '../../src/loop/state.ts';
import type { ObservedService } from '../../src/model/observed.ts';
import type { LastExit } from '../../src/model/service.ts';

const GIVE_UP = { after: 5, within: 600 };
const FAILED: LastExit = { code: 1 };

const down = (runs: number | null, lastExit: LastExit | null = FAILED): Sample => ({
  pid: null,
  runs,
  lastExit,
});
const up = (pid: number, runs: number | null, lastExit: LastExit | null = FAILED): Sample => ({
  pid,
  runs,
  lastExit,
});

/** One more look, at that second. */
const look = (
  track: Track | null,
  sample: Sample,
  second: number,
  more: {
    readonly definition?: string | null;
    readonly handledAt?: number;
    readonly loadedAfter?: number;
  } = {},
): Track =>
  follow(track, sample, {
    now: second * 1_000,
    window: GIVE_UP,
    definition: 'a',
    loadedAfter: null,
    ...more,
  });

/** Seconds and what was seen then. */
function play(samples: readonly (readonly [number, Sample])[], from: Track | null = justLoaded(0)): Track {
  let track = from;
  for (const [at, sample] of samples) track = look(track, sample, at);
  if (track === null) throw new Error('nothing was played');
  return track;
}

const judge = (track: Track, at: number) => crashLoopOf(track, GIVE_UP, at * 1_000);

describe('crash-looping', () => {
  it('is five bad ends within the time, not four', () => {
    const four = play([1, 2, 3, 4].map((runs) => [runs * 10, down(runs)]));
    expect(judge(four, 41)).toBe(null);
    const five = look(four, down(5), 50);
    expect(judge(five, 50)).toEqual({ exits: [FAILED, FAILED, FAILED, FAILED, FAILED], seconds: 40 });
  });

  it('forgets ends that lie ahead, since the clock was set back', () => {
    const DAY = 24 * 60 * 60;
    const four = play([1, 2, 3, 4].map((runs) => [DAY + runs * 10, down(runs)]));
    const five = look(four, down(5), 50);
    expect(judge(five, 50)).toBe(null);
  });

  it('counts what ended since it was loaded, when that was lately, and leaves the last word to what is seen', () => {
    const seen = (runs: number, more: Parameters<typeof look>[3]) => look(null, down(runs), 1_000, more).bad;
    expect(seen(3, { loadedAfter: 970_000 })).toEqual([
      { at: 980_000, exit: FAILED },
      { at: 990_000, exit: FAILED },
      { at: 1_000_000, exit: FAILED },
    ]);
    expect(seen(30, { loadedAfter: 900_000 })).toHaveLength(4);
    // Longer ago than the time that matters, later than now, or before a person took it in hand: nothing is known.
    expect(seen(3, { loadedAfter: 300_000 })).toEqual([]);
    expect(seen(3, { loadedAfter: 1_100_000 })).toEqual([]);
    expect(seen(3, { loadedAfter: 970_000, handledAt: 990_000 })).toEqual([]);
    expect(seen(3, { loadedAfter: 970_000, handledAt: 960_000 })).toHaveLength(3);
    // The same of another definition, and where the first look does not tell the count.
    const other = look(play([[10, down(4)]]), down(2), 1_000, { definition: 'b', loadedAfter: 990_000 });
    expect(other.bad).toHaveLength(2);
    const proven = look(null, down(null), 1_000, { loadedAfter: 990_000 });
    expect(look(proven, down(3), 1_001, { loadedAfter: 990_000 }).bad).toHaveLength(3);
  });

  it('counts ends that came between two looks, and none twice', () => {
    const track = play([
      [10, down(3)],
      [11, down(3)],
      [12, up(77, 4)],
      [13, up(77, 4)],
      [14, down(4)],
      [15, down(5)],
    ]);
    expect(track.bad).toHaveLength(5);
  });

  it('does not count what ended while no loop looked, and goes on from there', () => {
    const before = play([1, 2].map((runs) => [runs * 10, down(runs)]));
    // Ten more ends, some time within a week.
    const after = look(resumed(before), down(12), 60);
    expect(after.bad).toHaveLength(2);
    const next = play(
      [13, 14, 15].map((runs) => [runs + 50, down(runs)]),
      after,
    );
    expect(judge(next, 66)).not.toBe(null);
  });

  it('is no restart now and then', () => {
    const track = play([1, 2, 3, 4, 5, 6, 7, 8].map((runs) => [runs * 300, down(runs)]));
    expect(judge(track, 2_400)).toBe(null);
    expect(track.bad.length).toBeLessThan(4);
  });

  it('is no job that ends well, or that somebody asks to end', () => {
    const well = play([1, 2, 3, 4, 5, 6].map((runs) => [runs, down(runs, { code: 0 })]));
    const asked = play([1, 2, 3, 4, 5, 6].map((runs) => [runs, down(runs, { signal: 15, name: 'SIGTERM' })]));
    expect([judge(well, 7), judge(asked, 7)]).toEqual([null, null]);
  });

  it('tells the kinds of the last ends, oldest first', () => {
    const killed: LastExit = { signal: 9, name: 'SIGKILL' };
    const track = play([
      [1, down(4)],
      [2, down(5, killed)],
    ]);
    expect(judge(track, 2)?.exits).toEqual([FAILED, FAILED, FAILED, FAILED, killed]);
  });

  it('begins anew when the job was loaded anew, and counts from now on what it sees for the first time', () => {
    const before = play([[10, down(4)]]);
    const anew = look(before, down(1), 11);
    expect(anew.bad).toHaveLength(1);
    const late = play(
      [
        [10, down(40)],
        [20, down(41)],
      ],
      null,
    );
    expect(late.bad).toHaveLength(1);
  });

  it('counts nothing of a former definition', () => {
    const four = play([1, 2, 3, 4].map((runs) => [runs, down(runs)]));
    // Loaded anew, and as often started by now as it was before: the count alone does not tell.
    const other = look(four, down(5), 6, { definition: 'b' });
    expect(other.bad).toEqual([]);
    expect(look(other, down(6), 7, { definition: 'b' }).bad).toHaveLength(1);
    // No longer ours, and ours again.
    expect(look(four, down(5), 6, { definition: null }).bad).toEqual([]);
    // What was seen before it was ours is of the same job.
    const before = look(justLoaded(0), down(1), 1, { definition: null });
    expect(look(before, down(2), 2).bad).toHaveLength(2);
  });

  it('takes ends that it did not see one by one to lie between the two looks', () => {
    // Ten ends in half an hour, seen at once, are no crash loop.
    expect(judge(play([[1_800, down(10)]]), 1_800)).toBe(null);
    const some = play([[1_000, down(4)]]);
    expect(some.bad.map(({ at }) => at / 1_000)).toEqual([250, 500, 750, 1_000]);
    // The clock was set back: nothing is known but that they have ended.
    const back = follow(justLoaded(9_000_000), down(5), {
      now: 1_000,
      window: GIVE_UP,
      definition: 'a',
      loadedAfter: null,
    });
    expect(back.bad.map(({ at }) => at)).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
  });

  it('counts nothing by an answer from before', () => {
    const seen = { runs: 3, pid: null, lastExit: FAILED };
    const service = { state: 'loaded', service: seen, remembered: true } as unknown as ObservedService;
    const first = play([[10, sampleOf(service) as Sample]], null);
    // Twenty more runs since that answer, at times that nobody knows.
    expect(look(first, down(23), 20).bad).toEqual([]);
  });

  it('does not count the end that somebody asked for, nor what was before', () => {
    const three = play([
      [1, down(1)],
      [2, down(2)],
      [3, up(77, 3)],
    ]);
    expect(three.bad).toHaveLength(2);
    // Ended by a restart, with a code of its own.
    expect(look(three, up(78, 4), 4, { handledAt: 0 }).bad).toHaveLength(2);
    expect(look(three, up(79, 5), 5, { handledAt: 0 }).bad).toHaveLength(3);
    // Of four ends, one is that of the restart, and one of the others lies before it.
    expect(look(three, down(6), 9, { handledAt: 6_000 }).bad).toHaveLength(4);
  });

  it('counts all that ended of a job that was taken up again between two looks', () => {
    expect(look(justLoaded(1_000), down(4), 10, { handledAt: 7_000 }).bad).toHaveLength(4);
    // Loaded anew: its count began again.
    const three = play([1, 2, 3].map((runs) => [runs, down(runs)]));
    expect(look(three, down(2), 10, { handledAt: 8_000 }).bad).toHaveLength(2);
  });

  it('goes by the process where the run count was not asked', () => {
    const track = play([
      [1, up(10, null)],
      [2, up(10, null)],
      [3, up(11, null)],
      [4, up(12, null)],
    ]);
    expect(track.bad).toHaveLength(2);
  });

  it('is bounded', () => {
    const track = play([[1, down(1_000_000)]]);
    expect(track.bad).toHaveLength(100);
  });
});

describe('restarted often', () => {
  const TERM: LastExit = { signal: 15, name: 'SIGTERM' };
  const often = (track: Track, at: number) => oftenRestarted(track, at * 1_000);
  /** Another process every ten seconds, from the first on. */
  const restarts = (count: number, exit: LastExit): Track =>
    play(
      Array.from(
        { length: count + 1 },
        (_, index) => [index * 10, up(100 + index, index + 1, exit)] as const,
      ),
    );

  it.each([TERM, { code: 0 }])('is five ends within ten minutes that are no bad ones: %j', (exit) => {
    expect(often(restarts(4, exit), 40)).toBe(null);
    expect(often(restarts(5, exit), 50)).toEqual({ restarts: 5, seconds: 40 });
    expect(often(restarts(5, exit), 50 + 600)).toBe(null);
    expect(judge(restarts(5, exit), 50)).toBe(null);
  });

  it('is not said of crashes, which are told as such', () => {
    expect(often(restarts(9, FAILED), 90)).toBe(null);
  });

  it('does not count what was done on purpose', () => {
    let track: Track | null = null;
    for (let index = 0; index < 9; index++)
      track = look(track, up(100 + index, index + 1, TERM), index * 10, { handledAt: index * 10_000 });
    expect(track?.others).toEqual([]);
  });
});
