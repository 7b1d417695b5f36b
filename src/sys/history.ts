import { closeSync, constants, fstatSync, openSync, readSync, renameSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isSystemWide } from '../launchd/domains.ts';
import type { Places } from '../model/domain.ts';
import type { Happening, HistoryEvent, What } from '../model/history.ts';
import { formatEvent, parseEvent } from './history-file.ts';
import { makeFolders } from './make-folders.ts';
import type { History } from './ports.ts';

/** Name of the history in each state folder: JSON lines, newest last. */
export const HISTORY_FILE = 'history.jsonl';
/** What was written before that. */
const FORMER_FILE = 'history.1.jsonl';

/** Bytes of one file; with the one before it, the history is never twice as large. */
export const HISTORY_LIMIT: number = 1024 * 1024;

export interface HistoryOptions {
  readonly places: Pick<Places, 'userState' | 'systemState' | 'daemons' | 'globalAgents'>;
  /** Whether this process may write into `systemState`: what it does to system jobs is told there. */
  readonly mayChangeSystem: boolean;
  readonly by: HistoryEvent['by'];
  /** Milliseconds since 1970; default: the clock of the machine. */
  readonly now?: () => number;
  readonly limit?: number;
  /** Told once: an event could not be written, and why. */
  readonly onLost: (why: string) => void;
  /** Told of each event that was written down. */
  readonly onEvent?: (event: HistoryEvent) => void;
}

/** Repeated at every apply while nothing changes, and told once. */
const TOLD_ONCE: readonly What[] = ['left-alone', 'deferred'];

/**
 * What happened, as JSON lines in the state folders: of `system` and `all-users` jobs in `systemState`, where this process
 * may write there, else in `userState`. Files are 0600 in a folder 0700; each line is appended by one write, so that
 * whoever else writes loses none; past the limit a file takes the place of the one before it. Nothing here ever throws or
 * fails what is told: history that cannot be written is lost, and that is said once.
 */
export function createHistory(options: HistoryOptions): History {
  const { places, by, now = Date.now, limit = HISTORY_LIMIT } = options;
  let isLost = false;
  let known: Promise<Map<string, string>> | null = null;
  let queue: Promise<void> = Promise.resolve();

  function folderOf({ domain, plist: path }: Happening): string {
    const isSystems = options.mayChangeSystem && isSystemWide({ domain, path }, places);
    return isSystems ? places.systemState : places.userState;
  }

  async function isRepeated(happening: Happening): Promise<boolean> {
    known ??= lastEvents(places);
    const before = (await known).get(targetOf(happening));
    return TOLD_ONCE.includes(happening.what) && before === signature(happening);
  }

  function write(happening: Happening): void {
    const event: HistoryEvent = { ...happening, time: new Date(now()).toISOString(), by };
    try {
      appendLine(join(folderOf(happening), HISTORY_FILE), formatEvent(event), limit);
    } catch (error) {
      if (!isLost) options.onLost((error as Error).message);
      isLost = true;
    }
    options.onEvent?.(event);
  }

  return {
    add(happening) {
      // Before the next effect, but for what must be compared with what was told before.
      if (!TOLD_ONCE.includes(happening.what)) {
        known = known?.then((map) => map.set(targetOf(happening), signature(happening))) ?? null;
        write(happening);
        return;
      }
      queue = queue.then(async () => {
        if (await isRepeated(happening)) return;
        (await known)?.set(targetOf(happening), signature(happening));
        write(happening);
      });
    },
    settled: () => queue,
  };
}

const targetOf = ({ stack, domain, label }: Happening): string => `${stack}\0${domain}/${label}`;

const signature = ({ what, reasons, error }: Happening): string =>
  JSON.stringify([what, reasons, error?.code ?? null]);

async function lastEvents(places: HistoryOptions['places']): Promise<Map<string, string>> {
  const { events } = await readHistory(places);
  return new Map(events.map((event) => [targetOf(event), signature(event)]));
}

