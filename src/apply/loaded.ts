import { posix } from 'node:path';
import type { Service } from '../model/service.ts';
import type { Files } from '../sys/ports.ts';

/** launchd is ending it: the label is still there, but not for long (facts §2.7). */
export function isComingDown(service: Service): boolean {
  return service.state === 'SIGTERMed' || service.state === 'SIGKILLed';
}

/** Whether a job was loaded from this file: by its path, or by another path of the same file. */
export async function isLoadedFrom(service: Service, path: string, files: Files): Promise<boolean> {
  if (service.submitted || service.path === null) return false;
  if (posix.normalize(service.path) === path) return true;
  if (!posix.isAbsolute(service.path)) return false;
  const [there, ours] = await Promise.all([files.identify(service.path), files.identify(path)]);
  return there !== null && ours !== null && there.dev === ours.dev && there.ino === ours.ino;
}

/** launchd has started it, or has set a time for it: throttled is waiting, not failing (facts §3.5). */
export function hasStarted(service: Service): boolean {
  return (
    service.pid !== null ||
    (service.runs ?? 0) > 0 ||
    (service.pended === null && service.state === 'spawn scheduled')
  );
}

/** How many of its runs have ended; null where launchd does not count them. */
export function endedRuns({ runs, pid }: Service): number | null {
  return runs === null ? null : runs - (pid === null ? 0 : 1);
}
