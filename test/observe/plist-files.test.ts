import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { plistFiles, readPlistFile } from '../../src/observe/plist-files.ts';
import { realFiles } from '../../src/sys/files.ts';
import type { Files } from '../../src/sys/ports.ts';

const root = mkdtempSync(join(tmpdir(), 'plist-files-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const locked = join(root, 'locked');
mkdirSync(locked);
writeFileSync(join(locked, 'net.me.b.plist'), '');
writeFileSync(join(root, 'net.me.a.plist'), '');

/** Root may list everything, and tests often run as root: the refusal is the only thing that is not real. */
const files: Files = {
  ...realFiles,
  list: (folder) =>
    folder === locked ? Promise.reject(new Error('EACCES: permission denied')) : realFiles.list(folder),
};

describe('a folder that may not be listed', () => {
  it('is told below a folder that was named, and the rest is found', async () => {
    expect(await plistFiles(root, files)).toEqual([locked, join(root, 'net.me.a.plist')]);
    expect(await readPlistFile(locked, files)).toMatchObject({
      ok: false,
      problem: { message: 'The folder may not be read, so nothing in it was looked at.' },
    });
  });

  it('is an error where it was named itself', async () => {
    await expect(plistFiles(locked, files)).rejects.toThrow('EACCES');
  });
});
