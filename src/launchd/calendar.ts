import { type CalendarEntry, MINUTE_MS, nextWallTime } from './calendar-entry.ts';

/** A time zone, as far as a schedule needs to know it. Instants are milliseconds since 1970, UTC. */
export interface TimeZone {
  /** Minutes by which clocks are ahead of UTC at this instant. */
  offset(instant: number): number;
}

/** Clocks that are set by more than this have been put right, not changed for the season: nothing is made up for (cron(8)). */
const LONGEST_SHIFT_MS = 3 * 60 * MINUTE_MS;
/** No zone ever changed its clocks twice within so short a time. */
const PROBE_MS = 10 * 24 * 60 * MINUTE_MS;

/**
 * When a StartCalendarInterval fires next: the first instant after this one, on a whole minute, or null for never. Several
 * schedules that fit one minute are one firing.
 *
 * Where clocks change for the season it is as with cron (launchd's sources do not say, and facts §2.8 calls it "cron
 * semantics"): a fixed time of day (Hour and Minute) that clocks skip fires at the first minute after the gap, and one that
 * they show twice fires the first time only; a schedule with a free Hour or Minute fits what clocks show, whenever they do.
 */
export function nextFiring(entries: readonly CalendarEntry[], after: number, zone: TimeZone): number | null {
  const firings = entries.flatMap((entry) => nextOf(entry, after, zone) ?? []);
  return firings.length === 0 ? null : Math.min(...firings);
}

function nextOf(entry: CalendarEntry, after: number, zone: TimeZone): number | null {
  const isFixed = entry.hour !== null && entry.minute !== null;
  let done = Math.floor(after / MINUTE_MS) * MINUTE_MS;
  let offset = offsetMs(zone, done);
  for (;;) {
    const wall = nextWallTime(entry, done + offset);
    if (wall === null) return null;
    const found = wall - offset;
    const change = firstChange(done + MINUTE_MS, found, offset, zone);
    if (change === null) {
      if (!isFixed || !isRepeated(found, offset, zone)) return found;
      done = found;
      continue;
    }
    const changed = offsetMs(zone, change);
    if (isFixed && isSkipped(entry, change + offset, change + changed)) return change;
    done = change - MINUTE_MS;
    offset = changed;
  }
}

/** The first minute from `from` to `to` at which the offset is another one. */
function firstChange(from: number, to: number, offset: number, zone: TimeZone): number | null {
  let same = from - MINUTE_MS;
  for (let probe = from; ; probe = Math.min(probe + PROBE_MS, to)) {
    if (offsetMs(zone, probe) !== offset) return bisect(same, probe, offset, zone);
    if (probe >= to) return null;
    same = probe;
  }
}

/** The first minute after `same` with another offset than this; at `other` it is another. */
function bisect(same: number, other: number, offset: number, zone: TimeZone): number {
  let [low, high] = [same, other];
  while (high - low > MINUTE_MS) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE_MS) * MINUTE_MS;
    if (offsetMs(zone, middle) === offset) low = middle;
    else high = middle;
  }
  return high;
}

/** Whether clocks that jump from one time to another jump over a time of this schedule. */
function isSkipped(entry: CalendarEntry, from: number, to: number): boolean {
  if (to <= from || to - from > LONGEST_SHIFT_MS) return false;
  const wall = nextWallTime(entry, from - MINUTE_MS);
  return wall !== null && wall < to;
}

/** Whether clocks show at this instant, for the second time, what they showed just before they were set back. */
function isRepeated(instant: number, offset: number, zone: TimeZone): boolean {
  const before = instant - LONGEST_SHIFT_MS;
  const former = offsetMs(zone, before);
  if (former <= offset || former - offset > LONGEST_SHIFT_MS) return false;
  return instant < bisect(before, instant, former, zone) + (former - offset);
}

/** Offsets of centuries past were not of whole minutes; no schedule is that old. */
function offsetMs(zone: TimeZone, instant: number): number {
  return Math.round(zone.offset(instant)) * MINUTE_MS;
}
