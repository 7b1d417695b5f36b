import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';

/** `5 s`, `15 min`, `1 h 30 min`, `2 d`. Whole seconds. */
export function formatSeconds(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(`${count} ${unit}`);
  }
  return parts.length === 0 ? '0 s' : parts.join(' ');
}

/** How long ago something was, to the digit that matters: `40 s`, `12 min`, `3 h`, `5 days`. */
export function ageText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** `a`, `a and b`, `a, b and c`. */
export function joinWords(words: readonly string[], last = 'and'): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

interface Times {
  readonly minute: number | null;
  readonly hour: number | null;
  readonly day: number | null;
  readonly month: number | null;
  /** 1 Monday to 7 Sunday. */
  readonly weekday: number | null;
}

/** More groups than this are counted, not told. */
const MOST_GROUPS = 4;

/**
 * A StartCalendarInterval in words: `03:30 on Mon-Fri`, `00:00 and 12:00`, `every hour at minute 30`. Null when an entry is
 * not made of whole numbers in range.
 */
export function calendarWords(value: PlistValue): string | null {
  const entries = isArray(value) ? value : [value];
  const times: Times[] = [];
  for (const entry of entries) {
    const read = isDict(entry) ? readTimes(entry) : null;
    if (read === null) return null;
    times.push(read);
  }
  if (times.length === 0) return null;
  const singles = times.sort(compareTimes).map(single);
  const groups = FIELDS.reduce(group, singles).map(groupWords);
  const told = groups.slice(0, groups.length > MOST_GROUPS ? MOST_GROUPS - 1 : MOST_GROUPS);
  return groups.length > told.length
    ? `${told.join('; ')}; and ${groups.length - told.length} more times`
    : told.join('; ');
}

/** Entries that differ in one field are told together; null among the values means any. */
interface Group {
  readonly weekdays: readonly (number | null)[];
  /** Hour and minute as `h:m`, `h:`, `:m` or `:`, in the order of the day. */
  readonly hoursAndMinutes: readonly string[];
  readonly days: readonly (number | null)[];
  readonly months: readonly (number | null)[];
}

const FIELDS = ['weekdays', 'hoursAndMinutes', 'days', 'months'] as const;

/** By month, day, weekday, hour and minute, so that the words do not depend on the order of the entries. */
function compareTimes(a: Times, b: Times): number {
  for (const field of ['month', 'day', 'weekday', 'hour', 'minute'] as const) {
    const difference = (a[field] ?? -1) - (b[field] ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}

function single(times: Times): Group {
  return {
    weekdays: [times.weekday],
    hoursAndMinutes: [`${pad(times.hour)}:${pad(times.minute)}`],
    days: [times.day],
    months: [times.month],
  };
}

/**
 * Puts those together that are equal but for one field. "Any" is not mixed with values: beside a weekday, a given day means
 * one or the other, and any day means the weekday alone.
 */
function group(groups: readonly Group[], field: keyof Group): readonly Group[] {
  const found = new Map<string, Group>();
  for (const one of groups) {
    const any = one[field].some((value) => value === null);
    const key = JSON.stringify({ ...one, [field]: any });
    const known = found.get(key);
    found.set(key, known === undefined ? one : { ...known, [field]: merge(known[field], one[field]) });
  }
  return [...found.values()];
}

function merge(a: readonly unknown[], b: readonly unknown[]): readonly unknown[] {
  return [...new Set([...a, ...b])];
}

function groupWords(one: Group): string {
  const clock = clockWords(one.hoursAndMinutes);
  const weekdays = weekdayRuns(one.weekdays);
  const days = numbers(one.days);
  const months = monthRuns(one.months);
  const dayWords = days.length === 0 ? '' : `day ${joinWords(runs(days, String))}`;
  const on = [dayWords, weekdays].filter((words) => words !== '').join(' or ');
  return [clock, on === '' ? '' : `on ${on}`, months === '' ? '' : `in ${months}`]
    .filter((words) => words !== '')
    .join(' ');
}

function clockWords(clocks: readonly string[]): string {
  const sorted = [...clocks].sort();
  if (sorted.includes(':')) return 'every minute';
  if (sorted.every((clock) => clock.startsWith(':')))
    return `every hour at minute ${joinWords(sorted.map((clock) => `${Number(clock.slice(1))}`))}`;
  return joinWords(
    sorted.map((clock) => {
      const [hour = '', minute = ''] = clock.split(':');
      if (minute === '') return `every minute from ${hour}:00 to ${hour}:59`;
      return hour === '' ? `every hour at minute ${Number(minute)}` : clock;
    }),
  );
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

function namedRuns(names: readonly string[]): (values: readonly (number | null)[]) => string {
  return (values) => joinWords(runs(numbers(values), (number) => names[number - 1] ?? `${number}`));
}

const weekdayRuns = namedRuns(WEEKDAYS);
const monthRuns = namedRuns(MONTHS);

/** Sorted; empty when any will do. */
function numbers(values: readonly (number | null)[]): readonly number[] {
  return values.includes(null) ? [] : values.filter((value) => value !== null).sort((a, b) => a - b);
}

/** 1, 2, 3, 5 → `1-3`, `5`; two in a row stay two. */
function runs(sorted: readonly number[], name: (number: number) => string): readonly string[] {
  const words: string[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1;
    const [first = 0, last = 0] = [sorted[start], sorted[end]];
    if (end - start >= 2) words.push(`${name(first)}-${name(last)}`);
    else words.push(...sorted.slice(start, end + 1).map(name));
    start = end + 1;
  }
  return words;
}

function readTimes(entry: PlistDict): Times | null {
  const { Minute: minute, Hour: hour, Day: day, Month: month, Weekday: weekday } = entry.entries;
  if (
    !inRange(minute, 0, 59) ||
    !inRange(hour, 0, 23) ||
    !inRange(day, 1, 31) ||
    !inRange(month, 1, 12) ||
    !inRange(weekday, 0, 7)
  )
    return null;
  return {
    minute: minute ?? null,
    hour: hour ?? null,
    day: day ?? null,
    month: month ?? null,
    weekday: weekday === 0 ? 7 : (weekday ?? null),
  };
}

function inRange(value: PlistValue | undefined, min: number, max: number): value is number | undefined {
  return value === undefined || (typeof value === 'number' && value >= min && value <= max);
}

function pad(value: number | null): string {
  return value === null ? '' : `${value}`.padStart(2, '0');
}
