import type { Diagnostic } from './diagnostic.ts';
import type { Domain } from './domain.ts';
import type { HealthState } from './health.ts';
import type { Op, Reason } from './plan.ts';
import type { Failure, Outcome } from './report.ts';
import type { LastExit } from './service.ts';

/** A job, as every event names it. */
export interface JobName {
  readonly instance: string | null;
  readonly label: string;
  readonly domain: Domain;
}

/**
 * Why the loop does not do what `apply` would do, or would refuse:
 * - `blocked`: apply refuses it, too.
 * - `needs-root`: this process may not.
 * - `disabled`: a person disabled it, and only a person enables it again.
 * - `empty-file`: the file declares no job at all, which may be a slip; nothing is deleted for it.
 */
export type LeaveReason = 'blocked' | 'needs-root' | 'disabled' | 'empty-file' | 'waits-for-file';

/** Who else writes a plist, as far as that shows. Never a guess: null is not known. */
export interface Writer {
  /** In words: `Homebrew (its label)`, `the stack tools of reconcile (its marker)`, `the user ada (owner of the file)`. */
  readonly name: string | null;
  /** When the plist was last written, in milliseconds since 1970; null when there is none. */
  readonly writtenAt: number | null;
}

/** How often a job ended badly, within which time. */
export interface CrashCount {
  /** The last ends, oldest first; some may be known by their number only, and then stand as the last one known. */
  readonly exits: readonly LastExit[];
  /** Seconds from the first of them until now. */
  readonly seconds: number;
}

/** How often a job came up anew, with no bad end, within which time. */
export interface RestartCount {
  readonly restarts: number;
  /** Seconds from the first of them until now. */
  readonly seconds: number;
}

/** What the loop did, and what it decided not to do. */
export type LoopEvent =
  | {
      readonly event: 'started';
      readonly stack: string | null;
      readonly file: string;
      readonly intervalMs: number;
      readonly pid: number;
    }
  /** The file was read, at the start and after each change of it. */
  | {
      readonly event: 'file-loaded';
      readonly stack: string;
      readonly file: string;
      readonly jobs: number;
      readonly diagnostics: readonly Diagnostic[];
    }
  /** `keeps`: the last good one stays in force; else nothing is done until the file is valid. */
  | { readonly event: 'file-invalid'; readonly diagnostics: readonly Diagnostic[]; readonly keeps: boolean }
  | ({
      readonly event: 'applied';
      readonly op: Op;
      readonly reasons: readonly Reason[];
      /** What differed outside of the declaration: keys, or words in parentheses such as `(not loaded)`. */
      readonly keys: readonly string[];
      /**
       * - `outside`: it had been changed outside of reconcile, and is healed.
       * - `unfinished`: a run of ours was ended in the middle of it, and it is finished.
       */
      readonly cause: 'declaration' | 'outside' | 'unfinished';
      readonly outcome: Outcome;
      /** With the reason `trigger`: the files that have changed. */
      readonly files?: readonly string[];
    } & JobName)
  | ({
      readonly event: 'failed';
      readonly op: Op;
      readonly reasons: readonly Reason[];
      readonly outcome: Outcome;
      readonly error: Failure;
      /** Milliseconds since 1970. */
      readonly retryAt: number;
    } & JobName)
  | ({
      readonly event: 'left-alone';
      readonly why: LeaveReason;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    } & JobName)
  | ({
      readonly event: 'another-manager';
      readonly keys: readonly string[];
      /** How often we put it right within the hour. */
      readonly corrections: number;
      readonly writer: Writer;
      readonly plist: string;
    } & JobName)
  /** Told by an apply, a start or a restart by hand, or by a change of its declaration: the loop minds it again. */
  | ({ readonly event: 'taken-up' } & JobName)
  /** A job with a health check came to be unhealthy, or not to be asked, or is well again. */
  | ({
      readonly event: 'health';
      readonly state: HealthState;
      /** As last heard; empty when it is well. */
      readonly reason: string;
      /** How often the loop has restarted it for that within the hour. */
      readonly restarts: number;
      /** It would be restarted, and has been so lately or so often that it is not before then; else null. */
      readonly retryAt: number | null;
    } & JobName)
  /** An unhealthy job was restarted: `on_unhealthy: restart`. */
  | ({ readonly event: 'restarted'; readonly reason: string; readonly outcome: Outcome } & JobName)
  | ({ readonly event: 'crash-looping' } & CrashCount & JobName)
  /** It came up anew again and again, ended well or by SIGTERM: another program restarts it, or its own policy does. */
  | ({ readonly event: 'restarted-often'; readonly lastExit: LastExit | null } & RestartCount & JobName)
  /** `give_up`: it was taken out of launchd, and is held. */
  | ({
      readonly event: 'gave-up';
      readonly after: number;
      /** Seconds. */
      readonly within: number;
      /** The end of its log. */
      readonly log: { readonly path: string; readonly lines: readonly string[] } | null;
    } & CrashCount &
      JobName)
  /** A round could not be done: launchctl, the ledger, the lock. Told once for as long as it lasts. */
  | {
      readonly event: 'trouble';
      readonly code: string;
      readonly message: string;
      readonly hint: string | null;
      /** Null: it concerns the loop's own files alone, and the loop goes on meanwhile. */
      readonly retryAt: number | null;
    }
  | { readonly event: 'recovered'; readonly code: string }
  | { readonly event: 'stopped'; readonly why: string; readonly rounds: number };

/** An event and when it happened, in milliseconds since 1970. */
export type Told = LoopEvent & { readonly at: number };
