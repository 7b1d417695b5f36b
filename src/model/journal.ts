import type { Domain } from './domain.ts';
import type { GaveUp } from './ledger.ts';

/**
 * What a change finds when it begins, of all that it is going to touch: enough to put it back. Plain data, so that it can
 * be written down before the first effect.
 */
export interface Former {
  readonly files: Readonly<Record<string, FormerFile>>;
  /** By target. */
  readonly services: Readonly<Record<string, FormerService>>;
  /** By target: true when an override disabled it. */
  readonly disabled: Readonly<Record<string, boolean>>;
}

/** Null: there was no such file. */
export type FormerFile = { readonly base64: string; readonly hash: string; readonly mode: number } | null;

export type FormerService =
  | { readonly state: 'not-loaded' }
  | { readonly state: 'no-domain' }
  | {
      readonly state: 'loaded';
      /** The plist that it was loaded from. */
      readonly path: string | null;
      readonly submitted: boolean;
      readonly pid: number | null;
      /** Seconds. */
      readonly exitTimeout: number | null;
      /** Seconds. */
      readonly minimumRuntime: number | null;
    };

/** What a change is going to do, as far as a later run must know it. Targets (`gui/501/LABEL`) and paths are keys. */
export interface Intent {
  /** Files to write or remove → sha256 (hex) of what will lie there; null: nothing. */
  readonly files: Readonly<Record<string, string | null>>;
  /** Files that get another mode. */
  readonly modes: readonly string[];
  /** Overrides that are set. */
  readonly overrides: readonly string[];
  /** Jobs that are taken out of launchd. */
  readonly out: readonly string[];
  /** Jobs that are loaded → from which plist. */
  readonly loads: Readonly<Record<string, string>>;
  /** Jobs that are taken out to be held → why, where that was not `stop`; absent: none. */
  readonly holds?: Readonly<Record<string, GaveUp | null>>;
}

/**
 * A change between its first effect and its last, written down so that a run that comes after a kill knows what was ours
 * and what was there before. docs/design/journal.md tells what is made of it.
 */
export interface Unfinished {
  readonly stack: string;
  readonly label: string;
  readonly domain: Domain;
  readonly plist: string;
  readonly former: Former;
  readonly intent: Intent;
}
