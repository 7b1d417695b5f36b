import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { letPass, load, printed } from '../judge.ts';
import { type Job, type Port, type Scenario, withRealProcesses } from '../port.ts';

/** WatchPaths and QueueDirectories, with real files. */

/** Ends at once, and tells by the files that its runs leave. */
const ONCE = { kind: 'ends', how: { code: 0 } } as const;

/** A folder that the job's own files do not lie in. */
function folderOf(port: Port, name: string): string {
  const file = port.write(`${name}.place`, '');
  const folder = `${file}.d`;
  mkdirSync(folder);
  return folder;
}

async function hasStarted(port: Port, job: Job, more: number): Promise<void> {
  await port.wait(`${more} starts of ${job.label}`, async () =>
    (await port.starts(job)).length >= more ? true : null,
  );
}

export const PATH_SCENARIOS: readonly Scenario[] = [
  {
    name: 'WatchPaths: a job starts when something in the folder comes or changes, and not when it is loaded (facts §2.8)',
    where: withRealProcesses,
    async run(port) {
      const folder = folderOf(port, 'watched');
      const job = port.job('watches', ONCE, { WatchPaths: [folder], ThrottleInterval: 1 });
      await load(port, job);
      await letPass(port, 'watches', 2);
      expect(await port.starts(job)).toEqual([]);
      writeFileSync(join(folder, 'one'), 'first');
      await hasStarted(port, job, 1);
      // What happens while it runs or waits is told once more at the most: fsevents come late.
      await letPass(port, 'watches-again', 3);
      const before = (await port.starts(job)).length;
      expect(before).toBeLessThanOrEqual(2);
      writeFileSync(join(folder, 'one'), 'second');
      await hasStarted(port, job, before + 1);
    },
  },
  {
    name: 'WatchPaths: a file that is made later starts the job, too (facts §2.8)',
    where: withRealProcesses,
    async run(port) {
      const file = join(folderOf(port, 'watched-later'), 'file');
      const job = port.job('watches-later', ONCE, { WatchPaths: [file], ThrottleInterval: 1 });
      await load(port, job);
      await letPass(port, 'watches-later', 2);
      expect(await port.starts(job)).toEqual([]);
      writeFileSync(file, '');
      await hasStarted(port, job, 1);
    },
  },
  {
    name: 'QueueDirectories: a job starts again and again while the folder holds something, and rests when it is empty (facts §2.8)',
    where: withRealProcesses,
    async run(port) {
      const folder = folderOf(port, 'queue');
      const job = port.job('queues', ONCE, { QueueDirectories: [folder], ThrottleInterval: 1 });
      await load(port, job);
      await letPass(port, 'queues', 2);
      expect(await port.starts(job)).toEqual([]);
      const item = join(folder, 'item');
      writeFileSync(item, '');
      await hasStarted(port, job, 3);
      rmSync(item);
      // One start may be on its way.
      await letPass(port, 'queues-empty', 3);
      const rested = (await port.starts(job)).length;
      await letPass(port, 'queues-rested', 3);
      expect((await port.starts(job)).length).toBe(rested);
      expect(await printed(port, job)).toMatchObject({ state: 'not running', pid: null });
    },
  },
];
