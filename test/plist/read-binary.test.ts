import fc from 'fast-check';
import { buildBinary } from 'plist';
import { describe, expect, it } from 'vitest';
import type { PlistValue } from '../../src/model/plist.ts';
import { plistToJson } from '../../src/plist/json.ts';
import { readPlist } from '../../src/plist/read.ts';
import { cpuSeconds } from '../support/cpu.ts';
import { assemble } from './assemble.ts';

function outcome(bytes: Uint8Array): unknown {
  const reading = readPlist(bytes);
  return reading.ok ? plistToJson(reading.value) : reading.problem.message;
}

const ones = (count: number) => new Array<number>(count).fill(0xff);
const zeros = (count: number) => new Array<number>(count).fill(0);

describe('readPlist of binary', () => {
  it.each<[string, number[], unknown]>([
    ['false', [0x08], false],
    ['true', [0x09], true],
    ['1 byte, unsigned', [0x10, 0xff], 255],
    ['2 bytes, unsigned', [0x11, 0xff, 0xff], 65535],
    ['4 bytes, unsigned', [0x12, ...ones(4)], 4294967295],
    ['8 bytes, signed', [0x13, ...ones(8)], -1],
    ['8 bytes, beyond exactness', [0x13, 0x7f, ...ones(7)], { integer: '9223372036854775807' }],
    ['16 bytes', [0x14, ...zeros(8), ...ones(8)], { integer: '18446744073709551615' }],
    ['16 bytes, small', [0x14, ...zeros(15), 5], 5],
    ['a float of 4 bytes', [0x22, 0x40, 0xa0, 0, 0], { real: 5 }],
    ['a float of 8 bytes', [0x23, 0x3f, 0xf8, ...zeros(6)], { real: 1.5 }],
    ['a date', [0x33, ...zeros(8)], { date: '2001-01-01T00:00:00Z' }],
    ['data', [0x43, 1, 2, 3], { data: 'AQID' }],
    ['ASCII', [0x52, 0x68, 0x69], 'hi'],
    ['ASCII with a length apart', [0x5f, 0x10, 2, 0x68, 0x69], 'hi'],
    ['UTF-16', [0x62, 0xd8, 0x3d, 0xde, 0x80], '🚀'],
    ['a UID', [0x81, 1, 0], { CF$UID: 256 }],
    ['an empty array', [0xa0], []],
    ['an empty dictionary', [0xd0], {}],
    ['an empty set', [0xc0], []],
    ['a length of 16 bytes', [0x5f, 0x14, ...zeros(15), 2, 0x68, 0x69], 'hi'],
    ['4 bytes that say 70000', [0x12, 0, 1, 0x11, 0x70], 70000],
    ['8 bytes that say 5', [0x13, ...zeros(7), 5], 5],
  ])('reads %s', (_name, object, value) => {
    expect(outcome(assemble([object]))).toEqual(value);
  });

  it('reads containers, shared members, and keys such as __proto__', () => {
    const proto = [0x59, ...Buffer.from('__proto__')];
    const reading = readPlist(assemble([[0xd2, 1, 2, 3, 3], proto, [0x51, 0x61], [0xa2, 4, 4], [0x10, 7]]));
    expect(reading).toMatchObject({ ok: true, format: 'binary', comments: [] });
    expect(reading.ok && JSON.stringify(reading.value)).toBe(
      '{"kind":"dict","entries":{"__proto__":[7,7],"a":[7,7]}}',
    );
  });

  it.each<[string, Uint8Array, string]>([
    ['a beginning only', Buffer.from('bplist00'), 'is cut off'],
    ['another version', Buffer.from(`bplist15${' '.repeat(60)}`), 'a version other than 0'],
    ['no objects', assemble([[0x09]], { 15: 0 }), 'does not fit the file'],
    ['more objects than bytes', assemble([[0x09]], { 8: 0x7f }), 'does not fit the file'],
    ['a top object that is not there', assemble([[0x09]], { 23: 9 }), 'does not fit the file'],
    ['a table beyond the file', assemble([[0x09]], { 24: 0xff }), 'does not fit the file'],
    ['references of no bytes', assemble([[0x09]], { 7: 0 }), 'does not fit the file'],
    ['offsets of 200 bytes', assemble([[0x09]], { 6: 200 }), 'does not fit the file'],
    ['a member that is not there', assemble([[0xa1, 9]]), 'an object that it does not hold'],
    ['an array that contains itself', assemble([[0xa1, 0]]), 'a value contains itself'],
    [
      'a longer cycle',
      assemble([
        [0xa1, 1],
        [0xd1, 2, 0],
        [0x51, 0x61],
      ]),
      'a value contains itself',
    ],
    ['a string longer than its place', assemble([[0x5f, 0x13, ...ones(8), 0x61]]), 'outside its place'],
    ['an array longer than its place', assemble([[0xaf, 0x12, 0, 0xff, 0xff, 0xff]]), 'outside its place'],
    ['an integer that is cut off', assemble([[0x13, 1]]), 'outside its place'],
    ['a length that is no integer', assemble([[0x5f, 0x09]]), 'outside its place'],
    ['null', assemble([[0x00]]), 'holds a null'],
    ['an ordered set', assemble([[0xb0]]), 'unknown type (0xb0)'],
    ['a UID beyond 32 bits', assemble([[0x84, 1, 0, 0, 0, 0]]), 'UID that is out of range'],
    [
      'a gap before the trailer',
      Uint8Array.from([...assemble([[0x09]]).subarray(0, -32), 0, ...assemble([[0x09]]).subarray(-32)]),
      'does not fit the file',
    ],
    [
      'an object beyond the table that nothing refers to',
      assemble([[0x09]], { 15: 2, 31: 7 }),
      'does not fit the file',
    ],
    ['a key twice', assemble([[0xd2, 1, 1, 2, 2], [0x51, 0x61], [0x09]]), 'holds the key "a" twice'],
    ['a key that is no string', assemble([[0xd1, 1, 1], [0x09]]), 'a key is no string'],
    ['a string that is not ASCII', assemble([[0x51, 0xe9]]), 'not ASCII'],
    ['a date that is no number', assemble([[0x33, ...ones(8)]]), 'date that is out of range'],
    [
      'an integer of 16 bytes that is too great',
      assemble([[0x14, ...ones(1), ...zeros(15)]]),
      'out of range',
    ],
  ])('refuses %s', (_name, bytes, message) => {
    expect(outcome(bytes)).toContain(message);
  });

  it('refuses a small file that stands for an endless tree', () => {
    // Each of 60 arrays holds the next one twice: 2^60 values in 300 bytes.
    const levels = Array.from({ length: 60 }, (_, index) => [0xa2, index + 1, index + 1]);
    expect(outcome(assemble([...levels, [0x09]]))).toBe(
      'This binary property list stands for too many values.',
    );
  });

  it.each<[string, (count: number) => number[]]>([
    ['arrays', (count) => [0xaf, 0x12, 0, count >> 16, (count >> 8) & 0xff, count & 0xff]],
    ['data', (count) => [0x4f, 0x12, 0, count >> 16, (count >> 8) & 0xff, count & 0xff]],
  ])('refuses %s that overlap, at once', (_name, header) => {
    // 60,000 objects of 100,000 bytes each, all in the same 220,000 bytes: without a bound, 6 GB of work.
    const count = 60_000;
    const body = Array.from({ length: 20_000 }, () => header(100_000)).flat();
    const bytes = Buffer.alloc(8 + body.length + 100_000 + 4 + 2 * count + 3 * (count + 1) + 32);
    bytes.write('bplist00');
    Buffer.from(body).copy(bytes, 8);
    const top = 8 + body.length + 100_000;
    bytes.set([0xaf, 0x11, count >> 8, count & 0xff], top);
    for (let i = 0; i < count; i++) bytes.writeUInt16BE(i % 60_000, top + 4 + 2 * i);
    const table = top + 4 + 2 * count;
    for (let i = 0; i < count; i++) bytes.writeUIntBE(8 + (i % 20_000) * 6, table + 3 * i, 3);
    bytes.writeUIntBE(top, table + 3 * count, 3);
    const trailer = bytes.length - 32;
    bytes.set([3, 2], trailer + 6);
    bytes.writeBigUInt64BE(BigInt(count + 1), trailer + 8);
    bytes.writeBigUInt64BE(BigInt(count), trailer + 16);
    bytes.writeBigUInt64BE(BigInt(table), trailer + 24);
    const seconds = cpuSeconds(() =>
      expect(outcome(bytes)).toMatch(/objects overlap|contains itself|outside its place/),
    );
    expect(seconds).toBeLessThan(2);
  });

  it('refuses depth that only sharing reveals', () => {
    // A chain of arrays, each holding the next; the array on top lists them from the inside out, so that each is met
    // when the one within it is already finished.
    const chained = (count: number) => {
      const two = (index: number) => [index >> 8, index & 0xff];
      const chain = Array.from({ length: count }, (_, index) => [0xa1, ...two(index + 2)]);
      const top = [0xaf, 0x11, ...two(count), ...chain.flatMap((_, index) => two(count - index))];
      return assemble([top, ...chain, [0x09]], { 7: 2 });
    };
    expect(readPlist(chained(500)).ok).toBe(true);
    expect(outcome(chained(600))).toBe('Values are nested more than 512 deep.');
  });

  it('reads what the plist package writes', () => {
    const leaf = fc.oneof(
      fc.string({ unit: 'binary-ascii' }),
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      fc.nat(),
    );
    const tree = fc.letrec<{ any: unknown }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        leaf,
        fc.array(tie('any'), { maxLength: 20 }),
        fc.dictionary(fc.string(), tie('any'), { noNullPrototype: true }),
      ),
    })).any;
    fc.assert(
      fc.property(tree, (value) => {
        const reading = readPlist(buildBinary(value as never));
        expect(reading.ok && plistToJson(reading.value)).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, whatever is cut off or changed', () => {
    const sample = {
      Label: 'local.demo',
      Args: ['a', 'ü', 1, 70000, -5, true],
      At: new Date(0),
      Deep: { D: [[[]]] },
    };
    const good = buildBinary(sample as never);
    const judge = (bytes: Uint8Array) => expect(typeof readPlist(bytes).ok).toBe('boolean');
    for (let length = 0; length < good.length; length++) judge(good.subarray(0, length));
    for (let at = 6; at < good.length; at++) {
      for (const byte of [0x00, 0x01, 0x0f, 0x7f, 0x80, 0xa1, 0xdf, 0xff]) {
        const bytes = Uint8Array.from(good);
        bytes[at] = byte;
        judge(bytes);
      }
    }
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const bytes = Uint8Array.from(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        judge(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('does not look outside the given bytes, and leaves them alone', () => {
    const whole = Buffer.concat([Buffer.from('xx'), assemble([[0x62, 0, 0x61, 0, 0x62]]), Buffer.from('yy')]);
    const part = whole.subarray(2, -2);
    const before = Buffer.from(part);
    const value: PlistValue = 'ab';
    expect(outcome(part)).toBe(value);
    expect(part.equals(before)).toBe(true);
  });
});
