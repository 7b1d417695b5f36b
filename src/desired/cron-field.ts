/** One of the five fields of a cron line. */
export interface FieldSpec {
  readonly name: 'minute' | 'hour' | 'day' | 'month' | 'weekday';
  readonly min: number;
  readonly max: number;
  /** Names for the numbers from `min` on. */
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** In the order of a cron line. Weekday 7 is Sunday again. */
export const FIELDS: readonly [FieldSpec, FieldSpec, FieldSpec, FieldSpec, FieldSpec] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'weekday', min: 0, max: 7, names: WEEKDAYS },
];

export interface CronProblem {
  readonly code: string;
  /** In the text, from 0. */
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly hint: string;
}

export interface CronField {
  /** Sorted, each once; weekdays 0 to 6. Null: every value. */
  readonly values: readonly number[] | null;
  /** It begins with `*`. Cron then wants day *and* weekday to fit, else day *or* weekday. */
  readonly star: boolean;
  readonly offset: number;
  readonly text: string;
}

export type FieldReading =
  | { readonly ok: true; readonly field: CronField }
  | { readonly ok: false; readonly problem: CronProblem };

/** Reads one field: a list of `*`, `N`, `N-M`, each range with an optional `/STEP`; names where the field has them. */
export function readField(text: string, offset: number, spec: FieldSpec): FieldReading {
  const values = new Set<number>();
  let at = offset;
  for (const item of text.split(',')) {
    const reading = readItem(item, spec);
    if (typeof reading === 'string' || 'hint' in reading) {
      const { message, hint } =
        typeof reading === 'string' ? { message: reading, hint: describe(spec) } : reading;
      const problem = { code: 'schedule/cron', offset: at, length: Math.max(1, item.length), message, hint };
      return { ok: false, problem };
    }
    for (let value = reading.from; value <= reading.to; value += reading.step)
      values.add(spec.name === 'weekday' ? value % 7 : value);
    at += item.length + 1;
  }
  const size = spec.name === 'weekday' ? 7 : spec.max - spec.min + 1;
  const sorted = [...values].sort((a, b) => a - b);
  return {
    ok: true,
    field: { values: sorted.length === size ? null : sorted, star: text.startsWith('*'), offset, text },
  };
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** A range, or what is wrong: a sentence, with a hint of its own where the general one would not do. */
function readItem(item: string, spec: FieldSpec): Range | string | { message: string; hint: string } {
  const [, range = '', stepText] = /^([^/]*)(?:\/(.*))?$/.exec(item) ?? [];
  if (stepText !== undefined && !/^[0-9]{1,4}$/.test(stepText))
    return `\`${item}\` has no whole number after its slash.`;
  const step = stepText === undefined ? 1 : Number(stepText);
  if (step === 0) return `\`${item}\` has a step of 0, which never moves on.`;
  if (range === '*') {
    const last = spec.name === 'weekday' ? 6 : spec.max;
    return { from: spec.min, to: last, step };
  }
  const ends = range.split('-');
  const from = readNumber(ends[0] ?? '', spec);
  if (ends.length > 2 || from === null) return unreadable(item, range, spec);
  if (ends.length === 1) {
    if (stepText === undefined) return { from, to: from, step };
    return {
      message: `\`${item}\` means different things to different crons: a step needs a range.`,
      hint: `Write \`${range}-${spec.name === 'weekday' ? 6 : spec.max}/${stepText}\` for every ${step} from there on, or \`${range}\` alone.`,
    };
  }
  const end = readNumber(ends[1] ?? '', spec);
  if (end === null) return unreadable(item, range, spec);
  // Sunday ends a week as well as it begins one: `fri-sun` can only mean 5-7.
  const to = spec.name === 'weekday' && /^sun$/i.test(ends[1] ?? '') && from > 0 ? 7 : end;
  if (from <= to) return { from, to, step };
  return {
    message: `\`${range}\` runs backwards.`,
    hint: `Write two ranges: \`${ends[0]}-${last(spec)},${first(spec)}-${ends[1]}\`.`,
  };
}

const last = (spec: FieldSpec): string | number => spec.names.at(-1) ?? spec.max;
const first = (spec: FieldSpec): string | number => spec.names[0] ?? spec.min;

function readNumber(text: string, spec: FieldSpec): number | null {
  const name = spec.names.indexOf(text.toLowerCase());
  if (name !== -1) return spec.min + name;
  if (!/^[0-9]{1,4}$/.test(text)) return null;
  const value = Number(text);
  return value >= spec.min && value <= spec.max ? value : null;
}

function unreadable(
  item: string,
  range: string,
  spec: FieldSpec,
): string | { message: string; hint: string } {
  if (item === '')
    return `${spec.name === 'hour' ? 'An' : 'A'} ${spec.name} is missing here: the list has an empty item.`;
  if (range === '?') return { message: '`?` belongs to another kind of cron.', hint: 'Write `*`.' };
  if (/^(?:l|lw|[0-9]+[lw]|[a-z]{3}l)$/i.test(range) || range.includes('#'))
    return {
      message: `launchd cannot say \`${item}\`: it knows no last, nearest or n-th day.`,
      hint: 'Let the job start on every day that may fit, and let its script look at the date.',
    };
  if (/^h(?:\(.*\))?$/i.test(range) || range.includes('~'))
    return { message: `\`${item}\` asks for a random ${spec.name}.`, hint: `Choose a ${spec.name}.` };
  const full = spec.names.find((name) => range.toLowerCase().startsWith(name));
  if (full !== undefined && /^[a-z]+$/i.test(range))
    return { message: `\`${range}\` is no name that cron knows.`, hint: `Did you mean \`${full}\`?` };
  return `\`${item}\` is no ${spec.name}.`;
}

function describe(spec: FieldSpec): string {
  const names = spec.names.length === 0 ? '' : ` or ${first(spec)} to ${last(spec)}`;
  return `${spec.name === 'hour' ? 'An' : 'A'} ${spec.name} is ${spec.min} to ${spec.max}${names}; write \`A-B\` for a range, \`A,B\` for a list, \`*/N\` for every N.`;
}
