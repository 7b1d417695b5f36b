import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { equalPlist } from '../../src/plist/equal.ts';
import { value } from './values.ts';

describe('equalPlist', () => {
  it.each<[string, PlistValue | undefined, PlistValue | undefined, boolean]>([
    [
      'keys in another order',
      dict([
        ['a', 1],
        ['b', 2],
      ]),
      dict([
        ['b', 2],
        ['a', 1],
      ]),
      true,
    ],
    ['items in another order', [1, 2], [2, 1], false],
    ['an integer and a real', 5, { kind: 'real', value: 5 }, false],
    ['an integer and a string', 5, '5', false],
    ['an integer and a boolean', 1, true, false],
    ['zero and minus zero', { kind: 'real', value: 0 }, { kind: 'real', value: -0 }, true],
    ['NaN and NaN', { kind: 'real', value: Number.NaN }, { kind: 'real', value: Number.NaN }, true],
    [
      'great integers',
      { kind: 'integer', digits: '9007199254740993' },
      { kind: 'integer', digits: '9007199254740992' },
      false,
    ],
    ['data', { kind: 'data', base64: 'AQID' }, { kind: 'data', base64: 'AQID' }, true],
    ['data and its base64', { kind: 'data', base64: 'AQID' }, 'AQID', false],
    [
      'dates',
      { kind: 'date', iso: '2026-01-01T00:00:00Z' },
      { kind: 'date', iso: '2026-01-01T00:00:01Z' },
      false,
    ],
    ['empty array and empty dictionary', [], dict([]), false],
    ['a key named as a member of Object.prototype', dict([]), dict([['toString', 'x']]), false],
    ['such a key on one side each', dict([['valueOf', 'x']]), dict([['toString', 'x']]), false],
    ['__proto__ with other values', dict([['__proto__', 1]]), dict([['__proto__', 2]]), false],
    ['a prefix', [1], [1, 2], false],
    ['nothing and nothing', undefined, undefined, true],
    ['nothing and false', undefined, false, false],
  ])('%s', (_name, a, b, same) => {
    expect(equalPlist(a, b)).toBe(same);
    expect(equalPlist(b, a)).toBe(same);
  });

  it('holds for copies, and for nothing else', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        const copy = structuredClone(a);
        expect(equalPlist(a, copy)).toBe(true);
        expect(equalPlist(a, b)).toBe(canonical(a) === canonical(b));
      }),
    );
  });
});

function canonical(given: PlistValue): string {
  return JSON.stringify(given, (_key, member) =>
    member?.kind === 'dict'
      ? { sorted: Object.entries(member.entries).sort(([a], [b]) => (a < b ? -1 : 1)) }
      : member,
  );
}
