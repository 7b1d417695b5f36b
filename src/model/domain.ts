/** A launchd domain as launchctl names it (facts §3.1). */
export type Domain = 'system' | `user/${number}` | `gui/${number}`;

/** What the user writes in `domain:`; decides the folder and the domain that a job is loaded into. */
export type Placement = 'gui' | 'user' | 'system' | 'all-users';

/** The machine and person that a configuration is compiled for. Real, or made up by `--as`. */
export interface Host {
  /** Short host name, up to the first dot. */
  readonly host: string;
  readonly user: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly os: 'macos' | 'linux';
  readonly arch: 'arm64' | 'x86_64';
  readonly env: Readonly<Record<string, string>>;
}

/** Where things lie for one launchd: the Mac's own, another launchctl program's, or the embedded one. Absolute paths. */
export interface Places {
  readonly launchd: 'system' | 'embedded';
  /** The launchctl executable. */
  readonly launchctl: string;
  /** Folder of the user's agents: placements `gui` and `user`. */
  readonly userAgents: string;
  /** Folder of agents for all users. */
  readonly globalAgents: string;
  /** Folder of daemons. */
  readonly daemons: string;
  /** State (ledger, lock, journal) of user jobs. */
  readonly userState: string;
  /** State of `system` and `all-users` jobs; equal to `userState` when embedded. */
  readonly systemState: string;
  /** True with the Mac's own launchd: changes to `system` and `all-users` need uid 0. */
  readonly systemNeedsRoot: boolean;
}
