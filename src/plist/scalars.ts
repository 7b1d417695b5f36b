import type { PlistBigInteger, PlistData, PlistDate, PlistReal } from '../model/plist.ts';

const LEAST_INTEGER = -(2n ** 63n);
const GREATEST_INTEGER = 2n ** 64n - 1n;

/** An integer of a property list: from -2^63 to 2^64-1, a number where JavaScript holds it exactly. Null: out of range. */
export function integerOf(value: bigint): number | PlistBigInteger | null {
  if (value < LEAST_INTEGER || value > GREATEST_INTEGER) return null;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : { kind: 'integer', digits: value.toString() };
}

/** `12`, `-3`, `+7`, `0x10`. Null: no integer, or out of range. */
export function parseInteger(text: string): number | PlistBigInteger | null {
  const match = /^([+-]?)\s*(?:0x0*([0-9a-f]{1,16})|0*([0-9]{1,20}))$/i.exec(text.trim());
  if (match === null) return null;
  const size = BigInt(match[2] === undefined ? (match[3] ?? '0') : `0x${match[2]}`);
  return integerOf(match[1] === '-' ? -size : size);
}

const NAMED_REALS: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['+infinity', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
]);

/** `5`, `5.0`, `-1e3`, `nan`, `+infinity`. Null: no real. */
export function parseReal(text: string): PlistReal | null {
  const word = text.trim();
  const named = NAMED_REALS.get(word.toLowerCase());
  if (named !== undefined) return { kind: 'real', value: named };
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(word)) return null;
  return { kind: 'real', value: Number(word) };
}

/**
 * Base64 as CoreFoundation reads it: characters that are none are passed over, and so is what remains behind the last whole
 * group of four. The result is canonical. Null: characters beyond ASCII.
 */
export function parseData(text: string): PlistData | null {
  if (/[^\0-\x7f]/.test(text)) return null;
  const packed = text.replace(/[^A-Za-z0-9+/=]+/g, '');
  const whole = packed.slice(0, packed.length - (packed.length % 4));
  if (/^[A-Za-z0-9+/]*={0,2}$/.test(whole)) return dataOf(Buffer.from(whole, 'base64'));
  const groups = whole.match(/.{4}/g) ?? [];
  return dataOf(Buffer.concat(groups.map(decodeGroup)));
}

/** `=` stands for zero bits, and takes one byte each away at the end of its group. */
function decodeGroup(group: string): Uint8Array {
  const padding = group.length - group.replace(/=+$/, '').length;
  return Buffer.from(group.replaceAll('=', 'A'), 'base64').subarray(0, 3 - Math.min(padding, 2));
}

export function dataOf(bytes: Uint8Array): PlistData {
  return { kind: 'data', base64: Buffer.from(bytes).toString('base64') };
}

/** `2026-11-21T10:00:00Z`, a day and time that exist, years 1 to 9999. Null: no such date. */
export function parseDate(text: string): PlistDate | null {
  const iso = text.trim();
  if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/.test(iso)) return null;
  const date = dateOf(Date.parse(iso));
  return date?.iso === iso ? date : null;
}

/** From milliseconds since 1970; fractions of a second are dropped. Null: outside the years 1 to 9999. */
export function dateOf(milliseconds: number): PlistDate | null {
  const date = new Date(Math.floor(milliseconds / 1000) * 1000);
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 1 || year > 9999) return null;
  return { kind: 'date', iso: date.toISOString().replace('.000Z', 'Z') };
}
