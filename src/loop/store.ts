import { createHash } from 'node:crypto';
import { rename, stat, unlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Told } from '../model/loop.ts';
import type { Files } from '../sys/ports.ts';
import { EMPTY_STATE, type LoopState, type Word } from './state.ts';
import { formatState, parseState } from './state-file.ts';

/** What a loop leaves for those who ask how it is doing. */
export interface LoopNote {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** What it watches, as it was named. */
  readonly files: readonly string[];
  /** The last events, oldest first; none of them the mere beginning of a round. */
  readonly recent: readonly Told[];
}

/** The files of one stack's loop, in the folder `loop` of the state. All are replaced atomically, 0600 in a folder 0700. */
export interface LoopStore {
  /**
   * `damaged`: there was one, and it cannot be read or trusted; it is forgotten, which does no harm but that it counts anew.
   * Never throws.
   */
  read(): Promise<{ readonly state: LoopState; readonly damaged: boolean }>;
  save(state: LoopState): Promise<void>;
  note(note: LoopNote): Promise<void>;
  /** Null: no loop ever ran. `lastRound` in milliseconds since 1970. */
  readNote(): Promise<(LoopNote & { readonly lastRound: number }) | null>;
  /** The time of the note is that of the last round. False: there is no note. Never throws. */
  beat(): Promise<boolean>;
  /** Tells the loop that a person has acted upon these targets, from `at` on; nothing where no loop ever ran. */
  tell(targets: readonly string[], at: number): Promise<void>;
  /** What was told since this was last asked. */
  takeTold(): Promise<readonly Word[]>;
}

/** Folder of the loops in a state folder. */
export const LOOP_FOLDER = 'loop';

const TAKEN = '.taken';

export function createLoopStore(stateFolder: string, stack: string, files: Files): LoopStore {
  const folder = join(stateFolder, LOOP_FOLDER);
  const statePath = join(folder, `${stack}.json`);
  const notePath = join(folder, `${stack}.note.json`);
  const toldFolder = join(folder, `${stack}.told`);

  /** Words that were taken and could not be removed: told once all the same. */
  const taken = new Map<string, number>();

  async function write(path: string, text: string): Promise<void> {
    await files.makeFolder(folder, 0o700);
    await files.write(path, text, 0o600);
  }

  async function readText(path: string): Promise<string | null> {
    try {
      return new TextDecoder().decode(await files.read(path));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  return {
    async read() {
      const text = await readText(statePath).catch(() => '');
      const state = text === null ? EMPTY_STATE : parseState(text);
      return { state: state ?? EMPTY_STATE, damaged: state === null };
    },
    save: (state) => write(statePath, formatState(state)),
    note: (note) => write(notePath, `${JSON.stringify(note)}\n`),
    async readNote() {
      const text = await readText(notePath);
      if (text === null) return null;
      const note = parseNote(text);
      if (note === null) return null;
      return { ...note, lastRound: (await stat(notePath)).mtimeMs };
    },
    async beat() {
      const now = new Date();
      return utimes(notePath, now, now).then(
        () => true,
        (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
      );
    },
    async tell(targets, at) {
      if ((await files.identify(notePath)) === null) return;
      await files.makeFolder(toldFolder, 0o700);
      for (const target of targets) {
        const name = createHash('sha256').update(target).digest('hex').slice(0, 16);
        const word: Word = { target, at };
        await files.write(join(toldFolder, name), JSON.stringify(word), 0o600);
      }
    },
    async takeTold() {
      const told: Word[] = [];
      for (const name of await files.list(toldFolder)) {
        if (!/^[0-9a-f]{16}(?:\.taken)?$/.test(name)) continue;
        const path = await takeAway(join(toldFolder, name));
        const text = await readText(path);
        const isRemoved = await unlink(path).then(
          () => true,
          (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
        );
        const word = text === null ? null : parseWord(text);
        if (word !== null && taken.get(name) !== word.at) told.push(word);
        if (isRemoved || word === null) taken.delete(name);
        else taken.set(name, word.at);
      }
      return told;
    },
  };
}

/** Under another name first: what is told while this is read is another file, and counts the next time. */
async function takeAway(path: string): Promise<string> {
  if (path.endsWith(TAKEN)) return path;
  return rename(path, `${path}${TAKEN}`).then(
    () => `${path}${TAKEN}`,
    () => path,
  );
}

function parseWord(text: string): Word | null {
  try {
    const { target, at } = JSON.parse(text) as Word;
    return typeof target === 'string' && Number.isFinite(at) ? { target, at } : null;
  } catch {
    return null;
  }
}

function parseNote(text: string): LoopNote | null {
  try {
    const { pid, startedAt, files = [], recent } = JSON.parse(text) as LoopNote;
    return Number.isInteger(pid) &&
      Number.isFinite(startedAt) &&
      Array.isArray(files) &&
      Array.isArray(recent)
      ? { pid, startedAt, files, recent }
      : null;
  } catch {
    return null;
  }
}
