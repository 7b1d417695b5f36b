import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { realFiles, removeLeftovers } from '../../src/sys/files.ts';
import { temporaryFolder } from '../support/temporary.ts';

const modeOf = (path: string): number => statSync(path).mode & 0o7777;
const umask = process.umask();
afterEach(() => {
  process.umask(umask);
});

describe('write', () => {
  it('gives the wanted mode whatever the umask', async () => {
    const folder = temporaryFolder();
    process.umask(0o077);
    await realFiles.write(join(folder, 'a.plist'), 'one', 0o644);
    expect(modeOf(join(folder, 'a.plist'))).toBe(0o644);
    process.umask(0);
    await realFiles.write(join(folder, 'a.plist'), 'two', 0o600);
    expect(modeOf(join(folder, 'a.plist'))).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['a.plist']);
  });

  it('puts another file in its place, so that no reader sees half of it', async () => {
    const path = join(temporaryFolder(), 'a.plist');
    await realFiles.write(path, 'one', 0o644);
    const first = await realFiles.identify(path);
    await realFiles.write(path, new Uint8Array([0, 255, 10]), 0o644);
    expect((await realFiles.identify(path))?.ino).not.toBe(first?.ino);
    expect([...readFileSync(path)]).toEqual([0, 255, 10]);
  });

  it('neither writes through a symbolic link nor replaces it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a.plist');
    writeFileSync(join(folder, 'theirs'), 'theirs');
    symlinkSync(join(folder, 'theirs'), path);
    await expect(realFiles.write(path, 'ours', 0o644)).rejects.toMatchObject({ code: 'file/symlink' });
    await expect(realFiles.setMode(path, 0o600)).rejects.toMatchObject({ code: 'file/symlink' });
    expect(readFileSync(join(folder, 'theirs'), 'utf8')).toBe('theirs');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  it('leaves nothing behind when it fails', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'a.plist'));
    await expect(realFiles.write(join(folder, 'a.plist'), 'ours', 0o644)).rejects.toMatchObject({
      code: 'EISDIR',
    });
    expect(readdirSync(folder)).toEqual(['a.plist']);
    await expect(realFiles.write(join(folder, 'none/a.plist'), 'ours', 0o644)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('read', () => {
  it('never waits for a pipe that poses as a file', async () => {
    const path = join(temporaryFolder(), 'a.plist');
    execFileSync('mkfifo', [path]);
    await expect(realFiles.read(path)).rejects.toMatchObject({ code: 'EINVAL' });
  });

  it('gives the end of a file', async () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, 'one\ntwo\nthree\n');
    expect(Buffer.from(await realFiles.readEnd(path, 6)).toString()).toBe('three\n');
    expect(Buffer.from(await realFiles.readEnd(path, 600)).toString()).toBe('one\ntwo\nthree\n');
  });
});

describe('list and identify', () => {
  it('sorts by byte, and holds a missing folder for empty', async () => {
    const folder = temporaryFolder();
    for (const name of ['b', 'B', 'ä', 'a']) writeFileSync(join(folder, name), '');
    expect(await realFiles.list(folder)).toEqual(['B', 'a', 'b', 'ä']);
    expect(await realFiles.list(join(folder, 'none'))).toEqual([]);
  });

  it('tells the entry itself, links not followed', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), 'four', { mode: 0o600 });
    symlinkSync('/nowhere', join(folder, 'link'));
    const file = await realFiles.identify(join(folder, 'file'));
    expect(file).toMatchObject({ kind: 'file', size: '4', mode: 0o600 });
    expect(file?.mtimeNs).toMatch(/^\d{18,}$/);
    expect((await realFiles.identify(join(folder, 'link')))?.kind).toBe('symlink');
    expect((await realFiles.identify(folder))?.kind).toBe('folder');
    expect(await realFiles.identify(join(folder, 'none'))).toBeNull();
    expect(await realFiles.identify(join(folder, 'file', 'below'))).toBeNull();
  });
});

describe('makeFolder', () => {
  it.skipIf(process.platform !== 'linux')('gives up where no folder can be made', async () => {
    await expect(realFiles.makeFolder('/proc/reconcile/logs', 0o755)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });

  it('makes the missing ones with the mode, and leaves those that are there', async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o711);
    process.umask(0o077);
    await realFiles.makeFolder(join(folder, 'a/b'), 0o755);
    expect([folder, join(folder, 'a'), join(folder, 'a/b')].map(modeOf)).toEqual([0o711, 0o755, 0o755]);
    await realFiles.makeFolder(join(folder, 'a'), 0o700);
    expect(modeOf(join(folder, 'a'))).toBe(0o755);
  });

  it('fails where a file or a dangling link stands', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    symlinkSync('/nowhere', join(folder, 'link'));
    for (const path of ['file', 'link', 'link/below'])
      await expect(realFiles.makeFolder(join(folder, path), 0o755)).rejects.toMatchObject({ code: 'EEXIST' });
  });
});

describe('an error', () => {
  it('of a write names the file that was to be written, not the temporary one', async () => {
    const path = join(temporaryFolder(), 'missing/a.plist');
    await expect(realFiles.write(path, '', 0o644)).rejects.toMatchObject({ code: 'ENOENT', path });
  });
});

describe('removeLeftovers', () => {
  it('removes what killed runs left, and nothing else', async () => {
    const folder = temporaryFolder();
    const dead = '.reconcile-7-0123456789abcdef';
    const working = '.reconcile-8-0123456789abcdef';
    const others = ['.reconcile-7-short', 'x.reconcile-7-0123456789abcdef', 'a.plist', working];
    for (const name of [dead, ...others]) writeFileSync(join(folder, name), '');
    const processes = { alive: (pid: number) => pid === 8, ancestry: async () => [] };
    expect(await removeLeftovers(folder, realFiles, processes)).toEqual([dead]);
    expect(readdirSync(folder).sort()).toEqual([...others].sort());
  });
});
