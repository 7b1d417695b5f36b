import { serviceTarget } from '../launchd/domains.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Domain } from '../model/domain.ts';
import type { Former } from '../model/journal.ts';
import type { FileIdentity } from '../model/ledger.ts';
import type { Action, ActionName, Change } from '../model/plan.ts';
import type { Ports } from '../sys/ports.ts';

/** Milliseconds throughout. */
export interface Settings {
  /** Of each launchctl call, but kickstart. */
  readonly timeoutMs: number;
  /** How a person calls this launchctl in a shell. */
  readonly launchctlCommand: string;
  /** How a person begins a login session by a command; absent: at the screen alone. */
  readonly loginCommand?: string;
}

/** One change while it is carried out: what was before, and how far it has come. */
export interface Work {
  readonly change: Change;
  /** Whose plan it is of. */
  readonly stack: string;
  readonly ports: Ports;
  readonly settings: Settings;
  readonly former: Former;
  readonly progress: Progress;
  warn(diagnostic: Diagnostic): void;
}

/** What this change has done up to now; the roll-back undoes this and nothing else. Service targets are keys. */
export interface Progress {
  /** A file, an override or launchd was changed. */
  changed: boolean;
  /** Paths that were written or removed → sha256 of what we left there (null: nothing). */
  readonly files: Map<string, string | null>;
  /** Paths that got another mode. */
  readonly modes: Set<string>;
  /** Names of leftovers that are there no more. */
  readonly gone: Set<string>;
  /** Overrides that were set. */
  readonly overrides: Set<string>;
  /** Jobs whose bootout was asked for. */
  readonly out: Set<string>;
  /** Jobs whose bootstrap was asked for: from where, and the file just before. */
  readonly loading: Map<string, { readonly path: string; readonly file: FileIdentity | null }>;
  /** Jobs that `print` showed as ours afterwards. */
  readonly verified: Map<string, Verified>;
  /** Domains that turned out not to be there: what concerns them waits for a session. */
  readonly absent: Set<Domain>;
}

export interface Verified {
  readonly domain: Domain;
  readonly label: string;
  readonly pid: number | null;
  /** launchd was expected to start it. */
  readonly starts: boolean;
  /** How many of its runs had ended before what was done here; null: how the last one ended is news. */
  readonly endedBefore: number | null;
  /** By the clock of the ports. */
  readonly at: number;
}

export function noProgress(): Progress {
  return {
    changed: false,
    files: new Map(),
    modes: new Set(),
    gone: new Set(),
    overrides: new Set(),
    out: new Set(),
    loading: new Map(),
    verified: new Map(),
    absent: new Set(),
  };
}

export type ActionOf<Name extends ActionName> = Extract<Action, { action: Name }>;

/** One effect. Throws ReconcileError, or Node's error of the file system, when it was refused. */
export type Perform<Name extends ActionName> = (action: ActionOf<Name>, work: Work) => Promise<void>;

/** The key of a job in the records of `Progress` and `Former`. */
export function targetOf(job: { readonly domain: Domain; readonly label: string }): string {
  return serviceTarget(job.domain, job.label);
}
