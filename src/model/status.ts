import type { Domain } from './domain.ts';
import type { Health } from './health.ts';
import type { LastExit } from './service.ts';

/**
 * The plist on disk against what is declared: `ok` equal · `missing` · `differs` · `foreign` there but not ours ·
 * `invalid` cannot be read.
 */
export type PlistState = 'ok' | 'missing' | 'differs' | 'foreign' | 'invalid';

/** How a job is doing; the first that fits, in this order (interface §5). */
export type Verdict =
  | 'unknown'
  | 'disabled'
  | 'held'
  | 'not-loaded'
  | 'pended'
  | 'stopping'
  | 'running'
  | 'crash-looping'
  | 'throttled'
  | 'failing'
  | 'waiting'
  | 'stopped-by-policy';

/** One line of `status`: the JSON contract of interface §5 in camelCase. */
export interface JobStatus {
  /** Null for an owned job that the file no longer declares and whose instance is unknown. */
  readonly instance: string | null;
  readonly label: string;
  readonly domain: Domain;
  readonly plist: PlistState;
  /** Null: unknown. */
  readonly loaded: boolean | null;
  /** What launchd holds differs from the file. Null: not verified. */
  readonly stale: boolean | null;
  /** False when an override says disabled. */
  readonly enabled: boolean;
  /** launchd's own word; null when not loaded. */
  readonly state: string | null;
  readonly pid: number | null;
  readonly runs: number | null;
  /** Null: never exited. */
  readonly lastExit: LastExit | null;
  readonly verdict: Verdict;
  /** How its process answers; null: it has none, or no health check was declared. */
  readonly health: Health | null;
  /** What to do, in words; empty when nothing is to be done. */
  readonly next: string;
}
