import { domainKind } from '../../launchd/domains.ts';
import type { Domain } from '../../model/domain.ts';
import type { ReconcileError } from '../../model/errors.ts';
import type { FileIdentity } from '../../model/ledger.ts';
import { type Answer, bootstrap as bootstrapJob } from '../../sys/client.ts';
import type { Files } from '../../sys/ports.ts';
import { explainRefusal, findCause } from '../diagnose.ts';
import { refuse } from '../failure.ts';
import { isComingDown, isLoadedFrom } from '../loaded.ts';
import { look, poll } from '../poll.ts';
import { type Perform, targetOf, type Work } from '../work.ts';

/** How long a bootstrap is tried again after our own bootout (facts §3.5), and without one. */
const AFTER_BOOTOUT_MS = 10_000;
const OTHERWISE_MS = 2_000;
/** `Domain does not support specified action`. */
const NO_SESSION = 125;

export const bootstrap: Perform<'bootstrap'> = async (action, work) => {
  const { progress } = work;
  const target = targetOf(action);
  progress.loading.set(target, { path: action.path, file: await identityOf(work.ports.files, action.path) });
  const outcome = await load(work, action, progress.out.has(target));
  if (outcome === 'loaded') progress.changed = true;
  else progress.absent.add(action.domain);
};

/**
 * Loads a plist, however long launchd takes to forget the former job: 5 and 37 while the label is absent are tried again.
 * A job that turns out to be loaded from this very path is what was wanted. Throws when launchd says no for good, or when
 * somebody else was faster with another plist.
 */
export async function load(
  work: Pick<Work, 'ports' | 'settings'>,
  job: { readonly domain: Domain; readonly label: string; readonly path: string },
  afterBootout: boolean,
): Promise<'loaded' | 'no-domain'> {
  const { ports, settings } = work;
  const target = targetOf(job);
  let last: Answer | null = null;
  const found = await poll(work, afterBootout ? AFTER_BOOTOUT_MS : OTHERWISE_MS, async () => {
    const first = last === null;
    const answer = await bootstrapJob(ports.launchctl, job.domain, job.path, {
      timeoutMs: settings.timeoutMs,
    });
    last = answer;
    switch (answer.outcome) {
      case 'done':
        return 'loaded';
      case 'already':
      case 'busy':
      case 'unclear':
      case 'no-answer':
      case 'pended':
      case 'no-domain': {
        const settled = await afterRefusal();
        // What no waiting will change is said at once.
        const cause = settled === null && first ? await findCause(work, answer, job) : null;
        if (cause !== null) throw cause;
        return settled;
      }
      default:
        throw await explainRefusal(work, answer, job);
    }
  });
  if (found !== null) return found;
  if (last === null) throw new Error('bootstrap was never tried');
  const refusal = await explainRefusal(work, last, job);
  if (!afterBootout && isWithoutSession(last, job.domain, refusal)) return 'no-domain';
  throw refusal;

  async function afterRefusal(): Promise<'loaded' | 'no-domain' | null> {
    const reading = await look(work, job.domain, job.label);
    switch (reading.state) {
      case 'no-domain':
        return 'no-domain';
      case 'not-loaded':
      case 'unknown':
        return null;
      case 'loaded':
        if (isComingDown(reading.service)) return null;
        if (await isLoadedFrom(reading.service, job.path, ports.files)) return 'loaded';
        throw loadedElsewhere(target, reading.service.path);
    }
  }
}

/**
 * 125 of one's own `gui` domain is what a Mac says where nobody is logged in at the screen, as over SSH (facts §3.1, §6,
 * 14), even if `print` shows the domain: a job that was not loaded before waits for the session then, and loses nothing.
 */
function isWithoutSession({ code }: Answer, domain: Domain, refusal: ReconcileError): boolean {
  return code === NO_SESSION && domainKind(domain) === 'gui' && refusal.code === `launchctl/${NO_SESSION}`;
}

export function loadedElsewhere(target: string, path: string | null): Error {
  return refuse(
    'job/loaded-elsewhere',
    `${target} was loaded by somebody else meanwhile, from ${path ?? 'a place that launchd does not tell'}.`,
    'Find out who loads it, then run reconcile plan again.',
  );
}

/** What tells a file from any other state of it; null when there is none. */
export async function identityOf(files: Files, path: string): Promise<FileIdentity | null> {
  const found = await files.identify(path);
  if (found === null) return null;
  const { kind: _, ...identity } = found;
  return identity;
}
