import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolders as embeddedsOwn } from '../../src/emulator/make-folders.ts';
import { makeFolders } from '../../src/sys/make-folders.ts';
import { temporaryFolder } from '../support/temporary.ts';

describe.each([
  ['reconcile', makeFolders],
  ['the embedded launchd', embeddedsOwn],
])('folders of %s', (_whose, make) => {
  it('are made with their parents, and those that are there stay as they are', () => {
    const top = temporaryFolder();
    mkdirSync(join(top, 'a'), { mode: 0o755 });
    make(join(top, 'a/b/c'), 0o700);
    make(join(top, 'a/b/c'), 0o755);
    expect(['a', 'a/b', 'a/b/c'].map((path) => statSync(join(top, path)).mode & 0o777)).toEqual([
      0o755, 0o700, 0o700,
    ]);
  });

  it('that cannot be made are an error, and never waited for', () => {
    const top = temporaryFolder();
    writeFileSync(join(top, 'file'), '');
    expect(() => make(join(top, 'file'), 0o700)).toThrow(/EEXIST/);
    expect(() => make(join(top, 'file/b'), 0o700)).toThrow(/ENOTDIR|EEXIST/);
    if (process.platform === 'linux')
      expect(() => make('/proc/no-such/a', 0o700)).toThrow(/ENOENT|EACCES|EPERM/);
  });
});
