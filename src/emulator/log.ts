import { appendFileSync, renameSync, statSync } from 'node:fs';

const LARGEST_BYTES = 2 * 1024 * 1024;

/** Lines with the time; the file before is kept under `.1` when it grows too large. A log that cannot be written is no reason to stop. */
export function openLog(path: string): (line: string) => void {
  let size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  return (line) => {
    const text = `${new Date().toISOString()} ${line}\n`;
    try {
      if (size > LARGEST_BYTES) {
        renameSync(path, `${path}.1`);
        size = 0;
      }
      appendFileSync(path, text, { mode: 0o600 });
      size += Buffer.byteLength(text);
    } catch {
      // Disk full, folder gone: the jobs matter more.
    }
  };
}
