import type { Domain } from './domain.ts';
import type { Unfinished } from './journal.ts';
import type { FileIdentity, Ledger } from './ledger.ts';
import type { PlistDict } from './plist.ts';
import type { Service } from './service.ts';

/** The comment by which a plist of ours tells whose it is; it lets a lost ledger be rebuilt. */
export interface Marker {
  readonly stack: string;
  readonly instance: string;
}

/** A plist file that was found in one of the launchd folders. */
export interface ObservedPlist {
  readonly path: string;
  readonly identity: FileIdentity;
  readonly symlink: boolean;
  /** sha256 (hex) of its bytes; null when it cannot be read. */
  readonly hash: string | null;
  readonly marker: Marker | null;
  /** Its `Label`, or null. */
  readonly label: string | null;
  /** Null: unreadable, see `problem`. */
  readonly plist: PlistDict | null;
  readonly problem: {
    readonly message: string;
    readonly line: number | null;
    readonly column: number | null;
  } | null;
}

/** What is known of a label in its domain. */
export type ObservedService =
  | { readonly state: 'not-loaded' }
  /** Listed, and an earlier proof holds: its view equals the plist on disk. */
  | {
      readonly state: 'proven';
      readonly pid: number | null;
      /** How its last run ended, where the list of the domain tells it by a code. */
      readonly lastExitCode?: number;
    }
  | {
      readonly state: 'loaded';
      readonly service: Service;
      /** It was not asked now: the answer is from before, and nothing that shows in the list of the domain has changed. */
      readonly remembered?: true;
    }
  /** No such domain now (112, 125: no GUI session); nothing is known but that it cannot be loaded. */
  | { readonly state: 'no-domain' }
  /** Asked, and the answer cannot be trusted. Never taken for absent or fine. */
  | { readonly state: 'unknown'; readonly why: string };

export interface ObservedJob {
  readonly label: string;
  readonly domain: Domain;
  readonly service: ObservedService;
  /** An override says disabled (true), enabled (false), or there is none (null). */
  readonly disabled: boolean | null;
}

/** Digests of files whose changed content restarts a job: by target (`gui/501/LABEL`), then by path. */
export type ObservedTriggers = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What is really there: files, launchd, and what we own. Made by `observe`, judged by `planChanges`. */
export interface Observed {
  readonly launchd: 'system' | 'embedded';
  /** How a person calls its launchctl in a shell; default `launchctl`. */
  readonly launchctlCommand?: string;
  /** Every readable or unreadable `*.plist` of the scanned folders, by path. */
  readonly plists: readonly ObservedPlist[];
  /** Every label that was asked for, in every domain that matters to it. */
  readonly jobs: readonly ObservedJob[];
  readonly ledger: Ledger;
  /** Folders that already exist, of those that the jobs need. */
  readonly folders: readonly string[];
  /**
   * Targets (`gui/501/LABEL`) that a run of ours disabled and could not record any more, since it was ended: ours to undo,
   * like an entry that says `disabled`.
   */
  readonly disabledUnrecorded?: readonly string[];
  /** What runs of ours left half done when they were ended, as the journal of this stack has it. */
  readonly unfinished?: readonly Unfinished[];
  /** Whether this process may change `system` and `all-users` jobs. */
  readonly mayChangeSystem: boolean;
  /** Unset: not looked at. */
  readonly triggers?: ObservedTriggers;
}
