import type { Clock } from '../../src/sys/ports.ts';

/** Time that passes only in pauses, at once: polls of minutes are tested in no time. */
export interface PatientClock extends Clock {
  /** Called after each pause, with the new time. */
  onTick: (now: number) => void;
}

export function createPatientClock(): PatientClock {
  let now = 0;
  const clock: PatientClock = {
    onTick: () => {},
    now: () => now,
    async pause(ms, signal) {
      if (signal?.aborted) return;
      now += ms;
      clock.onTick(now);
    },
  };
  return clock;
}
