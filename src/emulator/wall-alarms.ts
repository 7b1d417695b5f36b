import type { Timer } from './ports.ts';

/**
 * The longest wait between two looks at the wall clock. A timer that waits for a date cannot know that the date was set, or that
 * the machine was suspended meanwhile: for so long, at most, it goes unnoticed.
 */
const LOOK_EVERY_MS = 10 * 60_000;
/** Less is the ordinary slewing of a clock. */
const STEP_MS = 1000;

export interface AlarmTime {
  /** Milliseconds, monotonic. */
  now(): number;
  /** Milliseconds since 1970. */
  wall(): number;
  after(milliseconds: number, run: () => void): Timer;
}

interface Alarm {
  readonly instant: number;
  readonly run: () => void;
}

/** `Clock.at` for any number of alarms with one timer, and none while there is no alarm. */
export function wallAlarms(time: AlarmTime): (instant: number, run: () => void) => Timer {
  const alarms = new Set<Alarm>();
  let timer: Timer | null = null;
  /** By how much the wall clock was ahead of the monotonic one when the timer was set. */
  let ahead = 0;
  let wakesAt = Number.POSITIVE_INFINITY;

  const difference = (): number => time.wall() - time.now();

  function arm(): void {
    timer?.cancel();
    timer = null;
    wakesAt = Number.POSITIVE_INFINITY;
    if (alarms.size === 0) return;
    let first = Number.POSITIVE_INFINITY;
    for (const { instant } of alarms) first = Math.min(first, instant);
    const wait = Math.min(Math.max(0, first - time.wall()), LOOK_EVERY_MS);
    wakesAt = time.wall() + wait;
    timer = time.after(wait, look);
  }

  function look(): void {
    timer = null;
    const wasSet = Math.abs(difference() - ahead) > STEP_MS;
    const told = [...alarms].filter(({ instant }) => wasSet || instant <= time.wall());
    for (const alarm of told) alarms.delete(alarm);
    ahead = difference();
    for (const { run } of told) run();
    arm();
  }

  return (instant, run) => {
    const alarm: Alarm = { instant, run };
    if (alarms.size === 0) ahead = difference();
    alarms.add(alarm);
    // Hundreds are set one after the other; the timer is only touched when it would come too late.
    if (instant < wakesAt) arm();
    return {
      cancel() {
        if (alarms.delete(alarm) && alarms.size === 0) arm();
      },
    };
  };
}
