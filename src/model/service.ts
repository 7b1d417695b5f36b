/** How the last run ended, as `launchctl print` tells it (facts §4.1). */
export type LastExit =
  | { readonly code: number }
  | { readonly signal: number; readonly name: string }
  | { readonly reason: string };

/** A nested block of `launchctl print`: its own fields and blocks by exact key, and its lines as they stand. */
export interface PrintBlock {
  readonly fields: Readonly<Record<string, string>>;
  readonly blocks: Readonly<Record<string, PrintBlock>>;
  /** Every line of the block with its indentation below the block taken off, nested ones included. */
  readonly lines: readonly string[];
}

/** What `launchctl print DOMAIN/LABEL` says of a loaded job. Null: the line is not there. */
export interface Service {
  readonly label: string;
  /** As in the header: `gui/501`. */
  readonly domain: string;
  /** The plist it was loaded from, or `(submitted by …)`. */
  readonly path: string | null;
  /** Submitted by an app, not from a plist file: never ours. */
  readonly submitted: boolean;
  /** launchd's own word: `running`, `not running`, `spawn scheduled`, `SIGTERMed`, … */
  readonly state: string | null;
  readonly pid: number | null;
  readonly runs: number | null;
  /** Null: never exited. `{reason: 'unknown'}`: the line is missing or not understood. */
  readonly lastExit: LastExit | null;
  /** `pended nondemand spawn = …`. */
  readonly pended: string | null;
  /** Seconds. */
  readonly exitTimeout: number | null;
  /** Seconds: `base minimum runtime` where there, else `minimum runtime`. */
  readonly minimumRuntime: number | null;
  /** All depth-1 fields and blocks. */
  readonly fields: Readonly<Record<string, string>>;
  readonly blocks: Readonly<Record<string, PrintBlock>>;
}

/** What one `launchctl print DOMAIN` says. */
export interface DomainListing {
  /** Label → pid (null: not running) of every loaded service. */
  readonly services: Readonly<Record<string, { readonly pid: number | null; readonly lastExit: string }>>;
  /** Label → true when an override disables it; labels without an entry are enabled. Null: no such block was printed. */
  readonly disabled: Readonly<Record<string, boolean>> | null;
}