function appendLine(path: string, line: string, limit: number): void {
  makeFolders(dirname(path), 0o700);
  let file = openToAppend(path);
  try {
    const { size } = fstatSync(file);
    if (size > 0 && size + Buffer.byteLength(line) > limit) {
      renameSync(path, join(dirname(path), FORMER_FILE));
      closeSync(file);
      file = openToAppend(path);
    }
    const bytes = Buffer.from(endsMidLine(file) ? `\n${line}` : line);
    const written = writeSync(file, bytes);
    if (written < bytes.length)
      throw new Error(`ENOSPC: only ${written} of ${bytes.length} bytes were written, '${path}'`);
  } finally {
    closeSync(file);
  }
}

function openToAppend(path: string): number {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  return openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
}

/** A run that was killed, or a full disk, left half a line: the next one begins on its own. */
function endsMidLine(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  return readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a;
}

export interface HistoryReading {
  /** Oldest first. */
  readonly events: readonly HistoryEvent[];
  /** Lines that are not events, by file. */
  readonly damaged: ReadonlyMap<string, number>;
  /** Files that are there and cannot be read, and why (Node's error). */
  readonly unreadable: ReadonlyMap<string, NodeJS.ErrnoException>;
  /** Files that are written to, and up to which byte they were read: where `follow` goes on. */
  readonly ends: ReadonlyMap<string, number>;
  /** Whether it counts what the file at this path tells: a job of the system may stand in two of them. */
  readonly counts: (event: HistoryEvent, path: string) => boolean;
}

/**
 * Everything that the histories in the state folders tell. What a user's history tells of system jobs counts only where
 * root's own cannot be read. Never throws.
 */
export async function readHistory(places: HistoryOptions['places']): Promise<HistoryReading> {
  const damaged = new Map<string, number>();
  const unreadable = new Map<string, NodeJS.ErrnoException>();
  const ends = new Map<string, number>();
  const system = await readFolder(places.systemState);
  if (places.systemState === places.userState)
    return { events: system, damaged, unreadable, ends, counts: () => true };
  const rootsOwn = join(places.systemState, HISTORY_FILE);
  const isRootsKnown = (ends.get(rootsOwn) ?? 0) > 0;
  const counts: HistoryReading['counts'] = ({ domain, plist }, path) =>
    path === rootsOwn || !isRootsKnown || !isSystemWide({ domain, path: plist }, places);
  const usersOwn = join(places.userState, HISTORY_FILE);
  const user = (await readFolder(places.userState)).filter((event) => counts(event, usersOwn));
  // A clock may have been set back: within one folder, the order is that of the writing.
  const events = [...system, ...user]
    .map((event, index) => ({ event, index, at: Date.parse(event.time) }))
    .sort((a, b) => a.at - b.at || a.index - b.index)
    .map(({ event }) => event);
  return { events, damaged, unreadable, ends, counts };

  async function readFolder(folder: string): Promise<readonly HistoryEvent[]> {
    const events: HistoryEvent[] = [];
    for (const name of [FORMER_FILE, HISTORY_FILE]) {
      const path = join(folder, name);
      const text = await readText(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') unreadable.set(path, error);
        return '';
      });
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      if (name === HISTORY_FILE) ends.set(path, Buffer.byteLength(whole));
      // A last line without its end is half written, or is being written.
      const lines = (name === HISTORY_FILE ? whole : text).split('\n').filter((line) => line.trim() !== '');
      for (const line of lines) {
        const event = parseEvent(line);
        if (event === null) damaged.set(path, (damaged.get(path) ?? 0) + 1);
        else events.push(event);
      }
    }
    return events;
  }
}

function readText(path: string): Promise<string> {
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  return readFile(path, { encoding: 'utf8', flag: O_RDONLY | O_NOFOLLOW | O_NONBLOCK });
}
