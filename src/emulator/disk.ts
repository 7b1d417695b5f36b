import { readdirSync, readFileSync, statSync } from 'node:fs';

/** What launchd asks of the plists it is given. Links are followed: the file behind a link must be in order, too. */
export interface Disk {
  /** Null: nothing there, or out of reach. */
  inspect(path: string): Entry | null;
  /** Throws when it cannot be read. */
  read(path: string): Uint8Array;
  /** Names in a folder, sorted; [] when there is none; null when what is there may not be looked into. */
  list(folder: string): readonly string[] | null;
}

export interface Entry {
  readonly kind: 'file' | 'folder' | 'other';
  readonly uid: number;
  /** Permission bits. */
  readonly mode: number;
}

export const systemDisk: Disk = {
  inspect(path) {
    try {
      const stat = statSync(path);
      const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other';
      return { kind, uid: stat.uid, mode: stat.mode & 0o7777 };
    } catch {
      return null;
    }
  },
  read: (path) => readFileSync(path),
  list(folder) {
    try {
      return readdirSync(folder).sort();
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT' ? [] : null;
    }
  },
};
