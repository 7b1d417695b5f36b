import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A folder with its parents, each new one with this mode; those that are there stay as they are. Throws Node's errors.
 *
 * Not by `recursive`, which never returns where mkdir answers ENOENT below a folder that is there, as in /proc.
 */
export function makeFolders(path: string, mode: number): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() || dirname(path) === path) return;
  makeFolders(dirname(path), mode);
  try {
    mkdirSync(path, mode);
  } catch (error) {
    // Somebody else was faster, or a file stands there.
    const isThere = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isThere) throw error;
  }
}
