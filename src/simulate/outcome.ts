import { type ExitKind, isGoodExit } from '../launchd/keep-alive.ts';
import { type Run, runsOf, segmentsOf, type Timeline } from './timeline.ts';

/** This many starts in a row, each soon after the one before, are a storm (`status` says crash-looping from 5 runs on, too). */
export const STORM_STARTS = 5;
/** Two starts further apart are no part of one. */
const STORM_GAP_MS = 60_000;

/** What a timeline comes to, in figures. Times in milliseconds. */
export interface Outcome {
  readonly starts: number;
  /** How long it was running. */
  readonly upMs: number;
  readonly end: 'running' | 'waiting' | 'down';
  /** Of `down`: the last run and how it ended; null when it has never run. */
  readonly last: { readonly run: number; readonly at: number; readonly exit: ExitKind } | null;
  readonly storm: Storm | null;
  /** Firings that came while it ran. */
  readonly missed: number;
}

/** Restarts in a row, after ends that are all good or all bad. */
export interface Storm {
  readonly starts: number;
  /** From start to start, on average. */
  readonly everyMs: number;
  /** From its first start to its last, or to the end while it goes on. */
  readonly ms: number;
  /** It was still going on when the time was over. */
  readonly goesOn: boolean;
  /** They follow exit 0: the job does its work and is started again all the same. */
  readonly endsWell: boolean;
}

export function outcomeOf(timeline: Timeline): Outcome {
  const segments = segmentsOf(timeline);
  const { events } = timeline;
  const exits = events.filter((event) => event.kind === 'exit');
  const lastExit = exits.at(-1);
  return {
    starts: events.filter(({ kind }) => kind === 'start').length,
    upMs: segments
      .filter(({ state }) => state === 'running')
      .reduce((sum, { from, to }) => sum + to - from, 0),
    end: endOf(timeline),
    last: lastExit === undefined ? null : { run: lastExit.run, at: lastExit.at, exit: lastExit.exit },
    storm: stormOf(timeline),
    missed: events.filter(({ kind }) => kind === 'missed').length,
  };
}

function endOf({ events }: Timeline): Outcome['end'] {
  const last = events.findLast(({ kind }) => kind !== 'missed' && kind !== 'exit');
  return last?.kind === 'start' ? 'running' : last?.kind === 'wait' ? 'waiting' : 'down';
}

/** The longest row of restarts, each soon after the start before it, and all after a good end or all after a bad one. */
function stormOf(timeline: Timeline): Storm | null {
  const runs = runsOf(timeline);
  let best: readonly [from: number, to: number] = [0, 0];
  let from = 0;
  for (const [index, { restarted, startsAt }] of runs.entries()) {
    const before = runs[index - 1];
    if (before === undefined || !restarted || startsAt - before.startsAt > STORM_GAP_MS) from = index;
    else if (index - 1 > from && endsWell(runs[index - 2]) !== endsWell(before)) from = index - 1;
    if (index - from > best[1] - best[0]) best = [from, index];
  }
  const [first, last] = [runs[best[0]], runs[best[1]]];
  const starts = best[1] - best[0] + 1;
  if (first === undefined || last === undefined || starts < STORM_STARTS) return null;
  const goesOn = last === runs.at(-1) && endOf(timeline) !== 'down';
  return {
    starts,
    everyMs: (last.startsAt - first.startsAt) / (starts - 1),
    ms: (goesOn ? timeline.playedMs : last.startsAt) - first.startsAt,
    goesOn,
    endsWell: endsWell(first),
  };
}

function endsWell(run: Run | undefined): boolean {
  return run?.end != null && isGoodExit(run.end.exit);
}
