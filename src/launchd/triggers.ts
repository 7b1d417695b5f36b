import type { PlistDict } from '../model/plist.ts';

/** Keys of launchd that start a job by something else than its being loaded (facts §2.8). */
export const TRIGGER_KEYS = [
  'StartInterval',
  'StartCalendarInterval',
  'WatchPaths',
  'QueueDirectories',
  'StartOnMount',
  'Sockets',
  'MachServices',
  'LaunchEvents',
] as const;

/** Something else than being loaded starts it: being down is its rest. */
export function isTriggered(plist: PlistDict): boolean {
  return TRIGGER_KEYS.some((key) => {
    const value = plist.entries[key];
    return value !== undefined && value !== false;
  });
}
