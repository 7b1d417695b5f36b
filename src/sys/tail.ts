import { constants, type FSWatcher, watch } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const BLOCK = 64 * 1024;

/** A line may be as long as a log: of its end no more is read than this. Bytes. */
export const TAIL_LIMIT: number = 8 * 1024 * 1024;

/** Null when nothing is there, or no regular file: a pipe or a device keeps nothing, and reading it may never end. */
async function openFile(path: string): Promise<FileHandle | null> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENXIO, ENODEV: a device with nothing behind it.
    if (code === 'ENOENT' || code === 'ENXIO' || code === 'ENODEV') return null;
    throw error;
  }
}

/** The end of a file. */
export interface Tail {
  readonly text: string;
  /** Bytes of the file: where `follow` goes on. */
  readonly size: number;
  /** More lines were asked for than are shown, since they are too long. */
  readonly cut: boolean;
}

/** The last `lines` lines of a file, read from its end; null when it is not there, or no regular file. */
export async function readTail(path: string, lines: number): Promise<Tail | null> {
  const file = await openFile(path);
  if (file === null) return null;
  try {
    const { size } = await file.stat();
    const blocks: Buffer[] = [];
    let start = size;
    let ends = 0;
    // One newline more than lines: the one before the first of them. A last line without its newline counts.
    while (start > 0 && ends <= lines && size - start < TAIL_LIMIT) {
      const from = Math.max(0, start - BLOCK);
      const block = Buffer.alloc(start - from);
      await file.read(block, 0, block.length, from);
      blocks.unshift(block);
      for (let at = block.indexOf(0x0a); at >= 0; at = block.indexOf(0x0a, at + 1)) ends++;
      start = from;
    }
    const cut = start > 0 && ends <= lines;
    // What is cut may begin within a character.
    const all = Buffer.concat(blocks)
      .toString('utf8')
      .replace(cut ? /^\uFFFD{0,3}/ : '', '')
      .split('\n');
    const ended = all.at(-1) === '';
    const kept = (ended ? all.slice(0, -1) : all).slice(-lines);
    return { text: kept.length === 0 ? '' : `${kept.join('\n')}${ended ? '\n' : ''}`, size, cut };
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
  let file = await openFile(path);
  let position = file === null ? 0 : offset;
  try {
    while (!signal.aborted) {
      // Asked before the rest is read: what is written meanwhile is written to the file that is open.
      const isReplaced = file === null || !(await isStill(file, path));
      if (file !== null) position = await readOn(file, position, say);
      if (isReplaced) {
        const next = await openFile(path);
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
