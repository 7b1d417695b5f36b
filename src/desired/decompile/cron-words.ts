import { type CalendarTime, readCron } from '../cron.ts';
import { FIELDS, type FieldSpec } from '../cron-field.ts';

/** More is no easier to read than a list of entries. */
const MAX_LENGTH = 60;

/** Five fields of cron that come to exactly these times; null when there are none, or none that anybody could read. */
export function cronWords(times: readonly CalendarTime[]): string | null {
  if (times.some(({ day, weekday }) => day !== undefined && weekday !== undefined)) return null;
  const words = FIELDS.map((spec) => wordsOf(times, spec));
  const text = words.join(' ');
  if (text.length > MAX_LENGTH) return null;
  const reading = readCron(text);
  return reading.ok && sameTimes(reading.times, times) ? text : null;
}

function wordsOf(times: readonly CalendarTime[], spec: FieldSpec): string {
  const values = [...new Set(times.flatMap((time) => time[spec.name] ?? []))].sort((a, b) => a - b);
  if (values.length === 0) return '*';
  return steps(values, spec) ?? ranges(values);
}

/** A star with a step, where the values go through the whole field. Not of days: beside a weekday a star means more. */
function steps(values: readonly number[], { min, max, name }: FieldSpec): string | null {
  const [first = 0, second = 0] = values;
  const step = second - first;
  if (values.length < 3 || first !== min || name === 'day' || name === 'weekday' || step < 2) return null;
  const isRegular = values.every((value, index) => value === min + index * step);
  return isRegular && (values.at(-1) ?? 0) + step > max ? `*/${step}` : null;
}

/** `1-5,7`: three in a row are a range. */
function ranges(values: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < values.length; ) {
    let end = at;
    while (values[end + 1] === (values[end] ?? 0) + 1) end++;
    if (end - at >= 2) parts.push(`${values[at]}-${values[end]}`);
    else for (let each = at; each <= end; each++) parts.push(String(values[each]));
    at = end + 1;
  }
  return parts.join(',');
}

function sameTimes(a: readonly CalendarTime[], b: readonly CalendarTime[]): boolean {
  const text = (times: readonly CalendarTime[]): string =>
    [...new Set(times.map((time) => FIELDS.map(({ name }) => time[name] ?? '*').join(' ')))]
      .sort()
      .join('\n');
  return text(a) === text(b);
}
