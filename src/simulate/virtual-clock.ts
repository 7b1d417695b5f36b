import type { Clock, Timer } from '../emulator/ports.ts';
import type { TimeZone } from '../launchd/calendar.ts';

const UTC: TimeZone = { offset: () => 0 };

/** Time that passes only when told to: timers fire in order, each at its own moment. */
export interface VirtualClock extends Clock {
  /** Sets the wall clock; whoever waits for a date is told, as `Clock.at` says. */
  setWall(instant: number): void;
  advance(milliseconds: number): void;
  /** Goes to the next timer and fires it; with none up to `until`, goes there, and false. */
  step(until: number): boolean;
  /** Timers that are armed. */
  armed(): number;
  /** When this timer, made by this clock, fires or has fired. */
  dueOf(timer: Timer): number;
}

/** It begins with the year 2026 in UTC. */
export function createVirtualClock(start = 1_000_000, zone: TimeZone = UTC): VirtualClock {
  interface Armed extends Timer {
    readonly due: number;
    readonly run: () => void;
  }
  let now = start;
  let wallAhead = Date.UTC(2026, 0, 1) - start;
  const timers = new Set<Armed>();
  const alarms = new Set<() => void>();

  function next(): Armed | null {
    let first: Armed | null = null;
    for (const timer of timers) if (first === null || timer.due < first.due) first = timer;
    return first;
  }

  function fire(timer: Armed): void {
    now = Math.max(now, timer.due);
    timers.delete(timer);
    timer.run();
  }

  function after(milliseconds: number, run: () => void): Timer {
    const timer: Armed = { due: now + milliseconds, run, cancel: () => timers.delete(timer) };
    timers.add(timer);
    return timer;
  }

  return {
    now: () => now,
    after,
    wall: () => now + wallAhead,
    zone,
    at(instant, run) {
      const once = (): void => {
        alarm.cancel();
        run();
      };
      const timer = after(Math.max(0, instant - now - wallAhead), once);
      alarms.add(once);
      const alarm = {
        cancel() {
          alarms.delete(once);
          timer.cancel();
        },
      };
      return alarm;
    },
    setWall(instant) {
      wallAhead = instant - now;
      for (const alarm of [...alarms]) alarm();
    },
    advance(milliseconds) {
      const until = now + milliseconds;
      for (let timer = next(); timer !== null && timer.due <= until; timer = next()) fire(timer);
      now = until;
    },
    step(until) {
      const timer = next();
      if (timer === null || timer.due > until) {
        now = Math.max(now, until);
        return false;
      }
      fire(timer);
      return true;
    },
    armed: () => timers.size,
    dueOf: (timer) => (timer as Armed).due,
  };
}
