import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createWaker } from '../../src/sys/wake.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Longer than the test itself may take: only an event ends it sooner. */
const LONG_MS = 600_000;

it('a sleep ends with a change that matters, also in a folder that was made anew', async () => {
  const folder = join(temporaryFolder(), 'agents');
  const waker = createWaker();
  onTestFinished(() => waker.close());
  const { signal } = new AbortController();
  const folders = new Map([[folder, (name: string) => name.endsWith('.plist')]]);
  const wakesBy = async (change: () => void): Promise<void> => {
    waker.watch(folders);
    const began = performance.now();
    const woken = waker.wait(LONG_MS, 0, signal);
    change();
    await woken;
    expect(performance.now() - began).toBeLessThan(LONG_MS);
  };
  mkdirSync(folder);
  await wakesBy(() => writeFileSync(join(folder, 'a.plist'), ''));
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  waker.watch(folders);
  // What was heard of the former one is past.
  await waker.wait(1, 0, signal);
  await wakesBy(() => writeFileSync(join(folder, 'b.plist'), ''));
});

it('a sleep is no longer for a folder that is never quiet', async () => {
  const folder = temporaryFolder();
  const waker = createWaker();
  let count = 0;
  const busy = setInterval(() => writeFileSync(join(folder, `${count++ % 9}.plist`), String(count)), 5);
  onTestFinished(() => {
    clearInterval(busy);
    waker.close();
  });
  waker.watch(new Map([[folder, () => true]]));
  await waker.wait(300, 100, new AbortController().signal);
  expect(count).toBeGreaterThan(5);
});
