import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { realClock } from '../../src/sys/clock.ts';
import { acquireLock } from '../../src/sys/lock.ts';
import { processStart, realProcesses } from '../../src/sys/processes.ts';
import { temporaryFolder } from '../support/temporary.ts';

const now = { timeoutMs: 0, clock: realClock, processes: realProcesses };
const NOBODY = 2 ** 22 - 1;

/** A living process that is not us. */
async function someone(): Promise<number> {
  const child = spawn('/bin/sleep', ['60']);
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child, 'spawn');
  return child.pid ?? 0;
}

describe('acquireLock', () => {
  it('makes a private folder, holds one at a time, and leaves nothing', async () => {
    const folder = join(temporaryFolder(), 'state/reconcile');
    const release = await acquireLock(folder, now);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    await expect(acquireLock(folder, now)).rejects.toMatchObject({
      code: 'lock/held',
      exitCode: 75,
      message: expect.stringContaining(`process ${process.pid} `),
    });
    await release();
    await (await acquireLock(folder, now))();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('names a living holder, and leaves its lock', async () => {
    const folder = temporaryFolder();
    const pid = await someone();
    const claim = `apply.lock.${pid}.${await processStart(pid)}.${'0'.repeat(16)}`;
    writeFileSync(join(folder, claim), '');
    await expect(acquireLock(folder, now)).rejects.toThrow(`process ${pid} holds the lock`);
    expect(readdirSync(folder)).toEqual([claim]);
  });

  it('takes over from a dead holder, also when its pid is used again', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, `apply.lock.${NOBODY}.1.${'a'.repeat(16)}`), '');
    writeFileSync(join(folder, `apply.lock.${process.pid}.1.${'b'.repeat(16)}`), '');
    writeFileSync(join(folder, 'ledger.json'), '');
    const release = await acquireLock(folder, now);
    expect(readdirSync(folder)).toHaveLength(2);
    await release();
    expect(readdirSync(folder)).toEqual(['ledger.json']);
  });

  it('tells its holder that it was taken away with its folder', async () => {
    const folder = join(temporaryFolder(), 'state');
    const release = await acquireLock(folder, now);
    expect(await release.stands()).toBe(true);
    rmSync(folder, { recursive: true });
    expect(await release.stands()).toBe(false);
    await release();
    const again = await acquireLock(folder, now);
    expect([await again.stands(), await release.stands()]).toEqual([true, false]);
  });

  it('is let go of even if its file cannot be removed', async () => {
    const folder = temporaryFolder();
    const release = await acquireLock(folder, now);
    const [name = ''] = readdirSync(folder);
    // No file any more, and so nothing that can be unlinked.
    rmSync(join(folder, name));
    mkdirSync(join(folder, name));
    await release();
    const next = await acquireLock(folder, now);
    await next();
    expect(readdirSync(folder)).toEqual([name]);
  });

  it('lets nobody in beside a holder whose claim is younger, as when the clock was set back', async () => {
    const folder = temporaryFolder();
    const release = await acquireLock(folder, now);
    const [claim = ''] = readdirSync(folder);
    const tomorrow = new Date(Date.now() + 86_400_000);
    utimesSync(join(folder, claim), tomorrow, tomorrow);
    await expect(acquireLock(folder, now)).rejects.toMatchObject({ code: 'lock/held' });
    expect(readdirSync(folder)).toEqual([claim]);
    await release();
  });

  it('waits until the holder has finished', async () => {
    const folder = temporaryFolder();
    const release = await acquireLock(folder, now);
    const waitedFor: number[] = [];
    const next = await acquireLock(folder, {
      ...now,
      timeoutMs: 15_000,
      onWait: (pid) => {
        waitedFor.push(pid);
        void release();
      },
    });
    expect(waitedFor).toEqual([process.pid]);
    await next();
  });

  it('stops waiting when it is interrupted', async () => {
    const folder = temporaryFolder();
    const release = await acquireLock(folder, now);
    const stop = new AbortController();
    const waiting = acquireLock(folder, {
      ...now,
      timeoutMs: 60_000,
      signal: stop.signal,
      onWait: () => stop.abort(),
    });
    await expect(waiting).rejects.toMatchObject({ exitCode: 130 });
    await release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('lets exactly one in, however many come at once over a dead holder', async () => {
    for (let round = 0; round < 10; round++) {
      const folder = temporaryFolder();
      writeFileSync(join(folder, `apply.lock.${NOBODY}.1.${'a'.repeat(16)}`), '');
      const tries = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(folder, now)));
      expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(readdirSync(folder)).toHaveLength(1);
    }
  });

  it('never lets two in at once, and in the end everyone', async () => {
    const folder = temporaryFolder();
    let inside = 0;
    let visits = 0;
    const worker = async (): Promise<void> => {
      const release = await acquireLock(folder, { ...now, timeoutMs: 15_000 });
      inside++;
      visits++;
      expect(inside).toBe(1);
      await realClock.pause(1);
      inside--;
      await release();
    };
    await Promise.all(Array.from({ length: 6 }, worker));
    expect(visits).toBe(6);
  });

  it('says when the folder cannot be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'state'), '');
    await expect(acquireLock(join(folder, 'state'), now)).rejects.toMatchObject({ code: 'lock/unwritable' });
  });
});
