import { isDict } from '../model/plist.ts';
import { readPlist } from '../plist/read.ts';
import type { Files } from '../sys/ports.ts';

const LINES = 5;
const BYTES = 4096;
const WIDTH = 200;

/**
 * The last lines that a job wrote: of its standard error, or of its standard output when there is nothing. Null when the
 * plist names no log, or none can be read.
 */
export async function endOfLog(
  plistPath: string,
  files: Files,
): Promise<{ readonly path: string; readonly lines: readonly string[] } | null> {
  try {
    const reading = readPlist(await files.read(plistPath));
    if (!reading.ok || !isDict(reading.value)) return null;
    for (const key of ['StandardErrorPath', 'StandardOutPath']) {
      const path = reading.value.entries[key];
      if (typeof path !== 'string' || !path.startsWith('/')) continue;
      const lines = await lastLines(path, files);
      if (lines.length > 0) return { path, lines };
    }
  } catch {
    // The job is reported without its log.
  }
  return null;
}

async function lastLines(path: string, files: Files): Promise<readonly string[]> {
  const bytes = await files.readEnd(path, BYTES).catch(() => new Uint8Array());
  const lines = new TextDecoder()
    .decode(bytes)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a log must not steer the terminal.
    .replace(/\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f]/g, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  // The first line may be cut at its start.
  const whole = bytes.length === BYTES ? lines.slice(1) : lines;
  return whole.slice(-LINES).map((line) => (line.length > WIDTH ? `${line.slice(0, WIDTH)}…` : line));
}
