import type { Timer } from '../ports.ts';
import type { TriggerKind } from './trigger.ts';

/**
 * StartInterval: every N seconds from the load on, the first time N seconds after it. A firing while the job runs or the
 * machine sleeps is missed (facts §2.8).
 */
export const armStartInterval: TriggerKind = ({ definition, clock, asleep, fire }) => {
  const { startInterval } = definition;
  if (startInterval === null) return null;
  const period = startInterval * 1000;
  let timer: Timer;
  function armFor(due: number): void {
    timer = clock.after(Math.max(0, due - clock.now()), () => {
      armFor(due + period);
      if (!asleep()) fire('interval', 'missed');
    });
  }
  armFor(clock.now() + period);
  return { disarm: () => timer.cancel() };
};
