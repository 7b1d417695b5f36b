import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dict, isDict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { canonicalText } from '../../src/plan/canonical.ts';
import { changedPaths } from '../../src/plan/changed-paths.ts';
import { hashFields, isAsApplied } from '../../src/plan/hash.ts';
import { equalPlist } from '../../src/plist/equal.ts';
import { cpuSeconds } from '../support/cpu.ts';

/** Keys that a diff library may take for its own, or look up along the prototype. */
const key = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'a|',
    'a__added',
    'a__deleted',
    'a|__added',
    '__old',
    '__new',
    '__proto__',
    'toString',
    'constructor',
    'hasOwnProperty',
    '',
  ),
  fc.string({ maxLength: 4 }),
);
const { value } = fc.letrec<{ value: PlistValue; dict: PlistDict }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<PlistValue>('', '5', '__$!SCALAR1', 'constructor', true, false, 0, 5, -1),
    fc.integer(),
    fc.constantFrom(5, 0, Number.NaN, 0.5).map((real): PlistValue => ({ kind: 'real', value: real })),
    fc.constantFrom('AA==', 'BQ==').map((base64): PlistValue => ({ kind: 'data', base64 })),
    fc.constant<PlistValue>({ kind: 'date', iso: '2026-01-02T03:04:05Z' }),
    fc.constant<PlistValue>({ kind: 'integer', digits: '18446744073709551615' }),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('dict'),
  ),
  dict: fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((members) => dict(members)),
}));
const tree = fc.array(fc.tuple(key, value), { maxLength: 5 }).map((members) => dict(members));

/** A tree and one that is close to it. */
const pair = fc.oneof(
  fc.tuple(tree, tree),
  fc
    .tuple(tree, key, value)
    .map(([one, name, other]) => [one, dict([...Object.entries(one.entries), [name, other]])] as const),
);

/** The same by hand: what json-diff is held to. */
function walk(a: PlistDict, b: PlistDict, path: readonly string[] = []): string[] {
  const names = [...new Set([...Object.keys(a.entries), ...Object.keys(b.entries)])];
  return names.flatMap((name) => {
    const [one, other] = [a.entries[name], b.entries[name]];
    if (equalPlist(one, other)) return [];
    if (isDict(one) && isDict(other)) return walk(one, other, [...path, name]);
    return [JSON.stringify([...path, name])];
  });
}

describe('changedPaths', () => {
  it('is empty exactly when the two are equal, and names the members that are not, whatever their keys', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const paths = changedPaths(a, b).map((path) => JSON.stringify(path));
        expect(paths.length === 0).toBe(equalPlist(a, b));
        expect([...paths].sort()).toEqual(walk(a, b).sort());
      }),
      { numRuns: 3000 },
    );
  });

  it('takes lists whole, and dictionaries only where both sides have one', () => {
    const a = dict([
      ['list', [1, 2]],
      ['one', 5],
      [
        'deep',
        dict([
          ['x', 1],
          ['y', 2],
        ]),
      ],
      ['gone', dict([['z', 1]])],
    ]);
    const b = dict([
      ['list', [2, 1]],
      ['one', dict([['x', 5]])],
      [
        'deep',
        dict([
          ['x', 1],
          ['y', 3],
        ]),
      ],
    ]);
    expect(changedPaths(a, b)).toEqual([['deep', 'y'], ['gone'], ['list'], ['one']]);
  });

  it('stays quick with a thousand calendar entries', () => {
    const entries = (from: number): PlistValue =>
      Array.from({ length: 1000 }, (_, index) => dict([['Minute', (index + from) % 60]]));
    const seconds = cpuSeconds(() =>
      expect(
        changedPaths(
          dict([['StartCalendarInterval', entries(0)]]),
          dict([['StartCalendarInterval', entries(1)]]),
        ),
      ).toHaveLength(1),
    );
    expect(seconds).toBeLessThan(0.5);
  });
});

describe('canonicalText', () => {
  it('is the same exactly for equal values', () => {
    fc.assert(
      fc.property(value, value, (a, b) => {
        expect(canonicalText(a) === canonicalText(b)).toBe(equalPlist(a, b));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('hashFields', () => {
  it('tells for every path whether the value is the one that was applied, and keeps no value', () => {
    fc.assert(
      fc.property(pair, ([a, b]) => {
        const applied = hashFields(a);
        for (const path of changedPaths(a, b)) {
          const now = path.reduce<PlistValue | undefined>(
            (at, name) => (isDict(at) && Object.hasOwn(at.entries, name) ? at.entries[name] : undefined),
            b,
          );
          expect(isAsApplied(applied, path, now)).toBe(false);
        }
        for (const name of Object.keys(a.entries))
          expect(isAsApplied(applied, [name], a.entries[name])).toBe(true);
      }),
      { numRuns: 500 },
    );
    const secret = hashFields(dict([['EnvironmentVariables', dict([['API_TOKEN', 'tr0ub4dor']])]]));
    expect(JSON.stringify(secret)).not.toContain('tr0ub4dor');
  });
});
