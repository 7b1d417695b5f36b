/** What a dead run of a job may have left behind, and what is needed to prove that it did. */
export type Leftover =
  | {
      readonly kind: 'socket' | 'pid-file';
      /** Absolute. */
      readonly path: string;
      /** The user that the job runs as, whose it must be; null: not known, so nothing can be proved. */
      readonly uid: number | null;
      /** What the job runs; null: not known. */
      readonly program: string | null;
    }
  | {
      readonly kind: 'process';
      readonly pid: number;
      /** What tells it from the next process of that id. */
      readonly start: string;
      /** What it keeps from the job: `127.0.0.1:8080`, or the path of a socket. */
      readonly holds: string;
    };

/** The path of a file, `process 412`. */
export function leftoverName(leftover: Leftover): string {
  return leftover.kind === 'process' ? `process ${leftover.pid}` : leftover.path;
}

/**
 * `dead`: proved to be nobody's. `survivor`: a process that is provably of a former run of the job; it is ended only on
 * request. `in-use` and `unknown` stay.
 */
export interface LeftoverFinding {
  readonly leftover: Leftover;
  readonly state: 'absent' | 'dead' | 'survivor' | 'in-use' | 'unknown';
  /** In words, without the path: `nobody answers on it`; empty when absent. */
  readonly why: string;
  /** Of a process: what it runs, cut short and without what looks secret. */
  readonly command?: string;
  /** Of a process: the other job that it is of, by its label. */
  readonly job?: string;
}

/** What is there under a path that a job declares as stale. */
export interface LeftoverFacts {
  /** Of the entry itself, links not followed; null: nothing is there; `hidden`: we may not look. */
  readonly kind: 'socket' | 'file' | 'folder' | 'symlink' | 'other' | 'hidden' | null;
  readonly uid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
  /** Of a socket: what connecting came to, as Node's code, or `accepted`; null: not tried. */
  readonly connect: string | null;
  /** Of a socket: the system knows a process that has it open; null: it does not tell. */
  readonly isOpen: boolean | null;
  /** Of a pid file: the number in it; null: there is none. */
  readonly pid: number | null;
  /** The process of that number. */
  readonly process: ProcessFacts | 'none' | 'unknown';
}

export interface ProcessFacts {
  readonly pid: number;
  /** The user that it runs as; null: not known. */
  readonly uid: number | null;
  readonly parent: number | null;
  /** What tells it from the next process of that id. */
  readonly start: string | null;
  /** Seconds since 1970. */
  readonly startedAt: number | null;
  /** Path of the executable, links followed. */
  readonly program: string | null;
  /** As `ps` shows it, in one line. */
  readonly command: string;
  /** XPC_SERVICE_NAME in its environment: the label of the job that it, or who started it, is of. Null: it has none. */
  readonly service: { readonly name: string | null } | 'unknown';
}
