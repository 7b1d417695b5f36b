import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';

/** One dictionary of StartCalendarInterval as launchd takes it; null fits always. */
export interface CalendarEntry {
  readonly minute: number | null;
  readonly hour: number | null;
  readonly day: number | null;
  readonly month: number | null;
  /** 0 is Sunday. */
  readonly weekday: number | null;
}

/** A time on the wall, in milliseconds, counted as if it were UTC: what clocks show, without a time zone. */
export type WallTime = number;

export const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const MINUTES_OF_DAY = 1440;
/** A 29 February is at most eight years away; what does not come within that time never comes. */
const MOST_DAYS = 8 * 366 + 1;

/**
 * The schedules of a StartCalendarInterval, a dictionary or an array of them. A field that is negative or no integer counts as
 * absent, weekday 7 is Sunday (facts §2.8); a schedule with a field above its range fits no time and is left out.
 */
export function readCalendarEntries(value: PlistValue | undefined): readonly CalendarEntry[] {
  const dicts = isDict(value) ? [value] : isArray(value) ? value.filter(isDict) : [];
  return dicts.map(readEntry).filter(isPossible);
}

function readEntry({ entries }: PlistDict): CalendarEntry {
  const field = (key: string): number | null => {
    const value = entries[key];
    return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
  };
  const weekday = field('Weekday');
  return {
    minute: field('Minute'),
    hour: field('Hour'),
    day: field('Day'),
    month: field('Month'),
    weekday: weekday === 7 ? 0 : weekday,
  };
}

function isPossible({ minute, hour, day, month, weekday }: CalendarEntry): boolean {
  const within = (value: number | null, most: number): boolean => value === null || value <= most;
  return (
    within(minute, 59) &&
    within(hour, 23) &&
    within(day, 31) &&
    within(month, 12) &&
    within(weekday, 6) &&
    day !== 0 &&
    month !== 0
  );
}

/** The first whole minute after this one that fits the schedule, or null when none ever does (30 February). */
export function nextWallTime(entry: CalendarEntry, after: WallTime): WallTime | null {
  const first = Math.floor(after / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const today = Math.floor(first / DAY_MS) * DAY_MS;
  for (let index = 0; index < MOST_DAYS; index += 1) {
    const day = today + index * DAY_MS;
    if (!fitsDay(entry, new Date(day))) continue;
    const minute = firstMinute(entry, index === 0 ? (first - today) / MINUTE_MS : 0);
    if (minute !== null) return day + minute * MINUTE_MS;
  }
  return null;
}

/** Day and Weekday together mean one or the other (facts §2.8). */
function fitsDay({ day, month, weekday }: CalendarEntry, date: Date): boolean {
  if (month !== null && month !== date.getUTCMonth() + 1) return false;
  const isDay = day === date.getUTCDate();
  const isWeekday = weekday === date.getUTCDay();
  if (day !== null && weekday !== null) return isDay || isWeekday;
  return (day === null || isDay) && (weekday === null || isWeekday);
}

/** The first fitting minute of a day, from this one on. */
function firstMinute({ hour, minute }: CalendarEntry, from: number): number | null {
  if (hour === null) {
    const sameHour = Math.floor(from / 60) * 60 + (minute ?? from % 60);
    const found = sameHour >= from ? sameHour : sameHour + 60;
    return found < MINUTES_OF_DAY ? found : null;
  }
  const found = minute === null ? Math.max(from, hour * 60) : hour * 60 + minute;
  return found >= from && found < (hour + 1) * 60 ? found : null;
}
