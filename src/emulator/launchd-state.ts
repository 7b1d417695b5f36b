import type { Domain } from '../model/domain.ts';
import type { Accounts } from './accounts.ts';
import type { Dialect } from './dialect.ts';
import type { Disk } from './disk.ts';
import type { Fidelity } from './fidelity.ts';
import type { Overrides } from './ports.ts';
import type { SessionEnvironment } from './session.ts';
import type { Supervisor } from './supervisor-shape.ts';

/** A whole launchd, as the verbs see it. */
export interface Launchd {
  readonly supervisor: Supervisor;
  readonly overrides: Overrides;
  readonly disk: Disk;
  readonly accounts: Accounts;
  readonly fidelity: Fidelity;
  /** How the release of macOS that is played prints. */
  readonly dialect: Dialect;
  /** The graphical session: without it there is no `gui/UID`. */
  readonly login: { isThere: boolean };
  /** What `setenv` has set; gone with its domain. */
  readonly session: SessionEnvironment;
  /** Audit session of the graphical login; `print` shows it behind `gui/UID`. */
  readonly asid: number;
  /** Milliseconds that loading took when this launchd began. */
  readonly bringUpMs: number;
  readonly pid: number;
  readonly version: string;
  log(line: string): void;
}

/** The domains that exist: the machine's own, the one of the user that the daemon runs as, and that of his session. */
export function domainsOf(launchd: Launchd): readonly Domain[] {
  const { uid } = launchd.accounts.self;
  const always: readonly Domain[] = ['system', `user/${uid}`];
  return launchd.login.isThere ? [...always, `gui/${uid}`] : always;
}
