import { chownSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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
  await expect(writeTarget(target, 'version: 1\ninstances: {}\n', 0o644)).rejects.toMatchObject({
    code: 'import/changed',
    exitCode: 1,
  });
  expect(readFileSync(path, 'utf8')).toBe('version: 1 # changed\n');
});

it.skipIf(process.getuid?.() !== 0)('root takes no file over from a user (needs root to try)', async () => {
  const path = join(folder, 'reconcile.yaml');
  writeFileSync(path, 'version: 1\n');
  chownSync(path, 1, 1);
  const target = { kind: 'there', path, content: 'version: 1\n' } as Target;
  await expect(writeTarget(target, '', 0o644)).rejects.toMatchObject({ code: 'import/not-roots' });
  chownSync(folder, 1, 1);
  const fresh = { kind: 'new', path: join(folder, 'new.yaml') } as Target;
  await expect(writeTarget(fresh, '', 0o644)).rejects.toMatchObject({ code: 'import/not-roots' });
});

it('a new file has the mode that was asked for', async () => {
  const path = join(folder, 'reconcile.yaml');
  await writeTarget({ kind: 'new', path }, 'version: 1\n', 0o600);
  expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['version: 1\n', 0o600]);
});
