import { setTimeout as sleep } from 'node:timers/promises';
import type { TimeZone } from '../launchd/calendar.ts';
import type { Clock } from './ports.ts';

export const realClock: Clock = {
  now: () => performance.now(),
  async pause(ms, signal) {
    try {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    } catch (error) {
      if (!signal?.aborted) throw error;
    }
  },
};

/** The time zone of this process: TZ, or the machine's. */
export const realZone: TimeZone = { offset: (instant) => -new Date(instant).getTimezoneOffset() };
