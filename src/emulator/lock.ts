import { linkSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOf } from './process-table.ts';

/**
 * One daemon for one folder, and never two, whoever is killed when.
 *
 * Locks are numbered files `lock.N`, each holding the pid and the start of its process; the highest one counts. A free place
 * is taken by making the next number, which only one can do, and by looking once more that no higher one has come meanwhile.
 * The highest is never removed, not even by its owner: a dead owner makes it free. So nobody ever removes a lock that
 * someone else may just have taken.
 */
export function takeLock(
  folder: string,
): { readonly taken: true } | { readonly taken: false; readonly pid: number } {
  for (;;) {
    const highest = highestLock(folder);
    const owner = highest === 0 ? null : ownerOf(join(folder, `lock.${highest}`));
    if (owner !== null) return { taken: false, pid: owner };
    const mine = highest + 1;
    if (!create(folder, mine)) continue;
    if (highestLock(folder) > mine) {
      rmSync(join(folder, `lock.${mine}`), { force: true });
      continue;
    }
    for (const number of lockNumbers(folder))
      if (number < mine) rmSync(join(folder, `lock.${number}`), { force: true });
    return { taken: true };
  }
}

/** The pid of the daemon of this folder, or null when none lives. */
export function lockOwner(folder: string): number | null {
  const highest = highestLock(folder);
  return highest === 0 ? null : ownerOf(join(folder, `lock.${highest}`));
}

/** Appears with its content, or not at all. */
function create(folder: string, number: number): boolean {
  const draft = join(folder, `draft.${process.pid}`);
  try {
    writeFileSync(draft, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }), {
      mode: 0o600,
    });
    linkSync(draft, join(folder, `lock.${number}`));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function ownerOf(path: string): number | null {
  try {
    const { pid, started } = JSON.parse(readFileSync(path, 'utf8')) as { pid: number; started: string };
    return startOf(pid) === started ? pid : null;
  } catch {
    return null;
  }
}

function highestLock(folder: string): number {
  return Math.max(0, ...lockNumbers(folder));
}

function lockNumbers(folder: string): readonly number[] {
  return readdirSync(folder).flatMap((name) => {
    const match = /^lock\.([0-9]+)$/.exec(name);
    return match === null ? [] : [Number(match[1])];
  });
}
