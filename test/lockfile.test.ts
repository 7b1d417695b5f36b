import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Locked {
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lockfile: { readonly packages: Readonly<Record<string, Locked>> } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'package-lock.json'), 'utf8'),
);

describe('the lockfile', () => {
  it('has the packages of every platform, so that npm ci works on each of them', () => {
    const wanted = Object.values(lockfile.packages).flatMap((each) =>
      Object.keys(each.optionalDependencies ?? {}),
    );
    expect(wanted.length).toBeGreaterThan(20);
    expect(wanted.filter((name) => !(`node_modules/${name}` in lockfile.packages))).toEqual([]);
  });
});
