import type { Domain } from './domain.ts';
import type { LastExit } from './service.ts';

/** What tells that a file is the same as before: all as decimal strings, times in nanoseconds. */
export interface FileIdentity {
  readonly dev: string;
  readonly ino: string;
  readonly size: string;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits only. */
  readonly mode: number;
}

const IDENTITY = ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs', 'uid', 'gid', 'mode'] as const;

export function isSameFile(a: FileIdentity, b: FileIdentity): boolean {
  return IDENTITY.every((key) => a[key] === b[key]);
}

/** The plist as it was just before a bootstrap that we verified (interface §6). */
export interface Proof {
  readonly file: FileIdentity;
  /** Its process then, or since a restart of ours; null if it had none. */
  readonly pid: number | null;
}

/** Why the loop took a job out of launchd (`give_up`). */
export interface GaveUp {
  /** ISO 8601. */
  readonly at: string;
  /** The declared limit: so many bad ends … */
  readonly after: number;
  /** … within so many seconds. */
  readonly within: number;
  /** The last bad ends, oldest first. */
  readonly exits: readonly LastExit[];
  /** From the first of them until it was given up. */
  readonly seconds: number;
}

/** One job that we own. */
export interface LedgerEntry {
  readonly label: string;
  readonly domain: Domain;
  readonly path: string;
  readonly instance: string;
  readonly stack: string;
  /** Real path of the file that the stack was applied from. */
  readonly source: string;
  /** sha256 (hex) of the plist's bytes as last written or adopted. */
  readonly fileHash: string;
  /**
   * What was last applied, without the values: JSON of a key path (`["KeepAlive","SuccessfulExit"]`) → short hash of the
   * value there. Tells whether a difference comes from the declaration or from outside.
   */
  readonly applied: Readonly<Record<string, string>>;
  readonly adopted: boolean;
  /** Stopped by `stop`: left alone until `start`, `restart` or `--release-held`. */
  readonly held: boolean;
  /** It is held since it crashed over and over, not by `stop`. */
  readonly gaveUp?: GaveUp;
  /** The override that disables it is ours (`enabled: false`, `stop --disable`): ours to undo, and not an outside one. */
  readonly disabled?: true;
  readonly proof: Proof | null;
  /** Files whose changed content restarts it → `KEY.DIGEST` of what lay there when it was started; `-`: nothing did. */
  readonly triggers?: Readonly<Record<string, string>>;
}

export interface Ledger {
  readonly version: 1;
  readonly entries: readonly LedgerEntry[];
  /**
   * True: the entries of `system` and `all-users` jobs are root's alone and could not be read, so their absence says
   * nothing; the markers in the plists stand in for them. Only told to a process that is not root.
   */
  readonly systemHidden?: boolean;
}
