import { nextFiring } from '../../launchd/calendar.ts';
import type { Timer } from '../ports.ts';
import type { TriggerKind } from './trigger.ts';

/** Set back by less than this, a clock has been put right, and what has fired does not fire again. */
const SMALL_STEP_MS = 3 * 60 * 60 * 1000;

/**
 * StartCalendarInterval: in local time, as cron does. Firings while the machine sleeps are one start when it wakes, and several
 * schedules that fit one minute are one firing (facts §2.8). A calendar is an event stream of its own: `xpc event`.
 */
export const armStartCalendarInterval: TriggerKind = ({ definition, clock, fidelity, fire }) => {
  const { calendar } = definition;
  if (calendar.length === 0) return null;
  let timer: Timer | null = null;
  function armAfter(served: number): void {
    const due = nextFiring(calendar, served, clock.zone);
    timer = due === null ? null : clock.at(due, () => look(served, due));
  }
  function look(served: number, due: number): void {
    const now = clock.wall();
    if (now >= due) {
      armAfter(now);
      fire('xpc event', fidelity.calendarWhileRunning);
    } else armAfter(now < served && served - now <= SMALL_STEP_MS ? served : now);
  }
  armAfter(clock.wall());
  return { disarm: () => timer?.cancel() };
};
