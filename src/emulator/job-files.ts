import { closeSync, constants, fchmodSync, fchownSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Identity } from './command.ts';
import type { Definition } from './definition.ts';
import { makeFolders } from './make-folders.ts';
import { isShortage } from './preflight.ts';

/** What a job gets when its plist has no Umask (facts §2.8). */
export const DEFAULT_UMASK = 0o022;

/**
 * Standard in, out and error, open; or why they cannot be opened. Without a path it is /dev/null. Throws when the machine has
 * no room for another open file now: that says nothing about the definition.
 */
export function openJobFiles(definition: Definition, owner: Identity | null): number[] | string {
  const opened: number[] = [];
  try {
    const input = definition.stdin ?? '/dev/null';
    opened.push(openSync(input, isFifo(input) ? constants.O_RDWR : constants.O_RDONLY));
    for (const path of [definition.stdout, definition.stderr])
      opened.push(openLog(path ?? '/dev/null', definition.umask ?? DEFAULT_UMASK, owner));
    return opened;
  } catch (error) {
    for (const file of opened) closeSync(file);
    if (isShortage(error as NodeJS.ErrnoException)) throw error;
    return (error as Error).message;
  }
}

/** Appended to; made when missing, with its folders, for the job's user (facts §1). */
function openLog(path: string, umask: number, owner: Identity | null): number {
  if (!path.startsWith('/')) throw new Error(`the path of a log must be absolute: ${path}`);
  makeFolders(dirname(path), 0o777);
  const access = isFifo(path) ? constants.O_RDWR : constants.O_WRONLY;
  const flags = access | constants.O_APPEND | constants.O_NOCTTY;
  let file: number;
  try {
    file = openSync(path, flags | constants.O_CREAT | constants.O_EXCL, 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    // O_CREAT still: it may be a link to a file that is not there yet.
    return openSync(path, flags | constants.O_CREAT, 0o666);
  }
  fchmodSync(file, 0o666 & ~umask);
  if (owner !== null) fchownSync(file, owner.uid, owner.gid);
  return file;
}

/** Opened for one direction only, a FIFO without another end would hold the daemon up. */
function isFifo(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFIFO() ?? false;
}
