import type { Domain } from '../model/domain.ts';
import type { Service } from '../model/service.ts';
import { type CallOptions, printDomain, printService } from '../sys/client.ts';
import type { Launchctl } from '../sys/ports.ts';
import { mapBounded } from './bounded.ts';

const PRINTS_AT_ONCE = 8;

/** Apple's own jobs, apps that a person opened, and processes without a name: nobody's plists. */
const NOBODYS = /^(?:com\.apple\.|application\.|0x)|\.anonymous\./;

export interface Loaded {
  readonly label: string;
  readonly domain: Domain;
  readonly service: Service;
}

/**
 * Every job of these domains that is somebody's, as launchd has it: one call a domain, and one a job. Domains and jobs whose
 * answer cannot be read are told in `unknown`, a sentence each; a domain that is not there holds nothing.
 */
export async function observeLoaded(
  port: Launchctl,
  domains: readonly Domain[],
  options: CallOptions,
): Promise<{ readonly loaded: readonly Loaded[]; readonly unknown: readonly string[] }> {
  const loaded: Loaded[] = [];
  const unknown: string[] = [];
  for (const domain of domains) {
    const reading = await printDomain(port, domain, options);
    if (reading.state === 'unknown') unknown.push(`${domain}: ${reading.why}`);
    if (reading.state !== 'present') continue;
    const labels = Object.keys(reading.listing.services)
      .filter((label) => !NOBODYS.test(label))
      .sort();
    await mapBounded(labels, PRINTS_AT_ONCE, async (label) => {
      const answer = await printService(port, domain, label, options);
      if (answer.state === 'loaded') loaded.push({ label, domain, service: answer.service });
      else if (answer.state === 'unknown') unknown.push(`${domain}/${label}: ${answer.why}`);
    });
  }
  return { loaded: loaded.sort((a, b) => (a.label < b.label ? -1 : 1)), unknown: unknown.sort() };
}
