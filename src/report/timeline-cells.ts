import { isCrash, isGoodExit } from '../launchd/keep-alive.ts';
import type { Segment } from '../simulate/timeline.ts';
import { localTime, type Wall, wallParts } from '../simulate/wall.ts';
import { timeWords } from '../simulate/words.ts';

/** What a column or a mark of a timeline shows: a state, or the worst end that falls in it. */
export type Cell = Segment['state'] | EndKind | 'unknown';
export type EndKind = 'good' | 'bad' | 'crash';

/** How a run has ended, as far as launchd tells it apart (facts §2.4). */
export function endKind(exit: NonNullable<Segment['exit']>): EndKind {
  return isGoodExit(exit) ? 'good' : isCrash(exit) ? 'crash' : 'bad';
}

const WORSE: readonly Cell[] = ['good', 'bad', 'crash'];

/**
 * A timeline in columns of equal length: an end wins over a state, a worse end over a better one, a longer state over a
 * shorter one. What was not played is `unknown`.
 */
export function cellsOf(segments: readonly Segment[], forMs: number, columns: number): readonly Cell[] {
  const size = forMs / columns;
  const cells: Cell[] = Array.from({ length: columns }, () => 'unknown');
  const longest = new Float64Array(columns);
  const columnOf = (ms: number): number => Math.min(columns - 1, Math.floor(ms / size));
  for (const { state, from, to, exit } of segments) {
    for (let column = columnOf(from); column <= columnOf(to) && column * size < to; column += 1) {
      const part = Math.min(to, (column + 1) * size) - Math.max(from, column * size);
      if (part > (longest[column] ?? 0) && !WORSE.includes(cells[column] ?? 'unknown')) {
        cells[column] = state;
        longest[column] = part;
      }
    }
    if (exit === null) continue;
    // An end at the very edge belongs to the run before it.
    const column = columnOf(Math.max(from, to - 1));
    const kind = endKind(exit);
    if (WORSE.indexOf(kind) > WORSE.indexOf(cells[column] ?? 'unknown')) cells[column] = kind;
  }
  return cells;
}

export interface Tick {
  readonly ms: number;
  readonly label: string;
}

const STEPS_S = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800,
  432_000, 864_000, 2_592_000, 5_184_000,
];

/**
 * Round times along an axis, `most` or little more, from 0; the end itself is the last one. With a wall clock they are round
 * there, in local time, and the axis has no tick at its beginning and end unless these are round themselves.
 */
export function ticksOf(forMs: number, most: number, wall: Wall | null): readonly Tick[] {
  const seconds = forMs / 1000;
  const step = (STEPS_S.find((each) => seconds / each <= most) ?? seconds) * 1000;
  if (wall !== null) return wallTicks(forMs, Math.max(step, 60_000), wall);
  const ticks: Tick[] = [];
  // One that stands too near to the end makes room for it.
  for (let at = 0; at <= forMs - step * 0.6; at += step) ticks.push(tick(at));
  return [...ticks, tick(forMs)];
}

function tick(ms: number): Tick {
  return { ms, label: timeWords(ms) };
}

const DAY_MS = 86_400_000;

function wallTicks(forMs: number, step: number, wall: Wall): readonly Tick[] {
  const begin = localTime(0, wall);
  const ticks: Tick[] = [];
  for (let local = Math.ceil(begin / step) * step; ; local += step) {
    // Clocks that changed meanwhile are off by what they changed by.
    const about = local - begin;
    const ms = about - (localTime(about, wall) - local);
    if (ms > forMs) return ticks;
    const { date, time } = wallParts(ms, wall);
    ticks.push({ ms, label: step < DAY_MS && time !== '00:00' ? time : date });
  }
}
