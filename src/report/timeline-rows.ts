import { describeBehaviour } from '../launchd/behaviour.ts';
import { type Run, runsOf, type Timeline } from '../simulate/timeline.ts';
import { goesByTheCalendar, wallParts, wallWords } from '../simulate/wall.ts';
import { exitWords, timeWords } from '../simulate/words.ts';
import { type EndKind, endKind } from './timeline-cells.ts';

/** One run in words; equal ones in a row are counted. Times since the job was loaded, or of day if it goes by the calendar. */
export interface RunRow {
  readonly run: string;
  readonly starts: string;
  readonly why: string;
  readonly ends: string;
  readonly exit: string;
  readonly kind: EndKind | null;
  readonly next: string;
  /** How many runs more are like this one, and when the last of them starts; null: none. */
  readonly more: { readonly runs: number; readonly last: string } | null;
}

/** Fewer equal runs than this are shown one by one. */
const ALIKE = 3;

/** A row a run, in order; of runs that are all alike only the first has one. */
export function runRows(timeline: Timeline): readonly RunRow[] {
  const runs = runsOf(timeline);
  const at = timesOf(timeline).full;
  const told = (run: Run, more: RunRow['more']): RunRow =>
    row(run, nextWords(run, timeline, runs), timeline, more);
  const rows: RunRow[] = [];
  for (let from = 0; from < runs.length; ) {
    const first = runs[from];
    if (first === undefined) break;
    let next = from + 1;
    while (next < runs.length && alike(first, runs[next])) next += 1;
    const length = next - from;
    const last = runs[next - 1];
    if (length >= ALIKE && last !== undefined)
      rows.push(told(first, { runs: length - 1, last: at(last.startsAt) }));
    else for (const run of runs.slice(from, next)) rows.push(told(run, null));
    from = next;
  }
  return rows;
}

function row(run: Run, next: string, timeline: Timeline, more: RunRow['more']): RunRow {
  const { end } = run;
  const times = timesOf(timeline);
  return {
    run: `${run.run}`,
    starts: times.full(run.startsAt),
    why: whyWords(run, timeline),
    ends: end === null ? '' : times.short(end.at),
    exit: end === null ? '' : exitWords(end.exit),
    kind: end === null ? null : endKind(end.exit),
    next,
    more,
  };
}

interface Times {
  full(ms: number): string;
  /** Where the day is known already. */
  short(ms: number): string;
}

function timesOf({ plist, wall }: Timeline): Times {
  return goesByTheCalendar(plist)
    ? { full: (ms) => wallWords(ms, wall), short: (ms) => wallParts(ms, wall).time }
    : { full: timeWords, short: timeWords };
}

/** launchd's `immediate reason` in words that say what it means here. */
function whyWords({ restarted, reason, startsAt }: Run, { plist }: Timeline): string {
  if (restarted) return 'restarted';
  if (reason === 'speculative' || startsAt === 0) return 'loaded';
  if (reason === 'xpc event') return goesByTheCalendar(plist) ? 'calendar' : 'condition';
  return reason;
}

function nextWords({ end, waitMs, run }: Run, timeline: Timeline, runs: readonly Run[]): string {
  if (end === null) return `still running at ${timesOf(timeline).full(timeline.playedMs)}`;
  if (waitMs === 0) return 'starts again at once';
  if (waitMs !== null) return `waits ${timeWords(waitMs)} for the throttle`;
  const byTime = describeBehaviour(timeline.plist).starts.some(
    ({ on }) => on === 'interval' || on === 'calendar',
  );
  return run < runs.length || byTime ? 'down until its next time' : 'stays down';
}

/** Nothing but the time tells them apart. */
function alike(a: Run, b: Run | undefined): boolean {
  const lasts = ({ startsAt, end }: Run): number => (end === null ? -1 : end.at - startsAt);
  return (
    b !== undefined &&
    a.restarted === b.restarted &&
    a.reason === b.reason &&
    a.waitMs === b.waitMs &&
    lasts(a) === lasts(b) &&
    JSON.stringify(a.end?.exit) === JSON.stringify(b.end?.exit)
  );
}
