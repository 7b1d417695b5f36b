/** One question to a running job. All that are declared must be answered well. */
export type Probe =
  /** Somebody accepts connections there. */
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  /** Absolute path of a socket on which somebody accepts. */
  | { readonly kind: 'unix_socket'; readonly path: string }
  /** `status`: the codes that count as well; null: 200 to 399. A redirect is an answer and is not followed. */
  | { readonly kind: 'http'; readonly url: string; readonly status: readonly number[] | null }
  /** It ends with 0 within the time limit. */
  | {
      readonly kind: 'command';
      readonly argv: readonly string[];
      readonly cwd: string;
      readonly env: Readonly<Record<string, string>>;
      /** The user that the job runs as, by name; null: whose domain it is. */
      readonly user: string | null;
    }
  /** The file was written within this many seconds. */
  | { readonly kind: 'fresh_file'; readonly path: string; readonly within: number };

/** `healthcheck:` of an instance; times in seconds. */
export interface Healthcheck {
  readonly probes: readonly Probe[];
  /** From one round of probes to the next. */
  readonly interval: number;
  /** Of each probe. */
  readonly timeout: number;
  /** So many failures in a row are unhealthy. */
  readonly retries: number;
  /** After the start of the process failures do not count for so long, until it was healthy once. */
  readonly startPeriod: number;
  readonly onUnhealthy: 'restart' | 'report';
}

/** What `stale:` names, as absolute paths: what a dead run may leave behind. */
export interface Stale {
  readonly sockets: readonly string[];
  readonly pidFiles: readonly string[];
}

/** What one round of probes came to: the first that failed tells why. `unknown`: it could not be asked. */
export type ProbeOutcome =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed' | 'unknown'; readonly reason: string };

/** `unknown`: it could not be asked, which is never taken for healthy. */
export type HealthState = 'starting' | 'healthy' | 'unhealthy' | 'unknown';

/** How a running job answers; only a job that has a process has a health. */
export interface Health {
  readonly state: HealthState;
  /** Why it is not healthy, as last heard; empty when it is. */
  readonly reason: string;
}
