import { type PlistValue as BuildValue, build } from 'plist';
import {
  isArray,
  isDict,
  type PlistArray,
  type PlistDict,
  type PlistReal,
  type PlistValue,
} from '../model/plist.ts';
import { compareBytes } from './order.ts';
import { MAX_DEPTH } from './problem.ts';
import { parseData, parseDate, parseInteger } from './scalars.ts';
import { commentText, textProblem } from './text.ts';

/**
 * The canonical XML property list of a dictionary, in the layout of Apple's tools: tabs, `Label` first and the other keys
 * sorted by byte (whole numbers as keys before all others), the comments between the doctype and `<plist>`. The same value
 * gives the same text, and reading it gives an equal value. Ask `findUnwritable` first: what it finds is thrown here.
 */
export function writePlist(value: PlistDict, comments: readonly string[] = []): string {
  const unwritable = findUnwritable(value);
  if (unwritable !== null) {
    throw new Error(
      `This property list cannot be written: ${unwritable.path.join('.')} ${unwritable.message}`,
    );
  }
  // `offset` takes back one level of indentation, as Apple writes it; the options must be fresh, since build changes them.
  const xml = build(encode(value), { indent: '\t', offset: -1 });
  const start = xml.indexOf('<plist');
  const written = comments.map((comment) => `<!-- ${commentText(comment)} -->\n`).join('');
  return `${xml.slice(0, start)}${written}${restore(xml.slice(start))}\n`;
}

/**
 * `build` writes a real without a fraction as an integer, so reals travel as strings that begin with this mark. It is no
 * character for text (Unicode keeps it for use inside programs), and `findUnwritable` lets none through.
 */
const REAL_MARK = '\ufdd0';

function encode(value: PlistValue): BuildValue {
  if (typeof value !== 'object') return value;
  if (isArray(value)) return value.map(encode);
  if (isDict(value)) {
    const record: Record<string, BuildValue> = Object.create(null);
    const keys = Object.keys(value.entries).sort(compareKeys);
    for (const key of keys) record[key] = encode(value.entries[key] as PlistValue);
    return record;
  }
  switch (value.kind) {
    case 'integer':
      return BigInt(value.digits) as unknown as BuildValue;
    case 'real':
      return REAL_MARK + digitsOf(value);
    case 'data':
      return Buffer.from(value.base64, 'base64');
    case 'date':
      return new Date(value.iso);
  }
}

function compareKeys(a: string, b: string): number {
  if (a === 'Label' || b === 'Label') return a === b ? 0 : a === 'Label' ? -1 : 1;
  return compareBytes(a, b);
}

function digitsOf(real: PlistReal): string {
  const digits = Object.is(real.value, -0) ? '-0' : String(real.value);
  return /[.e]/.test(digits) ? digits : `${digits}.0`;
}

/** Puts back what `build` or the readers of others would lose: reals, and the line ends that some readers turn into `\n`. */
function restore(xml: string): string {
  return xml
    .replace(/<string>\ufdd0([^<]*)<\/string>/g, '<real>$1</real>')
    .replace(/[\u0085\u2028\u2029]/g, (unit) => `&#x${unit.charCodeAt(0).toString(16).toUpperCase()};`);
}

export interface Unwritable {
  /** Keys and positions from the root to the value. */
  readonly path: readonly string[];
  /** A sentence without its subject: `holds a control character (U+0007), which …`. */
  readonly message: string;
}

/**
 * The first value or key that a property list cannot hold, or that would not read back as it is. Null: all is well.
 */
export function findUnwritable(value: PlistValue): Unwritable | null {
  return search(value, []);
}

function search(value: PlistValue, path: readonly string[]): Unwritable | null {
  if (path.length > MAX_DEPTH) return { path, message: `lies more than ${MAX_DEPTH} levels deep.` };
  if (isArray(value)) return searchMembers([...value.entries()], path);
  if (isDict(value)) return searchMembers(Object.entries(value.entries), path);
  const message = scalarProblem(value);
  return message === null ? null : { path, message };
}

function searchMembers(
  members: readonly (readonly [string | number, PlistValue])[],
  path: readonly string[],
): Unwritable | null {
  for (const [name, member] of members) {
    const place = [...path, String(name)];
    const problem = textProblem(String(name));
    if (problem !== null) return { path: place, message: `has a name that ${problem}` };
    const found = search(member, place);
    if (found !== null) return found;
  }
  return null;
}

function scalarProblem(value: Exclude<PlistValue, PlistArray | PlistDict>): string | null {
  if (typeof value === 'string') return textProblem(value);
  if (typeof value === 'boolean') return null;
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? null
      : `is ${value}, which is no integer that can be written exactly.`;
  }
  switch (value.kind) {
    case 'integer':
      return parseInteger(value.digits) === null ? 'is an integer outside of -2^63 to 2^64-1.' : null;
    case 'real':
      return Number.isFinite(value.value) ? null : `is ${value.value}, which is no number.`;
    case 'data':
      return parseData(value.base64)?.base64 === value.base64 ? null : 'is data that is not base64.';
    case 'date':
      return parseDate(value.iso) === null ? 'is no date of the form 2026-01-31T08:30:00Z.' : null;
  }
}
