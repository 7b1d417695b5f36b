import type { LastExit } from '../model/service.ts';

/** A code other than 0, a signal, or a reason in words (interface §7). Null, never exited, is no bad exit. */
export function isBadExit(lastExit: LastExit | null): boolean {
  return lastExit !== null && !('code' in lastExit && lastExit.code === 0);
}
