import { describeLaunchctlCode } from '../launchd/codes.ts';
import type { Domain } from '../model/domain.ts';
import type { Launchd } from './launchd-state.ts';
import { bootstrapOne } from './verbs-load.ts';
import type { World } from './world.ts';

/** A plist in a folder that is not loaded: disabled, meant for another session, or bad. */
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
  for (const name of launchd.disk.list(folder)) {
    if (!name.endsWith('.plist')) continue;
    const path = `${folder}/${name}`;
    const code = bootstrapOne(launchd, domain, path);
    if (code === 0) continue;
    const why = describeLaunchctlCode(code);
    launchd.log(`${path} is not loaded into ${domain}: ${why}`);
    passedOver.push({ path, code, why });
  }
  return passedOver;
}
