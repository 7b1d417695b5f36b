import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Target, writeTarget } from '../../src/commands/import-target.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reconcile-import-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('a file that somebody changed in the meantime is left alone', async () => {
  const path = join(folder, 'reconcile.yaml');
  writeFileSync(path, 'version: 1 # changed\n');
  const target = { kind: 'there', path, content: 'version: 1\n' } as Target;
  await expect(writeTarget(target, 'version: 1\ninstances: {}\n')).rejects.toMatchObject({
    code: 'import/changed',
    exitCode: 1,
  });
  expect(readFileSync(path, 'utf8')).toBe('version: 1 # changed\n');
});
