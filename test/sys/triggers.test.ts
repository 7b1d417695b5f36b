import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { realFiles } from '../../src/sys/files.ts';
import { createTriggers, type Triggers } from '../../src/sys/triggers.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { job } from '../support/world.ts';

interface Stage {
  readonly folder: string;
  readonly file: string;
  readonly reads: string[];
  readonly open: () => Triggers;
  readonly digest: (triggers: Triggers, path?: string) => Promise<string | undefined>;
}

function stage(): Stage {
  const folder = temporaryFolder();
  const file = join(folder, 'token');
  writeFileSync(file, 'hunter2\n');
  const reads: string[] = [];
  const files = {
    ...realFiles,
    read: (path: string) => {
      reads.push(path);
      return realFiles.read(path);
    },
  };
  const state = join(folder, 'state');
  const places = { userState: state, systemState: state, daemons: '/daemons', globalAgents: '/agents' };
  return {
    folder,
    file,
    reads,
    open: () => createTriggers(places, files),
    digest: async (triggers, path = file) => {
      const web = { ...job('web'), triggers: [path] };
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
    expect(first).toMatch(/^[0-9a-f]{32}$/);
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
      expect(createHash('sha256').update(text).digest('hex')).not.toContain(first);
    writeFileSync(join(folder, 'state', 'trigger.key'), `${'0'.repeat(64)}\n`);
    expect(await digest(open())).not.toBe(first);
  });

  it('of an unchanged file are not made again, but for a link, which may lead elsewhere', async () => {
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
});
