import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { basename } from 'node:path';

/** `rename`: an entry came or went; `change`: it was modified. */
export type FolderListener = (event: string, name: string, folder: string) => void;

/** Watches on single folders (inotify knows no trees), by their paths. */
export interface FolderWatches {
  /** False: not opened. More than one listener may be put on one folder. */
  open(folder: string, heard: FolderListener): boolean;
  /** The folder and all below it; links are not followed. False: there were too many, or one could not be opened. */
  openTree(folder: string, heard: FolderListener): boolean;
  /** The folder and all below it. */
  closeTree(folder: string): void;
  closeAll(): void;
  /** Whether this event means that the folder itself was removed or renamed: it comes under the folder's own name. */
  hasMoved(folder: string, event: string, name: string): boolean;
}

/** A home with all its caches is more than anybody means to watch, and would hold the daemon up. */
const MOST_FOLDERS = 8192;

interface FolderWatch {
  readonly watcher: FSWatcher;
  readonly identity: string;
  readonly listeners: FolderListener[];
}

/** None yet. `failed` is told why a folder cannot be watched; one that has gone meanwhile is no problem. */
export function openFolderWatches(failed: (problem: string) => void): FolderWatches {
  const watches = new Map<string, FolderWatch>();
  /** Codes of what is no problem, or has been told: a tree may have thousands of folders. */
  const told = new Set(['ENOENT', 'ENOTDIR']);

  function open(folder: string, heard: FolderListener): boolean {
    const known = watches.get(folder);
    if (known !== undefined) {
      known.listeners.push(heard);
      return true;
    }
    const identity = identityOf(folder);
    if (identity === null) return true;
    if (watches.size >= MOST_FOLDERS) return false;
    try {
      const watcher = watch(folder, (event, name) => {
        for (const listener of listeners) listener(event, name ?? '', folder);
      });
      const listeners = [heard];
      watcher.on('error', () => closeOne(folder));
      watches.set(folder, { watcher, identity, listeners });
      return true;
    } catch (error) {
      const { code = '', message } = error as NodeJS.ErrnoException;
      if (!told.has(code)) failed(message);
      told.add(code);
      return true;
    }
  }

  function closeOne(folder: string): void {
    watches.get(folder)?.watcher.close();
    watches.delete(folder);
  }

  return {
    open,
    openTree(folder, heard) {
      const waiting = [folder];
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        // Watched before it is listed: what comes in between is either heard or seen.
        if (!open(next, heard)) return false;
        waiting.push(...foldersIn(next));
      }
      return true;
    },
    closeTree(folder) {
      if (!watches.has(folder)) return;
      for (const path of [...watches.keys()])
        if (path === folder || path.startsWith(`${folder}/`)) closeOne(path);
    },
    closeAll() {
      for (const path of [...watches.keys()]) closeOne(path);
    },
    hasMoved: (folder, event, name) =>
      event === 'rename' && name === basename(folder) && watches.get(folder)?.identity !== identityOf(folder),
  };
}

/** Null: nothing there, or out of reach. */
function identityOf(folder: string): string | null {
  try {
    const { dev, ino } = statSync(folder);
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}

function foldersIn(folder: string): readonly string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => `${folder}/${entry.name}`);
  } catch {
    return [];
  }
}
