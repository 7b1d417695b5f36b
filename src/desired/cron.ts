import { type CronField, type CronProblem, FIELDS, readField } from './cron-field.ts';

/** One entry of StartCalendarInterval; what is absent fits always. Never both a day and a weekday: launchd would OR them. */
export interface CalendarTime {
  readonly minute?: number;
  readonly hour?: number;
  readonly day?: number;
  readonly weekday?: number;
  readonly month?: number;
}

export type CronReading =
  | { readonly ok: true; readonly times: readonly CalendarTime[] }
  | { readonly ok: false; readonly problems: readonly CronProblem[] };

/** More entries than this are refused: each is an event of its own in launchd, and nobody can read the plan. */
export const MAX_ENTRIES = 200;

const NICKNAMES: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/**
 * Turns cron's five fields or one of its nicknames into calendar entries that fire at exactly the same minutes, or refuses:
 * nothing is approximated. The entries are sorted, each once.
 */
export function readCron(text: string): CronReading {
  const words = [...text.matchAll(/\S+/g)].map((match) => ({ text: match[0], offset: match.index }));
  const [first] = words;
  if (first?.text.startsWith('@')) {
    const line = nickname(first.text);
    if (words.length === 1 && line !== undefined) return readCron(line);
    return refuse(nicknameProblem(first.text, first.offset, words.length > 1));
  }
  if (words.length !== FIELDS.length) return refuse(countProblem(text, words.length));

  const fields: CronField[] = [];
  const problems: CronProblem[] = [];
  for (const [index, spec] of FIELDS.entries()) {
    const word = words[index];
    if (word === undefined) continue;
    const reading = readField(word.text, word.offset, spec);
    if (reading.ok) fields.push(reading.field);
    else problems.push(reading.problem);
  }
  const [minute, hour, day, month, weekday] = fields;
  if (!minute || !hour || !day || !month || !weekday) return { ok: false, problems };
  return combine(text, minute, hour, day, month, weekday);
}

function combine(
  text: string,
  minute: CronField,
  hour: CronField,
  day: CronField,
  month: CronField,
  weekday: CronField,
): CronReading {
  // Cron wants a day and a weekday to fit both when one of them begins with `*`, and either of them otherwise.
  const together = day.star || weekday.star;
  if (together && day.values !== null && weekday.values !== null)
    return refuse(bothProblem(day.star ? day : weekday, day.star));
  const everyDay = together
    ? day.values === null && weekday.values === null
    : day.values === null || weekday.values === null;
  const days: readonly CalendarTime[] = everyDay
    ? [{}]
    : [...each('day', day.values ?? []), ...each('weekday', weekday.values ?? [])];

  const size = count(minute.values) * count(hour.values) * count(month.values) * Math.max(1, days.length);
  if (size > MAX_ENTRIES) return refuse(sizeProblem(text, size));
  const times = cross(
    cross(cross(each('month', month.values), days), each('hour', hour.values)),
    each('minute', minute.values),
  );
  if (times.some((time) => Object.keys(time).length === 0)) return refuse(alwaysProblem(text));
  return { ok: true, times };
}

const count = (values: readonly number[] | null): number => values?.length ?? 1;

function each(field: keyof CalendarTime, values: readonly number[] | null): readonly CalendarTime[] {
  return values === null ? [{}] : values.map((value) => ({ [field]: value }));
}

function cross(left: readonly CalendarTime[], right: readonly CalendarTime[]): readonly CalendarTime[] {
  return left.flatMap((a) => right.map((b) => ({ ...a, ...b })));
}

function nickname(text: string): string | undefined {
  const name = text.toLowerCase();
  return Object.hasOwn(NICKNAMES, name) ? NICKNAMES[name] : undefined;
}

function refuse(problem: CronProblem): CronReading {
  return { ok: false, problems: [problem] };
}

function nicknameProblem(word: string, offset: number, more: boolean): CronProblem {
  const base = { code: 'schedule/cron', offset, length: word.length };
  if (word.toLowerCase() === '@reboot')
    return {
      ...base,
      message: '`@reboot` is no time: launchd starts a job when it is loaded.',
      hint: 'Write `start: { at_load: true }`.',
    };
  if (word.toLowerCase() === '@every')
    return {
      ...base,
      message: '`@every` is no time of the calendar.',
      hint: 'Write `start: { every: 15m }`.',
    };
  if (more && nickname(word) !== undefined)
    return { ...base, message: `\`${word}\` stands alone.`, hint: 'Remove what follows it.' };
  return {
    ...base,
    message: `\`${word}\` is no nickname that cron knows.`,
    hint: `Use one of ${Object.keys(NICKNAMES).join(', ')}, or five fields.`,
  };
}

function countProblem(text: string, found: number): CronProblem {
  const hint =
    found > FIELDS.length
      ? 'launchd knows no seconds and no years; remove the field that says them.'
      : 'For instance `30 3 * * 1-5`: at 3:30 from Monday to Friday.';
  return {
    code: 'schedule/cron',
    offset: 0,
    length: text.length,
    message: `A schedule has five fields, minute hour day month weekday; this one has ${found}.`,
    hint,
  };
}

function bothProblem(step: CronField, isDay: boolean): CronProblem {
  return {
    code: 'schedule/inexact',
    offset: step.offset,
    length: step.text.length,
    message: `Beside a ${isDay ? 'weekday' : 'day'}, cron takes \`${step.text}\` to mean that both must fit; launchd starts a job when either does.`,
    hint: `Write the ${isDay ? 'days' : 'weekdays'} as a list if either shall do, or drop one of the two fields and let the script look at the date.`,
  };
}

function sizeProblem(text: string, size: number): CronProblem {
  return {
    code: 'schedule/too-many',
    offset: 0,
    length: text.length,
    message: `This schedule takes ${size} calendar entries in launchd, and ${MAX_ENTRIES} is the limit here.`,
    hint: 'Use `every: 5m` for a short interval, or a schedule with fewer times.',
  };
}

function alwaysProblem(text: string): CronProblem {
  return {
    code: 'schedule/every-minute',
    offset: 0,
    length: text.length,
    message: 'This schedule fits every minute.',
    hint: 'Write `start: { every: 1m }`.',
  };
}
