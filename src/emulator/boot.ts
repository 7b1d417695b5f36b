import { describeLaunchctlCode } from '../launchd/codes.ts';
import type { Domain } from '../model/domain.ts';
import type { Launchd } from './launchd-state.ts';
import { bootstrapOne } from './verbs-load.ts';
import type { World } from './world.ts';

/**
 * What a boot and a login load: the daemons' folder into `system`, both agents' folders into `gui/UID`; nothing into
 * `user/UID` (facts §3.1). A plist that is disabled, meant for another session or bad is passed over and told in the log.
 */
export function bootWorld(launchd: Launchd, world: World): void {
  const gui: Domain = `gui/${launchd.accounts.self.uid}`;
  loadFolder(launchd, world.daemons, 'system');
  loadFolder(launchd, world.globalAgents, gui);
  loadFolder(launchd, world.userAgents, gui);
}

function loadFolder(launchd: Launchd, folder: string, domain: Domain): void {
  for (const name of launchd.disk.list(folder)) {
    if (!name.endsWith('.plist')) continue;
    const path = `${folder}/${name}`;
    const code = bootstrapOne(launchd, domain, path);
    if (code !== 0) launchd.log(`${path} is not loaded into ${domain}: ${describeLaunchctlCode(code)}`);
  }
}
