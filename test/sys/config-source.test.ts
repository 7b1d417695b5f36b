import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createConfigSource, invokingUid } from '../../src/sys/config-source.ts';
import { temporaryFolder } from '../support/temporary.ts';

const user = createConfigSource({ uid: 501, invokingUid: null });

describe('read', () => {
  it('gives text and real path', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'real.yaml'), 'version: 1\n');
    symlinkSync(join(folder, 'real.yaml'), join(folder, 'link.yaml'));
    expect(user.read(join(folder, 'link.yaml'))).toEqual({
      ok: true,
      text: 'version: 1\n',
      realPath: join(folder, 'real.yaml'),
    });
  });

  it('reads standard input once it is given', () => {
    const source = createConfigSource({ uid: 501, invokingUid: null, stdin: 'a' });
    expect(source.read('-')).toEqual({ ok: true, text: 'a', realPath: '<stdin>' });
    expect(user.read('-')).toMatchObject({ ok: false, reason: 'missing' });
  });

  it.each([
    ['missing', () => {}, undefined],
    ['unreadable', (path: string) => mkdirSync(path), 'Name the file in it.'],
    [
      'unreadable',
      (path: string) => writeFileSync(path, new Uint8Array([0x61, 0xff, 0xfe])),
      'Check that it is the right file, or save it as UTF-8.',
    ],
    ['unreadable', (path: string) => symlinkSync(path, path), expect.stringContaining('ls -l ')],
    [
      'unreadable',
      (path: string) => void execFileSync('mkfifo', [path]),
      expect.stringMatching(/^Read it with `-f - < /),
    ],
    ['too-large', (path: string) => writeFileSync(path, 'x'.repeat(4 * 1024 * 1024 + 1)), undefined],
  ])('says %s', (reason, make, hint) => {
    const path = join(temporaryFolder(), 'a.yaml');
    make(path);
    expect(user.read(path)).toEqual({ ok: false, reason, message: expect.stringContaining(path), hint });
  });
});

describe('trust', () => {
  const self = process.getuid?.() ?? 0;
  /** Root, called through sudo by who runs the tests. */
  const root = createConfigSource({ uid: 0, invokingUid: self });

  function file(below = ''): { folder: string; path: string } {
    const folder = temporaryFolder();
    mkdirSync(join(folder, below), { recursive: true });
    const path = join(folder, below, 'a.yaml');
    writeFileSync(path, 'a');
    chmodSync(path, 0o644);
    return { folder, path };
  }

  it('as root, believes what root or the invoking user alone can write', () => {
    expect(root.read(file().path)).toMatchObject({ ok: true });
  });

  it('as root, refuses a file that others can write', () => {
    const { path } = file();
    chmodSync(path, 0o664);
    expect(root.read(path)).toMatchObject({ reason: 'untrusted', message: expect.stringContaining('664') });
    expect(user.read(path)).toMatchObject({ ok: true });
  });

  it('as root, refuses a folder that others can write', () => {
    const { folder, path } = file();
    chmodSync(folder, 0o777);
    expect(root.read(path)).toMatchObject({ reason: 'untrusted', message: expect.stringContaining(folder) });
  });

  it('as root, refuses a folder further up that others can write', () => {
    const { folder, path } = file('deep/er');
    chmodSync(join(folder, 'deep'), 0o777);
    expect(root.read(path)).toMatchObject({ reason: 'untrusted' });
  });

  it('as root, refuses a link in a folder that others can write', () => {
    const { path } = file();
    const open = temporaryFolder();
    symlinkSync(path, join(open, 'link.yaml'));
    expect(root.read(join(open, 'link.yaml'))).toMatchObject({ ok: true, realPath: path });
    chmodSync(open, 0o777);
    expect(root.read(join(open, 'link.yaml'))).toMatchObject({
      reason: 'untrusted',
      message: expect.stringContaining(open),
    });
  });

  it.runIf(self !== 0)('as root, refuses a file of somebody else', () => {
    const alone = createConfigSource({ uid: 0, invokingUid: null });
    expect(alone.read(file().path)).toMatchObject({ reason: 'untrusted' });
  });

  it('takes the invoking user from sudo', () => {
    expect(invokingUid({ SUDO_UID: '501' })).toBe(501);
    expect(invokingUid({ SUDO_UID: '-1' })).toBeNull();
    expect(invokingUid({})).toBeNull();
  });
});

describe('glob', () => {
  function tree(...paths: string[]): string {
    const folder = temporaryFolder();
    for (const path of paths) {
      mkdirSync(join(folder, path, '..'), { recursive: true });
      writeFileSync(join(folder, path), '');
    }
    return folder;
  }

  it('gives the files in byte order', () => {
    const folder = tree('b.yaml', 'B.yaml', 'a.yaml', '.hidden.yaml', 'a.yml', 'sub/c.yaml');
    const names = (pattern: string): string[] =>
      user.glob(pattern, folder).map((path) => path.slice(folder.length + 1));
    expect(names('*.yaml')).toEqual(['B.yaml', 'a.yaml', 'b.yaml']);
    expect(names('./?.y*ml')).toEqual(['B.yaml', 'a.yaml', 'a.yml', 'b.yaml']);
    expect(names('[!a].yaml')).toEqual(['B.yaml', 'b.yaml']);
    expect(names('[a-b].yaml')).toEqual(['a.yaml', 'b.yaml']);
    expect(names('**/c.yaml')).toEqual(['sub/c.yaml']);
    expect(names('.*.yaml')).toEqual(['.hidden.yaml']);
    expect(names('a.yaml')).toEqual(['a.yaml']);
    expect(names('[z-a].yaml')).toEqual([]);
    expect(names('none/*.yaml')).toEqual([]);
    expect(user.glob(join(folder, 'b*'), '/')).toEqual([join(folder, 'b.yaml')]);
  });
});
