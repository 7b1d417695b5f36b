import type { Domain } from '../model/domain.ts';
import { printDomain, printService, type ServiceReading } from '../sys/client.ts';
import type { Work } from './work.ts';

/** Growing pauses between two looks: quick at first, since most things are over at once. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 250;

/**
 * Looks again and again until `look` gives something else than null, or the time is over: then null. The first look is
 * at once, and there is always one after the last pause.
 */
export async function poll<Found>(
  work: Pick<Work, 'ports'>,
  timeMs: number,
  look: () => Promise<Found | null>,
): Promise<Found | null> {
  const { clock } = work.ports;
  const deadline = clock.now() + timeMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const found = await look();
    if (found !== null) return found;
    const left = deadline - clock.now();
    if (left <= 0) return null;
    await clock.pause(Math.min(pause, left));
  }
}

/**
 * What launchd has under a label now, with the time limit of this apply. That a whole domain is not there means that its
 * jobs are gone, so it is believed only when the domain itself is asked and says the same.
 */
export async function look(
  { ports, settings }: Pick<Work, 'ports' | 'settings'>,
  domain: Domain,
  label: string,
): Promise<ServiceReading> {
  const options = { timeoutMs: settings.timeoutMs };
  const reading = await printService(ports.launchctl, domain, label, options);
  if (reading.state !== 'no-domain') return reading;
  const { state } = await printDomain(ports.launchctl, domain, options);
  return state === 'no-domain'
    ? reading
    : { state: 'unknown', why: `launchctl does not say clearly whether ${domain} is there.` };
}
