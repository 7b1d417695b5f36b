import { nextFiring, type TimeZone } from '../launchd/calendar.ts';
import { readCalendarEntries } from '../launchd/calendar-entry.ts';
import type { PlistDict } from '../model/plist.ts';

/** What the clock on the wall shows while a job is looked at. */
export interface Wall {
  /** When the job is loaded: milliseconds since 1970, UTC. */
  readonly loadedAt: number;
  readonly zone: TimeZone;
}

/** Whether the time of day matters to this job. */
export function goesByTheCalendar(plist: PlistDict): boolean {
  return readCalendarEntries(plist.entries['StartCalendarInterval']).length > 0;
}

/** When its calendar fires next after this long, in milliseconds since it was loaded; null: never. */
export function nextByCalendar(plist: PlistDict, afterMs: number, { loadedAt, zone }: Wall): number | null {
  const entries = readCalendarEntries(plist.entries['StartCalendarInterval']);
  const next = nextFiring(entries, loadedAt + afterMs, zone);
  return next === null ? null : next - loadedAt;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Mon 23 Nov 03:30`, local time, so long after it was loaded. `seconds` where they are not 0. */
export function wallWords(ms: number, wall: Wall): string {
  const { date, time } = wallParts(ms, wall);
  return `${date} ${time}`;
}

/** `Mon 23 Nov` and `03:30`, or `03:30:01`. */
export function wallParts(ms: number, wall: Wall): { readonly date: string; readonly time: string } {
  const local = new Date(localTime(ms, wall));
  const two = (value: number): string => `${value}`.padStart(2, '0');
  const seconds = local.getUTCSeconds();
  return {
    date: `${WEEKDAYS[local.getUTCDay()]} ${local.getUTCDate()} ${MONTHS[local.getUTCMonth()]}`,
    time: `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}${seconds === 0 ? '' : `:${two(seconds)}`}`,
  };
}

/** What clocks show, in milliseconds, counted as if it were UTC. */
export function localTime(ms: number, { loadedAt, zone }: Wall): number {
  const instant = loadedAt + Math.round(ms);
  return instant + zone.offset(instant) * 60_000;
}
