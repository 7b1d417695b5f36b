import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { makeFolders } from './make-folders.ts';

/** A log that grows no further than this, and one former file of the same size: bytes. */
export const LOG_LIMIT: number = 1024 * 1024;

export interface CappedLog {
  /** Never throws: a full disk loses the text, not the work. */
  write(text: string): void;
  close(): void;
}

/** Appends to a file (0600); one that would grow beyond the limit becomes `PATH.1`, in place of the former one. */
export async function createCappedLog(path: string, limit: number = LOG_LIMIT): Promise<CappedLog> {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  const open = (): number => {
    makeFolders(dirname(path), 0o700);
    return openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600);
  };
  let descriptor = open();
  /** A full disk cut the last text short. */
  let isCut = false;
  let size = fstatSync(descriptor).size;
  const reopen = (): void => {
    const next = open();
    closeSync(descriptor);
    descriptor = next;
    size = fstatSync(descriptor).size;
  };
  return {
    write(text) {
      try {
        const bytes = Buffer.from(isCut ? `\n${text}` : text);
        if (!isStill(descriptor, path)) reopen();
        if (size > 0 && size + bytes.length > limit) {
          renameSync(path, `${path}.1`);
          reopen();
        }
        const written = writeSync(descriptor, bytes);
        size += written;
        isCut = written < bytes.length;
      } catch {
        // Nobody is left to tell it to.
      }
    },
    close: () => closeSync(descriptor),
  };
}

/** False: somebody took the file away, or put another one there. */
function isStill(descriptor: number, path: string): boolean {
  const there = statSync(path, { throwIfNoEntry: false });
  const { dev, ino } = fstatSync(descriptor);
  return there?.dev === dev && there.ino === ino;
}

/** Where a job that keeps such a log lets its standard error go: `web.err.log` beside `web.log`. */
export function errorLogOf(log: string): string {
  return log.replace(/(?:\.log)?$/, '.err.log');
}

/**
 * What a job writes beside its log, such as the words of a Node that cannot run us, grows no further either. A standard error
 * that goes elsewhere is whoever started us's, and left alone.
 */
export function capStandardError(log: string, limit: number = LOG_LIMIT): void {
  try {
    if (isStill(2, errorLogOf(log)) && fstatSync(2).size > limit) ftruncateSync(2);
  } catch {
    // It is closed.
  }
}
