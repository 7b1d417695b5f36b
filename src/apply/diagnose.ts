import { posix } from 'node:path';
import { domainUid } from '../launchd/domains.ts';
import type { Domain } from '../model/domain.ts';
import type { ReconcileError } from '../model/errors.ts';
import { type Answer, printDisabled, printDomain } from '../sys/client.ts';
import { refuse, refusedBy } from './failure.ts';
import { targetOf, type Work } from './work.ts';

export interface LoadTarget {
  readonly domain: Domain;
  readonly label: string;
  readonly path: string;
}

type Means = Pick<Work, 'ports' | 'settings'>;

/** Why launchd refused to load a job: the cause when looking finds it, else what the number says. */
export async function explainRefusal(means: Means, answer: Answer, job: LoadTarget): Promise<ReconcileError> {
  return (await findCause(means, answer, job)) ?? refusedBy(answer, targetOf(job));
}

/**
 * Code 5 is what launchctl tells for almost anything when it is not root (facts §3.4). So look, cheapest first: the file,
 * the overrides, the domain. Null: nothing found that would not pass by itself.
 */
export async function findCause(
  means: Means,
  answer: Answer,
  job: LoadTarget,
): Promise<ReconcileError | null> {
  const call = `launchctl ${answer.verb} was refused${answer.code === null ? '' : ` with ${answer.code}`}`;
  return (
    (await aboutFile(means, job, call)) ??
    (await aboutOverride(means, job, call)) ??
    (await aboutDomain(means, job, call))
  );
}

async function aboutFile({ ports }: Means, job: LoadTarget, call: string): Promise<ReconcileError | null> {
  const { path } = job;
  const file = await ports.files.identify(path);
  if (file === null)
    return refuse('plist/missing', `${call}: ${path} is not there any more.`, 'Apply again to write it.');
  if (file.kind !== 'file')
    return refuse(
      'plist/not-a-file',
      `${call}: ${path} is not a regular file.`,
      `Put the plist itself there: ls -l '${path}'`,
    );
  const folder = await ports.files.identify(posix.dirname(path));
  for (const [where, identity] of [
    [path, file],
    [posix.dirname(path), folder],
  ] as const)
    if (identity !== null && (identity.mode & 0o022) !== 0)
      return refuse(
        'plist/writable-by-others',
        `${call}: ${where} can be written by others (mode ${identity.mode.toString(8)}), which launchd does not accept.`,
        `chmod go-w '${where}'`,
      );
  const owner = domainUid(job.domain) ?? 0;
  if (file.uid !== owner && file.uid !== 0)
    return refuse(
      'plist/wrong-owner',
      `${call}: ${path} belongs to uid ${file.uid}, and launchd loads into ${job.domain} only what belongs to uid ${owner} or root.`,
      `sudo chown ${owner} '${path}'`,
    );
  return null;
}

async function aboutOverride(means: Means, job: LoadTarget, call: string): Promise<ReconcileError | null> {
  const { ports, settings } = means;
  const reading = await printDisabled(ports.launchctl, job.domain, { timeoutMs: settings.timeoutMs });
  if (reading.state !== 'present' || reading.disabled[job.label] !== true) return null;
  return refuse(
    'job/disabled',
    `${call}: ${targetOf(job)} is disabled, so launchd does not load it.`,
    `Declare enabled: true, or run: ${settings.launchctlCommand} enable ${targetOf(job)}`,
  );
}

async function aboutDomain(means: Means, job: LoadTarget, call: string): Promise<ReconcileError | null> {
  const { ports, settings } = means;
  const reading = await printDomain(ports.launchctl, job.domain, { timeoutMs: settings.timeoutMs });
  return reading.state === 'no-domain'
    ? refuse('domain/absent', `${call}: ${noSession(job.domain)}`, SESSION_HINT)
    : null;
}

/** Said of a domain that is not there. */
export function noSession(domain: Domain): string {
  const uid = domainUid(domain);
  return uid === null
    ? `the domain ${domain} is not there.`
    : `the user with uid ${uid} has no ${domain.startsWith('gui/') ? 'graphical ' : ''}session now.`;
}

export const SESSION_HINT =
  'Log in at the screen and apply again, or declare the job with domain: user or domain: system.';
