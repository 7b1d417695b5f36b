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
  /** What `setenv` has set; gone with the daemon. */
  readonly session: SessionEnvironment;
  /** Audit session of the graphical login; `print` shows it behind `gui/UID`. */
  readonly asid: number;
  /** Milliseconds that loading took when this launchd began. */
  readonly bringUpMs: number;
  readonly pid: number;
  readonly version: string;
  log(line: string): void;
}

/** The domains that exist: the machine's own, and both of the user that the daemon runs as. */
export function domainsOf(launchd: Launchd): readonly Domain[] {
  const { uid } = launchd.accounts.self;
  return ['system', `user/${uid}`, `gui/${uid}`];
}
