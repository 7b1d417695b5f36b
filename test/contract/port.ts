import type { PlistDict, PlistValue } from '../../src/model/plist.ts';
import type { QuestionId } from './questions.ts';

export interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a process ends by itself. */
export type Ending = { readonly code: number } | { readonly signal: NodeJS.Signals };

/** What a job's process does, in a form that a shell and a made-up process can both follow. */
export type Program =
  /** Until a signal ends it. */
  | { readonly kind: 'runs' }
  | { readonly kind: 'ignores-term' }
  | {
      readonly kind: 'ends';
      readonly how: Ending;
      /** Default 0: at once. */
      readonly afterSeconds?: number;
      /** Its later runs last until a signal ends them. */
      readonly firstRunOnly?: boolean;
    }
  /** There is no such program. */
  | { readonly kind: 'missing' }
  /** A shell script; real processes only. `$0` is the job's folder, `$1` a long time for `sleep`. */
  | { readonly kind: 'script'; readonly script: string };

/** A job that was written down; nothing is loaded yet. */
export interface Job {
  readonly label: string;
  /** Of its plist. */
  readonly path: string;
  readonly plist: PlistDict;
  /** For files of its own. */
  readonly folder: string;
}

/** A launchd under test, reached through launchctl alone. */
export interface Port {
  /** `apple` is launchd itself: it may say more than is known, and less than what one version says. */
  readonly launchd: 'embedded' | 'apple';
  /** `paper`: processes exist in the engine's books only, and no path exists. */
  readonly processes: 'real' | 'paper';
  /** uid 0. */
  readonly root: boolean;
  readonly uid: number;
  readonly gui: `gui/${number}`;
  readonly user: `user/${number}`;
  call(...args: readonly string[]): Promise<Answer>;
  /** Writes a job's plist, under a label of its own. `keys` are added, or put instead; undefined takes a key away. */
  job(name: string, program: Program, keys?: Readonly<Record<string, PlistValue | undefined>>): Job;
  /** Writes a file as it is, and gives its path. */
  write(name: string, content: string, mode?: number): string;
  /** A path where nothing is. */
  nowhere(name: string): string;
  /**
   * Looks until there is something; fails after `seconds` (default 20 or more) without. On virtual time the next event happens
   * between two looks.
   */
  wait<T>(what: string, look: () => Promise<T | null>, seconds?: number): Promise<T>;
  /** Returns once the running process does what it is meant to do (a trap is set). */
  ready(job: Job): Promise<void>;
  /** When the job's processes began, in milliseconds, in order. */
  starts(job: Job): Promise<readonly number[]>;
  isAlive(pid: number): boolean;
  /** Takes down the answer to an open question (settle.ts). */
  observe(question: QuestionId, answer: string): void;
  /** Ends launchd with all jobs and starts it again; null where nobody may. */
  readonly restart: (() => Promise<void>) | null;
  /** Takes out all that was loaded, and fails if a process is left. */
  close(): Promise<void>;
}

export interface Scenario {
  /** With the fact that it stands for: `… (facts §2.6)`, or the sample. */
  readonly name: string;
  /** Default: everywhere. */
  readonly where?: (port: Port) => boolean;
  /** Default: what vitest is told for all. */
  readonly timeoutSeconds?: number;
  run(port: Port): Promise<void>;
}

export const withRealProcesses = (port: Port): boolean => port.processes === 'real';
