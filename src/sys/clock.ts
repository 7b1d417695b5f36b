import { setTimeout as sleep } from 'node:timers/promises';
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
