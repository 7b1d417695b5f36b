import { type PlistValue as BuildValue, build } from 'plist';
import { isArray, isDict, type PlistDict, type PlistReal, type PlistValue } from '../model/plist.ts';
import { compareBytes } from './order.ts';
import { commentText } from './text.ts';
import { findUnwritable } from './unwritable.ts';

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
