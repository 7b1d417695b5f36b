import { createHash } from 'node:crypto';
import { refuse } from '../failure.ts';
import { lookAtFile } from '../former.ts';
import type { Perform } from '../work.ts';

export const makeFolder: Perform<'make-folder'> = async ({ path, mode }, { ports, progress }) => {
  if ((await ports.files.identify(path))?.kind === 'folder') return;
  await ports.files.makeFolder(path, mode);
  progress.changed = true;
};

export const writePlist: Perform<'write-plist'> = async (action, { ports, progress }) => {
  const { path, content, mode, expect } = action;
  checkExpected(path, expect, (await lookAtFile(ports.files, path))?.hash ?? null);
  await ports.files.write(path, content, mode);
  progress.changed = true;
  progress.files.set(path, createHash('sha256').update(content).digest('hex'));
};

export const setMode: Perform<'set-mode'> = async ({ path, mode }, { ports, progress }) => {
  await ports.files.setMode(path, mode);
  progress.changed = true;
  progress.modes.add(path);
};

/** A plist that somebody else has removed meanwhile is as gone as it should be. */
export const removePlist: Perform<'remove-plist'> = async ({ path, expect }, { ports, progress }) => {
  const there = await lookAtFile(ports.files, path);
  if (there === null) return;
  checkExpected(path, expect, there.hash);
  await ports.files.remove(path);
  progress.changed = true;
  progress.files.set(path, null);
};

/** What lies there must be what the plan saw: a file that was edited since is never overwritten unseen. */
export function checkExpected(path: string, expected: string | null, found: string | null): void {
  if (expected === found) return;
  throw refuse(
    'plist/changed-since-plan',
    found === null
      ? `${path} was removed after the plan was made.`
      : expected === null
        ? `${path} was made by somebody else after the plan was made.`
        : `${path} was changed after the plan was made.`,
    'Run reconcile plan to see what it holds now, then apply again.',
  );
}
