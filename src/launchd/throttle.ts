import type { PlistDict, PlistValue } from '../model/plist.ts';

/** Seconds between two starts when ThrottleInterval does not say otherwise (facts §1, §2.6). */
export const DEFAULT_THROTTLE = 10;

/**
 * Seconds from SIGTERM to SIGKILL when ExitTimeOut is absent. Apple's manual says "system-defined"; current macOS prints 5
 * for ordinary jobs, old documentation said 20 (facts §1). Ask a loaded job's `print` where it matters.
 */
export const DEFAULT_EXIT_TIMEOUT = 5;

const UINT32_MAX = 2 ** 32 - 1;

/**
 * Milliseconds that launchd waits before the next start, from the previous *start* and not from the exit: whole seconds
 * since then are counted (rounded down) and the rest of the interval is waited, so two starts are N to N + 1 seconds apart
 * (facts §2.6). 0: at once. Times come from one monotonic clock; one that ran backwards counts as no time passed.
 */
export function throttleDelay(
  previousStartMs: number | null,
  nowMs: number,
  intervalSeconds: number,
): number {
  if (previousStartMs === null) return 0;
  const elapsed = Math.max(0, Math.floor((nowMs - previousStartMs) / 1000));
  return Math.max(0, intervalSeconds - elapsed) * 1000;
}

/** Seconds between two starts as launchd takes them: 0, negative, oversized and non-integers are ignored (facts §2.6). */
export function effectiveThrottle(plist: PlistDict): number {
  const value = plist.entries['ThrottleInterval'];
  return isUint32(value) && value > 0 ? value : DEFAULT_THROTTLE;
}

/** Seconds from SIGTERM to SIGKILL as launchd takes them; **0 means never** (facts §2.7). */
export function effectiveExitTimeout(plist: PlistDict): number {
  const value = plist.entries['ExitTimeOut'];
  return isUint32(value) ? value : DEFAULT_EXIT_TIMEOUT;
}

function isUint32(value: PlistValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= UINT32_MAX;
}
