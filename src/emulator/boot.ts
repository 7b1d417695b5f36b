import { describeLaunchctlCode } from '../launchd/codes.ts';
import type { Domain } from '../model/domain.ts';
import type { Launchd } from './launchd-state.ts';
import { bootstrapOne } from './verbs-load.ts';
import type { World } from './world.ts';

/** EACCES: the code of a folder that may not be looked into. */
const NO_PERMISSION = 13;

/** What is not loaded: a plist that is disabled, meant for another session, or bad; a folder that may not be looked into. */
export interface PassedOver {
  readonly path: string;
  readonly code: number;
  /** `119: Service is disabled`. */
  readonly why: string;
}

/** What a boot loads: the daemons' folder into `system` (facts §3.1). */
export function bootSystem(launchd: Launchd, world: World): readonly PassedOver[] {
  return loadFolder(launchd, world.daemons, 'system');
}

/** What a login loads: both agents' folders into `gui/UID`, and nothing into `user/UID` (facts §3.1). */
export function logIn(launchd: Launchd, world: World): readonly PassedOver[] {
  const gui: Domain = `gui/${launchd.accounts.self.uid}`;
  launchd.login.isThere = true;
  return [...loadFolder(launchd, world.globalAgents, gui), ...loadFolder(launchd, world.userAgents, gui)];
}

/** The log tells what is passed over, too. */
function loadFolder(launchd: Launchd, folder: string, domain: Domain): readonly PassedOver[] {
  const passedOver: PassedOver[] = [];
  const passOver = (path: string, code: number): void => {
    const why = describeLaunchctlCode(code);
    launchd.log(`${path} is not loaded into ${domain}: ${why}`);
    passedOver.push({ path, code, why });
  };
  const names = launchd.disk.list(folder);
  if (names === null) passOver(folder, NO_PERMISSION);
  for (const name of names ?? []) {
    if (!name.endsWith('.plist')) continue;
    const path = `${folder}/${name}`;
    const code = bootstrapOne(launchd, domain, path);
    if (code !== 0) passOver(path, code);
  }
  return passedOver;
}
