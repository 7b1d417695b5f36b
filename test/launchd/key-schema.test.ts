import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keySchema } from '../../src/launchd/key-schema.ts';
import { KEY_TABLE } from '../../src/launchd/key-table.ts';
import { checkPlist, KEYS } from '../../src/launchd/keys.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { validator } from '../support/json-schema.ts';

type Json = string | number | boolean | readonly Json[] | { readonly [name: string]: Json };

const validate = validator(keySchema());

const names = fc.oneof(
  fc.constantFrom(...KEYS.map(({ name }) => name).filter((name) => name !== 'Label')),
  fc.constantFrom('KeepAliv', 'Restart', 'any'),
);
const words = KEY_TABLE.flatMap(({ oneOf }) => oneOf ?? []);
const scalars: fc.Arbitrary<Json> = fc.oneof(
  fc.boolean(),
  fc.integer({ min: -30, max: 30 }),
  fc.constantFrom(2 ** 32, 600, ...words, '/bin/ls', 'aqua'),
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalars,
    fc.array(tie('value'), { maxLength: 2 }),
    fc.dictionary(names, tie('value'), { maxKeys: 2 }),
  ),
}));

const asPlist = (json: Json): PlistValue => {
  if (typeof json !== 'object') return json;
  if (Array.isArray(json)) return json.map(asPlist);
  return plistDict(json as { readonly [name: string]: Json });
};
const plistDict = (json: { readonly [name: string]: Json }): PlistDict =>
  dict(Object.entries(json).map(([name, member]) => [name, asPlist(member)]));

/** What a schema can say of a value; the rest needs the whole job, or what the words mean. */
const OF_SHAPE =
  /\/(unknown-key|misplaced-key|undocumented|unsupported|not-for-files|wrong-type|out-of-range|unknown-value)$/;

const isRefused = (json: { readonly [name: string]: Json }): boolean =>
  (['agent', 'daemon'] as const).some((scope) =>
    checkPlist(plistDict(json), scope).some(
      ({ code, severity }) => severity === 'error' && OF_SHAPE.test(code),
    ),
  );

describe('the JSON Schema of the keys', () => {
  it('refuses what `validate` refuses, and nothing else', () => {
    let refused = 0;
    fc.assert(
      fc.property(fc.dictionary(names, value, { minKeys: 1, maxKeys: 1 }), (json) => {
        if (isRefused(json)) refused++;
        expect(validate(json)).toBe(!isRefused(json));
      }),
      { numRuns: 5_000 },
    );
    expect(refused).toBeGreaterThan(500);
  });

  it('says of every documented key what it does', () => {
    const { properties } = keySchema() as {
      readonly properties: Readonly<Record<string, { description: string }>>;
    };
    expect(Object.keys(properties)).toEqual(
      KEY_TABLE.filter(({ name, documented }) => documented && name !== 'Label').map(({ name }) => name),
    );
    for (const { name, summary } of KEY_TABLE)
      if (name in properties) expect(properties[name]?.description).toContain(summary);
  });
});
