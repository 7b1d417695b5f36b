import type { Diagnostic } from './diagnostic.ts';
import type { Domain } from './domain.ts';
import type { Healthcheck } from './health.ts';
import type { GaveUp, LedgerEntry } from './ledger.ts';
import type { Leftover } from './leftover.ts';
import type { PlistValue } from './plist.ts';

export type Op = 'create' | 'update' | 'reload' | 'load' | 'delete' | 'adopt' | 'move' | 'noop';

export type Reason =
  | 'missing'
  | 'changed'
  | 'drifted'
  | 'stale'
  | 'not-loaded'
  | 'wrong-domain'
  | 'disabled'
  | 'enabled'
  | 'duplicate'
  | 'removed'
  | 'renamed'
  | 'foreign'
  | 'other-stack'
  | 'unknown'
  | 'held'
  | 'excluded'
  | 'mode'
  | 'trigger'
  | 'replaced'
  /** It is down, and a leftover of a dead run is in its way. */
  | 'leftover';

/**
 * One effect each; apply obeys these alone and never asks why.
 * `content` is the text to write, `expect` the sha256 of what must lie there now (null: nothing), so that a file changed
 * since the plan is refused instead of overwritten.
 */
export type Action =
  | { readonly action: 'make-folder'; readonly path: string; readonly mode: number }
  | {
      readonly action: 'write-plist';
      readonly path: string;
      readonly content: string;
      readonly mode: number;
      readonly expect: string | null;
    }
  | { readonly action: 'set-mode'; readonly path: string; readonly mode: number }
  | { readonly action: 'remove-plist'; readonly path: string; readonly expect: string | null }
  | { readonly action: 'enable'; readonly domain: Domain; readonly label: string }
  | { readonly action: 'disable'; readonly domain: Domain; readonly label: string }
  | { readonly action: 'bootout'; readonly domain: Domain; readonly label: string }
  | {
      readonly action: 'await-gone';
      readonly domain: Domain;
      readonly label: string;
      /** The process that must be gone too. */
      readonly pid: number | null;
      /** Seconds that launchd gives it from SIGTERM to SIGKILL; the deadline is this + 10 s. */
      readonly exitTimeout: number;
    }
  | { readonly action: 'bootstrap'; readonly domain: Domain; readonly label: string; readonly path: string }
  | {
      readonly action: 'await-loaded';
      readonly domain: Domain;
      readonly label: string;
      /** launchd is expected to start it now. */
      readonly starts: boolean;
    }
  /** Done by the process that was called, whoever does the rest: `healthcheck` never goes to another. */
  | {
      readonly action: 'await-healthy';
      readonly domain: Domain;
      readonly label: string;
      readonly healthcheck: Healthcheck;
    }
  | {
      readonly action: 'kickstart';
      readonly domain: Domain;
      readonly label: string;
      readonly kill: boolean;
      /** Its plist: loaded once if launchd does not have the job any more when it is to be started. */
      readonly plist?: string;
    }
  /** Of a dead run of this job; looked at again just before, and left where it is unless it is provably nobody's. */
  | {
      readonly action: 'remove-leftover';
      readonly domain: Domain;
      readonly label: string;
      readonly leftover: Leftover;
      /** What is said of it in the plan, after its path: why it goes. */
      readonly said: string;
    }
  /**
   * When this change bootstrapped the job and that was verified, apply puts in the proof, which it alone knows: the file
   * just before the bootstrap and the pid after it. Otherwise `entry` is recorded as it stands.
   */
  | { readonly action: 'record'; readonly entry: LedgerEntry }
  /** `path`: where its plist was, which tells in whose ledger the entry stands. */
  | { readonly action: 'forget'; readonly domain: Domain; readonly label: string; readonly path?: string };

export type ActionName = Action['action'];

/** Where a difference comes from (interface §5). */
export type FieldSource = 'config' | 'drift' | 'loaded' | 'adopt';

export interface FieldChange {
  /** First part of `path`. */
  readonly key: string;
  readonly path: readonly string[];
  /** Null: absent. */
  readonly before: PlistValue | null;
  readonly after: PlistValue | null;
  readonly source: FieldSource;
  /** In words; empty when the key explains itself. */
  readonly meaning: string;
  /** Shown as `(sensitive)` in text and JSON. */
  readonly sensitive: boolean;
}

/**
 * Why a change cannot be finished now.
 * - `needs-root`: this process may do none of its actions; they stand there for the root side, or for `sudo`.
 * - `no-domain`: there is no such domain now (no login session). The actions, all of files and of the ledger, are done;
 *   loading waits for the session. May have no actions at all.
 */
export type Deferral = 'needs-root' | 'no-domain';

export interface Blocked {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export interface Change {
  /** Null for an owned job that the file no longer declares and whose instance is unknown. */
  readonly instance: string | null;
  readonly label: string;
  readonly domain: Domain;
  /** Kept even when blocked: what it would be. */
  readonly op: Op;
  readonly reasons: readonly Reason[];
  /** It runs now and will be replaced. */
  readonly restarts: boolean;
  /** It does not run now and launchd will start it. */
  readonly starts: boolean;
  /** Set: nothing is done, `actions` is empty. */
  readonly blocked: Blocked | null;
  readonly plist: string;
  readonly fields: readonly FieldChange[];
  readonly actions: readonly Action[];
  /** Set: it ends as `deferred` (exit 77), after those of its actions that can be done now. */
  readonly deferred: Deferral | null;
  /** Held since it crashed over and over, and not by `stop`. */
  readonly gaveUp?: GaveUp;
  /** Beside `needs-root`: there is no such domain now either, so loading waits even when root does the rest. */
  readonly alsoWaits?: 'no-domain';
  /** Labels whose changes must be done before this one. */
  readonly after: readonly string[];
  /** Effective seconds from SIGTERM to SIGKILL when it restarts or stops; null when unknown. */
  readonly stopTimeout: number | null;
  /** With the reason `trigger`: which files have changed. */
  readonly changedFiles?: readonly string[];
  /** It runs, and is restarted for no file before these are back, which it reads at its start. */
  readonly waitsFor?: readonly string[];
}

export interface Plan {
  readonly stack: string;
  readonly launchd: 'system' | 'embedded';
  /** Noops included, sorted by label, then domain. */
  readonly changes: readonly Change[];
  readonly diagnostics: readonly Diagnostic[];
}
