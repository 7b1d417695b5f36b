import type { Clock, Timer } from '../../src/emulator/ports.ts';

/** Time that passes only when told to: timers fire in order, each at its own moment. */
export interface VirtualClock extends Clock {
  advance(milliseconds: number): void;
  /** Goes to the next timer and fires it; with none up to `until`, goes there, and false. */
  step(until: number): boolean;
  /** Timers that are armed. */
  armed(): number;
}

export function createVirtualClock(start = 1_000_000): VirtualClock {
  interface Armed extends Timer {
    readonly due: number;
    readonly run: () => void;
  }
  let now = start;
  const timers = new Set<Armed>();

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

  return {
    now: () => now,
    after(milliseconds, run) {
      const timer: Armed = { due: now + milliseconds, run, cancel: () => timers.delete(timer) };
      timers.add(timer);
      return timer;
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
  };
}
