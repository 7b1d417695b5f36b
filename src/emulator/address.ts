/**
 * Where an embedded launchd is found and how one speaks to it. The front end imports this and node:net, and nothing else that
 * costs time.
 */

/** The folder of the embedded launchd of this environment, absolute. */
export function worldRoot(
  env: Readonly<Record<string, string | undefined>>,
  cwd: string,
  home: () => string,
): string {
  const { RECONCILE_EMBEDDED_DIR: own, XDG_STATE_HOME: state } = env;
  if (own) return own.startsWith('/') ? own : `${cwd}/${own}`;
  return `${state?.startsWith('/') ? state : `${env['HOME'] || home()}/.local/state`}/reconcile/embedded`;
}

/**
 * The socket, by its short name inside `run/`: a name over 107 bytes would be cut silently, and someone else's socket be
 * opened.
 */
export const SOCKET = 's';

/** Folder inside `run/` with one file for each process that a daemon has made. */
export const PROCESSES = 'processes';

/** The daemon's option to end leftovers and be gone. */
export const SWEEP = '--sweep';

/** The daemon's option to boot without a login: it was asked for one of these. */
export const BOOT = '--boot';

/** Verbs of ours that begin the life of a machine that is off. */
export const BEGINNINGS: readonly string[] = ['embedded-boot', 'embedded-login'];

/** Verbs of ours about a machine that is on; none of them begins its life. */
export const LIFE: readonly string[] = [
  ...BEGINNINGS,
  'embedded-logout',
  'embedded-sleep',
  'embedded-wake',
  'embedded-mount',
  'embedded-on-demand-only',
];

/** Code of the answer of those verbs when it cannot be, as things stand. */
export const NOT_NOW = 3;

/** Names the release of macOS that a daemon plays from its start on: one of RELEASES. */
export const RELEASE_VARIABLE = 'RECONCILE_EMBEDDED_OS';

/** What a daemon that listens tells the front end that has started it. */
export const READY = 'ready';

/** One line of JSON from the front end. */
export interface Request {
  readonly argv: readonly string[];
  readonly cwd: string;
  /** Standard output is a terminal. */
  readonly terminal: boolean;
  /** The release that the caller asks for, as it is written; null: any. */
  readonly release: string | null;
}

/** All that comes back, as one line of JSON; then the stream ends. */
export interface Reply {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}
