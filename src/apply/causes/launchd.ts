import { domainUid } from '../../launchd/domains.ts';
import type { Domain } from '../../model/domain.ts';
import type { ReconcileError } from '../../model/errors.ts';
import { printDisabled, printDomain, printService } from '../../sys/client.ts';
import { refuse } from '../failure.ts';
import { isComingDown, isLoadedFrom } from '../loaded.ts';
import type { Settings } from '../work.ts';
import type { Refusal } from './refusal.ts';

// Causes that lie in launchd itself: what it has already, what it was told before, which sessions there are.

export async function ofLoaded({
  means,
  job,
  call,
  launchctl,
  target,
}: Refusal): Promise<ReconcileError | null> {
  const { ports, settings } = means;
  const reading = await printService(ports.launchctl, job.domain, job.label, {
    timeoutMs: settings.timeoutMs,
  });
  if (reading.state !== 'loaded') return null;
  const { service } = reading;
  const look = `Look: ${launchctl} print ${target}`;
  if (isComingDown(service))
    return refuse(
      'job/still-going',
      `${call}: launchd is still ending the former ${target}${service.pid === null ? '' : ` (process ${service.pid})`}.`,
      `${look}; when it is gone, apply again.`,
    );
  if (service.pended !== null)
    return refuse(
      'job/start-held-back',
      `${call}: launchd has ${target}, but holds its start back (${service.pended}), as it does at login and in Low Power Mode.`,
      `Wait a little, then run: ${launchctl} kickstart ${target}`,
    );
  if (await isLoadedFrom(service, job.path, ports.files))
    return refuse(
      'job/already-loaded',
      `${call}: ${target} is loaded already, from this plist.`,
      'Run reconcile plan to see whether anything is left to do.',
    );
  return refuse(
    'job/loaded-elsewhere',
    `${call}: ${target} is loaded already, from ${service.path ?? 'a place that launchd does not tell'}.`,
    `Find out who loads it. ${look}`,
  );
}

export async function ofOverride({
  means,
  job,
  call,
  launchctl,
  target,
}: Refusal): Promise<ReconcileError | null> {
  const { ports, settings } = means;
  const reading = await printDisabled(ports.launchctl, job.domain, { timeoutMs: settings.timeoutMs });
  if (reading.state !== 'present' || reading.disabled[job.label] !== true) return null;
  return refuse(
    'job/disabled',
    `${call}: ${target} is disabled, so launchd does not load it.`,
    `Declare enabled: true, or run: ${launchctl} enable ${target}`,
  );
}

export async function ofDomain({ means, job, call }: Refusal): Promise<ReconcileError | null> {
  const { ports, settings } = means;
  const reading = await printDomain(ports.launchctl, job.domain, { timeoutMs: settings.timeoutMs });
  return reading.state === 'no-domain'
    ? refuse('domain/absent', `${call}: ${noSession(job.domain)}`, sessionHint(means.settings))
    : null;
}

/** The label in one of the other domains that this user has. */
export async function ofOtherDomain({
  means,
  job,
  call,
  launchctl,
}: Refusal): Promise<ReconcileError | null> {
  const uid = domainUid(job.domain) ?? process.getuid?.() ?? 0;
  const others = ([`gui/${uid}`, `user/${uid}`, 'system'] as const).filter((name) => name !== job.domain);
  for (const domain of others) {
    const { ports, settings } = means;
    const reading = await printService(ports.launchctl, domain, job.label, { timeoutMs: settings.timeoutMs });
    if (reading.state === 'loaded')
      return refuse(
        'job/other-domain',
        `${call}: ${job.label} is loaded in ${domain}, not in ${job.domain}.`,
        `Declare the domain that you mean, or take it out there: ${launchctl} bootout ${domain}/${job.label}`,
      );
  }
  return null;
}

export async function ofOtherUser({ job, call }: Refusal): Promise<ReconcileError | null> {
  const uid = domainUid(job.domain);
  const self = process.getuid?.() ?? 0;
  if (self === 0 || uid === self) return null;
  return refuse(
    'domain/not-yours',
    `${call}: ${job.domain} belongs to ${uid === null ? 'root' : `the user with uid ${uid}`}, and you are uid ${self}.`,
    uid === null
      ? 'Run the same with sudo: sudo reconcile apply'
      : 'Run it as that user, or as root with --user.',
  );
}

/** Said of a domain that is not there. */
export function noSession(domain: Domain): string {
  const uid = domainUid(domain);
  return uid === null
    ? `the domain ${domain} is not there.`
    : `the user with uid ${uid} has no ${domain.startsWith('gui/') ? 'graphical ' : ''}session now.`;
}

/** What to do about that. */
export function sessionHint({ loginCommand }: Pick<Settings, 'loginCommand'>): string {
  return loginCommand === undefined
    ? 'Log in at the screen and apply again (over SSH, from cron or with sudo there is no such session), or declare the job with domain: user or domain: system.'
    : `\`${loginCommand}\` begins a session, and loads what is installed.`;
}
