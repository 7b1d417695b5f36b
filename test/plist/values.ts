import fc from 'fast-check';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';

/** Text that a property list can hold: any character but controls, noncharacters and half surrogate pairs. */
export const text: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.string({ unit: 'binary' }) },
      fc.constantFrom(
        '\u0085',
        '\u2028',
        '\u2029',
        '\r',
        '\r\n',
        '\t',
        ' ',
        '<',
        '&',
        ']]>',
        '--',
        '&lt;',
        '&#x41;',
      ),
      fc.constantFrom('__proto__', 'toString', 'constructor', 'Label', '10', '2'),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join('').replace(/(?![\t\n\r])[\p{Cc}\p{Cs}]|\p{Noncharacter_Code_Point}/gu, ''));

const safe = fc.maxSafeInteger().map((n) => (n === 0 ? 0 : n));
const big = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })
  .filter((n) => !Number.isSafeInteger(Number(n)))
  .map((n): PlistValue => ({ kind: 'integer', digits: n.toString() }));
const real = fc
  .oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constantFrom(1e21, -0, 5e-324))
  .map((value): PlistValue => ({ kind: 'real', value }));
const data = fc
  .uint8Array({ maxLength: 80 })
  .map((bytes): PlistValue => ({ kind: 'data', base64: Buffer.from(bytes).toString('base64') }));
const date = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((at): PlistValue => ({ kind: 'date', iso: at.toISOString().replace(/\.\d{3}Z$/, 'Z') }));

/** Any value that can be written. */
export const value: fc.Arbitrary<PlistValue> = fc.letrec<{ value: PlistValue; dict: PlistDict }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(text, fc.boolean(), safe, big, real, data, date),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('dict'),
  ),
  dict: fc.array(fc.tuple(text, tie('value')), { maxLength: 5 }).map((entries) => dict(entries)),
})).value;

export const dictionary: fc.Arbitrary<PlistDict> = fc
  .array(fc.tuple(text, value), { maxLength: 6 })
  .map((entries) => dict(entries));

/** The value as the `plist` package tells it: reals and integers are plain numbers there. */
export function plain(given: PlistValue): unknown {
  if (typeof given !== 'object') return given;
  if (Array.isArray(given)) return given.map(plain);
  const tagged = given as Exclude<typeof given, readonly unknown[]>;
  switch (tagged.kind) {
    case 'dict':
      return Object.fromEntries(Object.entries(tagged.entries).map(([key, member]) => [key, plain(member)]));
    case 'integer':
      return Number(tagged.digits);
    case 'real':
      return tagged.value;
    case 'data':
      return new Uint8Array(Buffer.from(tagged.base64, 'base64'));
    case 'date':
      return new Date(tagged.iso);
  }
}

export function bytesOf(source: string): Uint8Array {
  return new TextEncoder().encode(source);
}
