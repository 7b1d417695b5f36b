import type { Domain } from '../model/domain.ts';
import type { Happening } from '../model/history.ts';
import type { Unfinished } from '../model/journal.ts';
import type { FileIdentity, Ledger, LedgerEntry } from '../model/ledger.ts';

/** What one launchctl call came to. `code` null: ended by a signal or the time limit. */
export interface CallResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/**
 * The only way into launchd: runs `launchctl ARGS`. Throws ReconcileError `launchctl/missing` (exit 69) when the program
 * cannot be run at all; every other outcome is a value.
 */
export interface Launchctl {
  call(
    args: readonly string[],
    options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): Promise<CallResult>;
}

/** What a file held when it was read. */
export interface FileDigest {
  /** Of the file that the path leads to, before it was read. */
  readonly identity: FileIdentity;
  /** Of its content, in hexadecimal. */
  readonly sha256: string;
}

/** Files, each call one effect. Paths are absolute. Errors are Node's (`code: 'ENOENT'`). */
export interface Files {
  /** Names in a folder, sorted by byte; [] when the folder is not there. */
  list(folder: string): Promise<readonly string[]>;
  /** Regular files only, links followed, 64 MiB at most (`EFBIG`). */
  read(path: string): Promise<Uint8Array>;
  /** The last `bytes` bytes, or all of a shorter file: the tail of a log. */
  readEnd(path: string, bytes: number): Promise<Uint8Array>;
  /** Regular files only, of any size, links followed. `before` itself, and nothing is read, while the file is that one. */
  digest(path: string, before: FileDigest | null): Promise<FileDigest>;
  /** Of the entry itself, links not followed; null when there is none. */
  identify(
    path: string,
  ): Promise<(FileIdentity & { readonly kind: 'file' | 'folder' | 'symlink' | 'other' }) | null>;
  /**
   * Atomic: random name in the same folder (never ending in .plist), O_EXCL, mode, fsync, rename, fsync of the folder.
   * Refuses a path where a symbolic link stands (ReconcileError `file/symlink`). After an error nothing is left behind.
   */
  write(path: string, content: Uint8Array | string, mode: number): Promise<void>;
  /** Of the entry itself; a folder is refused. */
  remove(path: string): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  /** With parents; folders that are there stay as they are. */
  makeFolder(path: string, mode: number): Promise<void>;
}

export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Between two looks of a poll; never a fixed wait for something that can be looked at. Returns at once when aborted. */
  pause(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Processes {
  alive(pid: number): boolean;
  /** Pids of this process and its ancestors. */
  ancestry(): Promise<readonly number[]>;
}

export interface Ports {
  readonly launchctl: Launchctl;
  readonly files: Files;
  readonly clock: Clock;
  readonly processes: Processes;
  readonly ledger: LedgerStore;
  readonly journal: Journal;
}

/** What we own, on disk. Each change is written at once, atomically. */
export interface LedgerStore {
  /** Throws ReconcileError `ledger/unreadable` (exit 1, nothing is touched) when a file is there but cannot be trusted. */
  read(): Promise<Ledger>;
  /** Adds or replaces the entry of this label in this domain. */
  record(entry: LedgerEntry): Promise<void>;
  forget(domain: Domain, label: string): Promise<void>;
}

/** The changes that are under way, on disk. */
export interface Journal {
  /**
   * What runs that have ended left unfinished; what a living one is at is not told. Throws ReconcileError
   * `journal/unreadable` (exit 1, nothing is touched) when a file is there but cannot be trusted.
   */
  read(): Promise<readonly Unfinished[]>;
  /** Written before the first effect; replaces an entry for the same label in the same domain. */
  begin(change: Unfinished): Promise<void>;
  /** Files and launchd are whole again. No entry: no error. */
  end(change: Pick<Unfinished, 'label' | 'domain' | 'plist'>): Promise<void>;
}

/** Where what happens is told, for whoever asks later. */
export interface History {
  /** Writes it down. Never throws and never keeps anybody waiting. */
  add(happening: Happening): void;
  /** All that was told so far is written down, or lost. Never rejects. */
  settled(): Promise<void>;
}
