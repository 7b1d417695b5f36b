import { createHash } from 'node:crypto';
import {
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wrap } from '../../src/launchd/wrapper.ts';
import type { PlistDict } from '../../src/model/plist.ts';
import { realFiles } from '../../src/sys/files.ts';
import type { FileDigest } from '../../src/sys/ports.ts';
import { createTriggers, type Triggers } from '../../src/sys/triggers.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { job } from '../support/world.ts';

interface Stage {
  readonly folder: string;
  readonly file: string;
  readonly reads: string[];
  readonly open: () => Triggers;
  readonly digest: (triggers: Triggers, path?: string, plist?: PlistDict) => Promise<string | undefined>;
}

function stage(): Stage {
  const folder = temporaryFolder();
  const file = join(folder, 'token');
  writeFileSync(file, 'hunter2\n');
  const reads: string[] = [];
  const files = {
    ...realFiles,
    digest: async (path: string, before: FileDigest | null) => {
      const now = await realFiles.digest(path, before);
      if (now !== before) reads.push(path);
      return now;
    },
  };
  const state = join(folder, 'state');
  const places = { userState: state, systemState: state, daemons: '/daemons', globalAgents: '/agents' };
  return {
    folder,
    file,
    reads,
    open: () => createTriggers(places, files),
    digest: async (triggers, path = file, plist = job('web').plist) => {
      const web = { ...job('web'), plist, triggers: [path] };
      return (await triggers.observe([web]))[`${web.domain}/${web.label}`]?.[path];
    },
  };
}

describe('digests of trigger files', () => {
  it('need a key, which is made under the lock alone', async () => {
    const { folder, open, digest } = stage();
    expect(await digest(open())).toBeUndefined();
    expect(existsSync(join(folder, 'state'))).toBe(false);
    const locked = open();
    locked.mayMakeKeys();
    const first = await digest(locked);
    expect(first).toMatch(/^[0-9a-f]{8}\.[0-9a-f]{32}$/);
    expect(statSync(join(folder, 'state', 'trigger.key')).mode & 0o777).toBe(0o600);
    expect(await digest(open())).toBe(first);
  });

  it('are those of the content, not of the times, and nothing that could be guessed at', async () => {
    const { folder, file, open, digest } = stage();
    const triggers = open();
    triggers.mayMakeKeys();
    const first = await digest(triggers);
    utimesSync(file, 1, 1);
    expect(await digest(triggers)).toBe(first);
    writeFileSync(file, 'hunter3\n');
    expect(await digest(triggers)).not.toBe(first);
    writeFileSync(file, 'hunter2\n');
    expect(await digest(triggers)).toBe(first);
    for (const text of ['hunter2\n', `${file}\0hunter2\n`])
      expect(createHash('sha256').update(text).digest('hex')).not.toContain(first?.split('.')[1]);
    writeFileSync(join(folder, 'state', 'trigger.key'), `${'0'.repeat(64)}\n`);
    const other = await digest(open());
    expect(other).not.toBe(first);
    expect(other?.split('.')[0]).not.toBe(first?.split('.')[0]);
  });

  it('of an unchanged file are not made again, nor of one that a link leads to', async () => {
    const { folder, file, reads, open, digest } = stage();
    const triggers = open();
    triggers.mayMakeKeys();
    await digest(triggers);
    const before = reads.length;
    await digest(triggers);
    expect(reads).toHaveLength(before);
    const link = join(folder, 'link');
    symlinkSync(file, link);
    const first = await digest(triggers, link);
    expect(reads).toHaveLength(before + 1);
    expect(await digest(triggers, link)).toBe(first);
    expect(reads).toHaveLength(before + 1);
    writeFileSync(file, 'other\n');
    expect(await digest(triggers, link)).not.toBe(first);
  });

  it('are none of what is not there, or no file', async () => {
    const { folder, file, open, digest } = stage();
    const triggers = open();
    triggers.mayMakeKeys();
    await digest(triggers);
    rmSync(file);
    expect(await digest(triggers)).toBeUndefined();
    expect(await digest(triggers, folder)).toBeUndefined();
    expect(readFileSync(join(folder, 'state', 'trigger.key'), 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });

  it('are made of a file of any size', async () => {
    const { folder, file, open, digest } = stage();
    const triggers = open();
    triggers.mayMakeKeys();
    // More than is read of a plist; no byte of it is on the disk.
    truncateSync(file, 65 * 1024 * 1024);
    const first = await digest(triggers);
    expect(first).toMatch(/^[0-9a-f]{8}\.[0-9a-f]{32}$/);
    truncateSync(file, 65 * 1024 * 1024 + 1);
    expect(await digest(triggers)).not.toBe(first);
    expect(await digest(triggers, folder)).toBeUndefined();
  });

  it('are none of an env_file that the job could not read, until it is mended', async () => {
    const { file, open, digest } = stage();
    const triggers = open();
    triggers.mayMakeKeys();
    const reads = { envFiles: [file], secrets: [], keeps: [] };
    const web = job('web');
    const plist = wrap(web.plist, web.label, reads) ?? web.plist;
    writeFileSync(file, 'A=1\n');
    const first = await digest(triggers, file, plist);
    expect(first).toMatch(/^[0-9a-f]{8}\.[0-9a-f]{32}$/);
    writeFileSync(file, 'A=1\nhunter2\n');
    expect(await digest(triggers, file, plist)).toBeUndefined();
    expect(await digest(triggers, file, plist)).toBeUndefined();
    // For a job that reads it by itself, it is a file as any other.
    expect(await digest(triggers, file)).toMatch(/^[0-9a-f]{8}\.[0-9a-f]{32}$/);
    writeFileSync(file, 'A=1\n');
    expect(await digest(triggers, file, plist)).toBe(first);
  });
});
