import type { Diagnostic } from './diagnostic.ts';
import type { Domain } from './domain.ts';
import type { ActionName } from './plan.ts';

export type Outcome =
  | 'applied'
  | 'unchanged'
  | 'failed'
  | 'rolled-back'
  | 'rollback-failed'
  | 'deferred'
  | 'skipped';

export interface Failure {
  readonly code: string;
  readonly message: string;
  /** The next command to run, or what to do. */
  readonly hint: string;
}

export interface Result {
  readonly instance: string | null;
  readonly label: string;
  readonly domain: Domain;
  readonly outcome: Outcome;
  readonly error: Failure | null;
  /** Names of the leftovers of a dead run that were removed, and of its processes that were ended; absent: none. */
  readonly gone?: readonly string[];
}

/** What apply did. */
export interface Report {
  /** A file, an override or launchd changed. */
  readonly changed: boolean;
  /** One a change of the plan, in its order. */
  readonly results: readonly Result[];
  readonly diagnostics: readonly Diagnostic[];
  readonly interrupted: boolean;
}

/** Told while apply works; for progress on standard error. */
export type Event =
  | { readonly event: 'change-started'; readonly label: string; readonly domain: Domain }
  | {
      readonly event: 'action-started';
      readonly label: string;
      readonly domain: Domain;
      readonly action: ActionName;
    }
  | {
      readonly event: 'change-finished';
      readonly label: string;
      readonly domain: Domain;
      readonly result: Result;
    };
