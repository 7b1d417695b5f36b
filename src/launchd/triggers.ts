import type { PlistDict } from '../model/plist.ts';

/** Keys of launchd that start a job by something else than its being loaded (facts §2.8). */
const TRIGGERS = [
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
  return TRIGGERS.some((key) => {
    const value = plist.entries[key];
    return value !== undefined && value !== false;
  });
}
