import { describe, expect, it } from 'vitest';
import { crashLoopOf, follow, JUST_LOADED, resumed, type Sample } from '../../src/loop/crash-loop.ts';
import type { Track } from '../../src/loop/state.ts';
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

/** Seconds and what was seen then. */
function play(samples: readonly (readonly [number, Sample])[], from: Track | null = JUST_LOADED): Track {
  let track = from;
  for (const [at, sample] of samples) track = follow(track, sample, at * 1_000, GIVE_UP);
  if (track === null) throw new Error('nothing was played');
  return track;
}

const judge = (track: Track, at: number) => crashLoopOf(track, GIVE_UP, at * 1_000);

describe('crash-looping', () => {
  it('is five bad ends within the time, not four', () => {
    const four = play([1, 2, 3, 4].map((runs) => [runs * 10, down(runs)]));
    expect(judge(four, 41)).toBe(null);
    const five = follow(four, down(5), 50_000, GIVE_UP);
    expect(judge(five, 50)).toEqual({ exits: [FAILED, FAILED, FAILED, FAILED, FAILED], seconds: 40 });
  });

  it('forgets ends that lie ahead, since the clock was set back', () => {
    const DAY = 24 * 60 * 60;
    const four = play([1, 2, 3, 4].map((runs) => [DAY + runs * 10, down(runs)]));
    const five = follow(four, down(5), 50_000, GIVE_UP);
    expect(judge(five, 50)).toBe(null);
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
    const after = follow(resumed(before), down(12), 60_000, GIVE_UP);
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
    const anew = follow(before, down(1), 11_000, GIVE_UP);
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
