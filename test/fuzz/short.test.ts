import { describe, expect, it } from 'vitest';
import { KINDS, makeCase } from './cases.ts';
import { judge } from './judge.ts';
import { seedsOf } from './seeds.ts';

/** A short run of `npm run fuzz`: always the same cases. */

const COUNTS = { xml: 2000, binary: 2000, yaml: 400, import: 200 };

describe.each(KINDS)('mutated %s files', (kind) => {
  it('are read or refused, and all that comes after is as it must be', { timeout: 120_000 }, () => {
    const seeds = seedsOf();
    const outcomes = { read: 0, refused: 0 };
    for (let index = 0; index < COUNTS[kind]; index++) {
      try {
        outcomes[judge(kind, makeCase(kind, 42, index, seeds))] += 1;
      } catch (error) {
        throw new Error(`npm run fuzz -- --seed 42 --case ${kind}:${index}`, { cause: error });
      }
    }
    expect(outcomes.read).toBeGreaterThan(COUNTS[kind] / 20);
    expect(outcomes.refused).toBeGreaterThan(COUNTS[kind] / 20);
  });

  it('are the same for the same seed', () => {
    const of = (seed: number): string =>
      Array.from({ length: 20 }, (_, index) =>
        Buffer.from(makeCase(kind, seed, index, seedsOf())).toString('hex'),
      ).join();
    expect(of(5)).toBe(of(5));
    expect(of(5)).not.toBe(of(9));
  });
});
