import type { Clock } from './ports.ts';
import { wallAlarms } from './wall-alarms.ts';

/** Node cuts longer waits to 1 ms. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** The machine's monotonic clock. */
const monotonic: Pick<Clock, 'now' | 'after'> = {
  now: () => performance.now(),
  after(milliseconds, run) {
    const due = performance.now() + milliseconds;
    let timer: NodeJS.Timeout;
    const arm = (): void => {
      const rest = due - performance.now();
      // Timers may fire a little early: the rest is waited, too.
      timer = setTimeout(
        () => (performance.now() < due ? arm() : run()),
        Math.min(Math.max(0, Math.ceil(rest)), LONGEST_WAIT_MS),
      );
    };
    arm();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** The machine's clocks. The time zone is that of the daemon (TZ, or the system's when it began). */
export const systemClock: Clock = {
  ...monotonic,
  wall: () => Date.now(),
  zone: { offset: (instant) => -new Date(instant).getTimezoneOffset() },
  at: wallAlarms({ ...monotonic, wall: () => Date.now() }),
};
