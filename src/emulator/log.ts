import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

const LARGEST_BYTES = 2 * 1024 * 1024;

/**
 * Lines with the time; the file before is kept under `.1` when it grows too large. The file is held open, so that a log that
 * somebody removes is not made anew. One that cannot be written is no reason to stop: the jobs matter more.
 */
export function openLog(path: string): (line: string) => void {
  let file = openSync(path, 'a', 0o600);
  let size = fstatSync(file).size;
  return (line) => {
    try {
      if (size > LARGEST_BYTES) {
        renameSync(path, `${path}.1`);
        closeSync(file);
        file = openSync(path, 'a', 0o600);
        size = 0;
      }
      size += writeSync(file, `${new Date().toISOString()} ${line}\n`);
    } catch {
      // Disk full, folder gone.
    }
  };
}
