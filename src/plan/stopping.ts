import { effectiveExitTimeout } from '../launchd/throttle.ts';
import type { Domain } from '../model/domain.ts';
import type { ObservedPlist, ObservedService } from '../model/observed.ts';
import type { Action } from '../model/plan.ts';
import { pidOf } from './situation.ts';

/** The longest default that any launchd is known to have (facts §1): how long to wait when nothing tells. */
const LONGEST_DEFAULT = 20;

/**
 * Seconds that launchd gives the process from SIGTERM to SIGKILL: what it prints, else what the plist that it was loaded
 * from says; null when neither tells, since the default differs between systems.
 */
export function stopTimeoutOf(service: ObservedService, found: ObservedPlist | null): number | null {
  if (service.state === 'loaded' && service.service.exitTimeout !== null) return service.service.exitTimeout;
  const plist = found?.plist ?? null;
  return plist?.entries['ExitTimeOut'] === undefined ? null : effectiveExitTimeout(plist);
}

/** Waits until the label and its process are gone: a bootout answers before they are (facts §2.7). */
export function awaitGone(
  label: string,
  domain: Domain,
  service: ObservedService,
  found: ObservedPlist | null,
): Action {
  const exitTimeout = stopTimeoutOf(service, found) ?? LONGEST_DEFAULT;
  return { action: 'await-gone', domain, label, pid: pidOf(service), exitTimeout };
}
