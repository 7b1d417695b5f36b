import type { CalendarEntry } from '../config/instance.ts';
import { dict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { type CalendarTime, readCron } from './cron.ts';
import type { Draft } from './draft.ts';
import { placeWithin } from './problems.ts';

const SCHEDULE = 'start.schedule';

/** The parts of an entry and launchd's names for them. */
const PARTS = [
  ['minute', 'Minute'],
  ['hour', 'Hour'],
  ['day', 'Day'],
  ['weekday', 'Weekday'],
  ['month', 'Month'],
] as const;

/** `start.schedule` → StartCalendarInterval: one dictionary, or an array of them. Undefined, and errors, when it cannot be said. */
export function compileSchedule(
  draft: Draft,
  schedule: string | readonly CalendarEntry[],
): PlistValue | undefined {
  const times = typeof schedule === 'string' ? timesOfCron(draft, schedule) : timesOfList(draft, schedule);
  if (times === null) return undefined;
  if (times.every(isImpossible))
    draft.problems.warn(
      'schedule/never',
      SCHEDULE,
      'This schedule never comes: no such month has that day.',
      'Check the day and the month.',
    );
  const entries = times.map(toDict);
  const [only] = entries;
  return entries.length === 1 ? only : entries;
}

function timesOfCron(draft: Draft, text: string): readonly CalendarTime[] | null {
  const reading = readCron(text);
  if (reading.ok) return reading.times;
  const place = draft.problems.placeOf(SCHEDULE);
  for (const { code, offset, length, message, hint } of reading.problems)
    draft.problems.errorAt(code, placeWithin(place, text, offset, length), message, hint);
  return null;
}

function timesOfList(draft: Draft, list: readonly CalendarEntry[]): readonly CalendarTime[] | null {
  const checked = list.map((entry, index) => timesOfEntry(draft, entry, `${SCHEDULE}.${index}`));
  const times: CalendarTime[] = [];
  for (const found of checked) {
    if (found === null) return null;
    times.push(...found);
  }
  const unique = new Map(
    times.map((time) => [JSON.stringify(PARTS.map(([part]) => time[part] ?? null)), time]),
  );
  return [...unique.values()];
}

function timesOfEntry(draft: Draft, entry: CalendarEntry, field: string): readonly CalendarTime[] | null {
  const time: { -readonly [part in keyof CalendarTime]: number } = {};
  for (const [part] of PARTS) {
    const value = entry[part];
    if (typeof value === 'number') time[part] = part === 'weekday' ? value % 7 : value;
  }
  // Without a minute that is one, that is told by the file itself.
  if (entry.minute === undefined) return null;
  if (Object.keys(time).length === 0) {
    draft.problems.error(
      'schedule/every-minute',
      field,
      'This entry fits every minute.',
      'Write `start: { every: 1m }`.',
    );
    return null;
  }
  const { day, weekday, ...rest } = time;
  if (day === undefined || weekday === undefined) return [time];
  draft.problems.warn(
    'schedule/day-or-weekday',
    field,
    'launchd starts this job on the day and on the weekday, not only when both fall together.',
    'Write two entries to say so, or drop one and let the script look at the date.',
  );
  return [
    { ...rest, day },
    { ...rest, weekday },
  ];
}

/** The longest that each month gets, February in a leap year. */
const LENGTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function isImpossible({ day, month }: CalendarTime): boolean {
  return day !== undefined && month !== undefined && day > (LENGTHS[month - 1] ?? 31);
}

function toDict(time: CalendarTime): PlistDict {
  return dict(PARTS.map(([part, key]) => [key, time[part]]));
}
