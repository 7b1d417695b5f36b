import type { Place } from './diagnostic.ts';
import type { Domain, Placement } from './domain.ts';
import type { Healthcheck, Stale } from './health.ts';
import type { PlistDict } from './plist.ts';

/** Restart policies of interface §1; the KeepAlive form of each is in `desired/`. */
export type RestartPolicy = 'always' | 'on-failure' | 'on-success' | 'on-crash' | 'never';

/** `give_up`: after so many bad ends within so many seconds a job is taken out of launchd, and held. */
export interface GiveUp {
  readonly after: number;
  readonly within: number;
}

/** A launchd job as its owner wants it: one instance, compiled. */
export interface Job {
  readonly instance: string;
  readonly label: string;
  readonly domain: Domain;
  readonly placement: Placement;
  /** Absolute path of the plist: `<folder>/<label>.plist`. */
  readonly path: string;
  /** The launchd.plist(5) dictionary. */
  readonly plist: PlistDict;
  /** A comment in the plist; a change of it alone is no change. */
  readonly description: string | null;
  /** Declared: true, false, or null when unset (an outside `disable` is then respected). */
  readonly enabled: boolean | null;
  /** `when` excludes it on this host: neither created nor deleted. */
  readonly excluded: boolean;
  /** Labels of the instances that it is applied after. */
  readonly after: readonly string[];
  /** launchd keys whose outside changes are left alone. */
  readonly ignoreChanges: readonly string[];
  /** Folders that must be there before it starts (those of its logs). Absolute. */
  readonly folders: readonly string[];
  /** Another program writes its plist: it is compared and audited, never changed. */
  readonly managedByOther: boolean;
  /** Codes of `audit` that do not count for it. */
  readonly auditIgnore: readonly string[];
  /** How to tell that it works; absent: none was declared. */
  readonly healthcheck?: Healthcheck;
  /** What a dead run of it may leave behind; absent: none was declared. */
  readonly stale?: Stale;
  /** What the loop does with it when it crashes over and over; absent: it is told, and left to launchd. */
  readonly giveUp?: GiveUp;
  /** Files whose changed content restarts it: `restart_on`, and what it reads at its start. Absolute. */
  readonly triggers?: readonly string[];
  readonly place: Place;
}
