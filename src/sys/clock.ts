import { setTimeout as sleep } from 'node:timers/promises';
import type { TimeZone } from '../launchd/calendar.ts';
import type { Clock } from './ports.ts';

/**
 * How long a timer may be set for: Node cuts a longer one to 1 ms. What is due in more than 24 days is looked at once in
 * between, or counts as late by then.
 */
export function timerMs(ms: number): number {
  return Math.min(ms, 2 ** 31 - 1);
}

export const realClock: Clock = {
  now: () => performance.now(),
  async pause(ms, signal) {
    try {
      await sleep(timerMs(ms), undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};

/** The time zone of this process: TZ, or the machine's. */
export const realZone: TimeZone = { offset: (instant) => -new Date(instant).getTimezoneOffset() };
