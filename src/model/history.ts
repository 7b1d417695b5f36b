import type { Domain } from './domain.ts';
import type { ActionName, Reason } from './plan.ts';
import type { Failure, Outcome } from './report.ts';

/** What was done to a job. */
export const DEEDS = [
  'created',
  'updated',
  'reloaded',
  'loaded',
  'adopted',
  'moved',
  'deleted',
  'forgotten',
  'started',
  'stopped',
  'restarted',
  'enabled',
  'disabled',
] as const;

/** What was tried in vain. */
export const FAILURES = ['failed', 'rolled-back', 'rollback-failed'] as const;

/** What was decided, or noticed, without an effect on the job by itself. */
export const DECISIONS = [
  'left-alone',
  'deferred',
  'unhealthy',
  'healed',
  'gave-up',
  'another-manager',
] as const;

export type Deed = (typeof DEEDS)[number];
export type Decision = (typeof DECISIONS)[number];
export type What = Deed | (typeof FAILURES)[number] | Decision;

/** A value before or after, as JSON (interface §5: data, dates and reals as maps); `(sensitive)` for what is secret. */
export interface FieldHistory {
  readonly path: readonly string[];
  readonly before: unknown;
  readonly after: unknown;
}

/** `name`: the path of a file, or `process 412`. */
export interface LeftoverHistory {
  readonly name: string;
  readonly why: string;
}

/** What happened to one job, or was decided not to happen: plain data, one line of the history. */
export interface Happening {
  readonly stack: string;
  readonly instance: string | null;
  readonly label: string;
  readonly domain: Domain;
  /** Path of its plist. */
  readonly plist: string;
  readonly what: What;
  /** Those of the plan; empty where a command asked for it. */
  readonly reasons: readonly Reason[];
  /** Why, in words. */
  readonly reason: string;
  readonly fields: readonly FieldHistory[];
  readonly actions: readonly ActionName[];
  /** What of a dead run was removed or ended, and why; absent: nothing. */
  readonly leftovers?: readonly LeftoverHistory[];
  /** Of the apply; null for what no apply did. */
  readonly outcome: Outcome | null;
  readonly error: Failure | null;
}

/** As it was written down. */
export interface HistoryEvent extends Happening {
  /** ISO 8601, UTC, with milliseconds. */
  readonly time: string;
  /** The command that did it (`apply`, `watch`, `stop`) and its pid. */
  readonly by: { readonly command: string; readonly pid: number };
}
