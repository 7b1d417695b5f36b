import type { Definition } from './definition.ts';
import type { Dialect } from './dialect.ts';

/** Where launchd looks for a program given by its bare name, and the PATH of every job (facts §1, §2.8). */
export const STANDARD_PATH = '/usr/bin:/bin:/usr/sbin:/sbin';

export type Variables = Readonly<Record<string, string>>;

/** The person that a job runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
}

/** What launchd adds of its own, as `print` shows it around the plist's variables. */
export function shownEnvironment(
  definition: Definition,
  dialect: Dialect,
): readonly (readonly [string, string])[] {
  return [
    ...Object.entries(logRateLimit(dialect)),
    ...Object.entries(definition.environment),
    ['XPC_SERVICE_NAME', definition.label],
  ];
}

/**
 * All that a job's process finds in its environment: nothing of the daemon's own (facts §2.8). `session` is what `launchctl
 * setenv` has set; the plist wins over it.
 */
export function jobEnvironment(
  definition: Definition,
  account: Account,
  temporary: string,
  { dialect, session }: { readonly dialect: Dialect; readonly session: Variables },
): Record<string, string> {
  return {
    PATH: STANDARD_PATH,
    HOME: account.home,
    USER: account.name,
    LOGNAME: account.name,
    SHELL: account.shell,
    TMPDIR: temporary,
    XPC_FLAGS: '0x0',
    ...logRateLimit(dialect),
    ...session,
    ...definition.environment,
    XPC_SERVICE_NAME: definition.label,
  };
}

function logRateLimit(dialect: Dialect): Variables {
  return dialect.logRateLimit ? { OSLogRateLimit: '64' } : {};
}
