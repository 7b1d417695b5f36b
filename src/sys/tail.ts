import { type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const BLOCK = 64 * 1024;

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The last `lines` lines of a file, read from its end; null when it is not there. `size`: where `follow` goes on. */
export async function readTail(path: string, lines: number): Promise<{ text: string; size: number } | null> {
  const file = await openIfThere(path);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    let chunk = Buffer.alloc(0);
    let start = size;
    // One newline more than lines: the one before the first of them. A last line without its newline counts.
    const enough = (): boolean => chunk.filter((byte) => byte === 0x0a).length > lines;
    while (start > 0 && !enough()) {
      const from = Math.max(0, start - BLOCK);
      const block = Buffer.alloc(start - from);
      await file.read(block, 0, block.length, from);
      chunk = Buffer.concat([block, chunk]);
      start = from;
    }
    const all = chunk.toString('utf8').split('\n');
    const ended = all.at(-1) === '';
    const kept = (ended ? all.slice(0, -1) : all).slice(-lines);
    return { text: kept.length === 0 ? '' : `${kept.join('\n')}${ended ? '\n' : ''}`, size };
  } finally {
    await file.close();
  }
}

/**
 * Tells what is added to a file from `offset` on, until the signal aborts. Woken by the folder's events, with a slow look
 * now and then for file systems that send none. A file that shrank was truncated: it is read from its start. One that took
 * its place (a log that is rotated) is read from its start, after the rest of the former one.
 */
export async function follow(
  path: string,
  offset: number,
  tell: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let position = offset;
  let wake: () => void = () => undefined;
  const decoder = new TextDecoder();
  const say = (bytes: Buffer): void => tell(decoder.decode(bytes, { stream: true }));
  const watchers: FSWatcher[] = [];
  for (const target of [path, dirname(path)])
    try {
      watchers.push(watch(target, () => wake()).on('error', () => undefined));
    } catch {
      // Not there yet, or no events here: the slow look finds it.
    }
  const stop = (): void => wake();
  signal.addEventListener('abort', stop);
  let file = await openIfThere(path);
  try {
    while (!signal.aborted) {
      // Asked before the rest is read: what is written meanwhile is written to the file that is open.
      const isReplaced = file === null || !(await isStill(file, path));
      if (file !== null) position = await readOn(file, position, say);
      if (isReplaced) {
        const next = await openIfThere(path);
        if (next !== null) {
          if (file !== null) position = 0;
          await file?.close();
          file = next;
          continue;
        }
      }
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  } finally {
    signal.removeEventListener('abort', stop);
    for (const watcher of watchers) watcher.close();
    await file?.close();
  }
}

/** False: another file lies there now. */
async function isStill(file: FileHandle, path: string): Promise<boolean> {
  const there = await stat(path).catch(() => null);
  if (there === null) return true;
  const { dev, ino } = await file.stat();
  return there.dev === dev && there.ino === ino;
}

async function readOn(file: FileHandle, position: number, tell: (bytes: Buffer) => void): Promise<number> {
  const { size } = await file.stat();
  let at = size < position ? 0 : position;
  const block = Buffer.alloc(BLOCK);
  for (;;) {
    const { bytesRead } = await file.read(block, 0, block.length, at);
    if (bytesRead === 0) return at;
    tell(block.subarray(0, bytesRead));
    at += bytesRead;
  }
}
