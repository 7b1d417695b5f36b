import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context } from '../../src/commands/context.ts';
import { openWorld, type World, withLock } from '../../src/commands/world.ts';
import { temporaryFolder } from '../support/temporary.ts';

function open(): { readonly folder: string; readonly context: Context; readonly world: World } {
  const folder = temporaryFolder();
  const env = { HOME: join(folder, 'home'), PATH: process.env['PATH'] ?? '' };
  const context = {
    env,
    options: {
      launchd: 'system',
      launchctl: '/bin/true',
      root: join(folder, 'root'),
      timeoutMs: 1_000,
      lockTimeoutMs: 0,
      verbose: false,
    },
    signal: new AbortController().signal,
    terminal: { note: () => {} },
  } as unknown as Context;
  return { folder, context, world: openWorld(context) };
}

const claims = (folder: string): number =>
  readdirSync(folder).filter((name) => name.startsWith('apply.lock.')).length;

describe('withLock', () => {
  it('locks the state of system jobs too, where they may change, and lets go of both', async () => {
    const { context, world } = open();
    const { userState, systemState } = world.places;
    await withLock(context, world, async () => {
      expect([claims(userState), claims(systemState)]).toEqual([1, 1]);
      const other = { ...world, places: { ...world.places, userState: `${userState}-of-another` } };
      await expect(withLock(context, other, async () => {})).rejects.toMatchObject({
        code: 'lock/held',
        exitCode: 75,
      });
      expect(claims(`${userState}-of-another`)).toBe(0);
    });
    expect([claims(userState), claims(systemState)]).toEqual([0, 0]);
  });

  it('leaves it alone where only root may change them', async () => {
    const { context, world } = open();
    await withLock(context, { ...world, rights: 'user', mayChangeSystem: false }, async () => {
      expect(readdirSync(world.places.userState)).toHaveLength(1);
      expect(() => readdirSync(world.places.systemState)).toThrow('ENOENT');
    });
  });

  it('goes on without it where its folder cannot be made: no change to a system job can begin there', async () => {
    const { folder, context, world } = open();
    writeFileSync(join(folder, 'root'), 'in the way');
    expect(await withLock(context, world, async () => 'done')).toBe('done');
  });

  it('removes what killed runs have left, in every folder that is ours', async () => {
    const { context, world } = open();
    const { userAgents, globalAgents, daemons, userState, systemState } = world.places;
    const states = [userState, systemState, join(userState, 'journal'), join(systemState, 'journal')];
    const folders = [userAgents, globalAgents, daemons, ...states];
    for (const folder of folders) {
      mkdirSync(folder, { recursive: true });
      // A pid may be used again, even by us.
      for (const pid of [2 ** 22 - 1, process.pid])
        writeFileSync(join(folder, `.reconcile-${pid}-0123456789abcdef`), 'half');
      writeFileSync(join(folder, '.reconcile-mine'), 'not ours');
    }
    await withLock(context, world, async () => {
      for (const folder of folders)
        expect(readdirSync(folder).filter((name) => name.startsWith('.reconcile-'))).toEqual([
          '.reconcile-mine',
        ]);
    });
  });
});
