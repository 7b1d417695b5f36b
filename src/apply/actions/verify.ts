import type { CallOutcome } from '../../launchd/codes.ts';
import { DEFAULT_EXIT_TIMEOUT } from '../../launchd/throttle.ts';
import { nameIn } from '../../model/agent.ts';
import type { Domain } from '../../model/domain.ts';
import type { ReconcileError } from '../../model/errors.ts';
import type { FormerService } from '../../model/journal.ts';
import type { Service } from '../../model/service.ts';
import { kickstart as kickstartJob } from '../../sys/client.ts';
import { explainRefusal } from '../diagnose.ts';
import { failureOf, refuse } from '../failure.ts';
import { endedRuns, hasStarted, isComingDown, isLoadedFrom } from '../loaded.ts';
import { look, poll } from '../poll.ts';
import { type ActionOf, type Perform, targetOf, type Work } from '../work.ts';
import { load, loadedElsewhere } from './load.ts';
import { MARGIN_SECONDS } from './unload.ts';

/** How long an accepted job may take until `print` shows it, and shows that it was started. */
export const APPEARS_MS = 10_000;
/** Answers to a kickstart after which `print` decides. */
const MAY_HAVE_STARTED: readonly CallOutcome[] = ['no-answer', 'busy', 'already'];

/**
 * `bootstrap` accepted is not loaded, and loaded is not started: `print` decides. A spawn that is only pended, as at login
 * or in Low Power Mode, is kicked once, plainly, never with `-k` (facts §6, 4 and 8). A job that does not start is said,
 * not refused; one that is loaded from elsewhere, or not at all, is refused.
 */
export const awaitLoaded: Perform<'await-loaded'> = async (action, work) => {
  const { ports, progress } = work;
  const target = targetOf(action);
  const path = progress.loading.get(target)?.path ?? work.change.plist;
  let kicked = false;
  let seen: Service | null = null;
  let doubt = '';
  const found = await poll(work, APPEARS_MS, async (): Promise<'there' | 'no-domain' | null> => {
    const reading = await look(work, action.domain, action.label);
    if (reading.state === 'no-domain') return 'no-domain';
    doubt = reading.state === 'unknown' ? reading.why : '';
    seen = reading.state === 'loaded' ? reading.service : null;
    if (reading.state !== 'loaded' || isComingDown(reading.service)) return null;
    const { service } = reading;
    if (!(await isLoadedFrom(service, path, ports.files))) throw loadedElsewhere(target, service.path);
    if (!action.starts || hasStarted(service)) return 'there';
    if (service.pended !== null && !kicked) {
      kicked = true;
      await kick(action, work, service);
    }
    return null;
  });
  if (found === 'no-domain') {
    progress.absent.add(action.domain);
    return;
  }
  const service = seen as Service | null;
  if (service === null && doubt === '')
    throw refuse(
      'job/not-loaded',
      `launchd accepted ${target}, but does not have it.`,
      `Look: ${work.settings.launchctlCommand} print ${target}; then apply again.`,
    );
  if (service === null) {
    warn(
      work,
      'job/unverified',
      `launchd accepted ${target}, but what it says of it cannot be trusted: ${doubt}`,
    );
    return;
  }
  progress.verified.set(target, {
    domain: action.domain,
    label: action.label,
    pid: service.pid,
    starts: action.starts,
    endedBefore: endedBefore(service, target, work),
    at: ports.clock.now(),
  });
  if (found === null)
    warn(
      work,
      'job/not-started',
      service.pended === null
        ? `${target} is loaded, but launchd has not started it.`
        : `${target} is loaded, but launchd holds its start back (${service.pended}), as it does at login and in Low Power Mode.`,
    );
};

/** What was loaded here has no former runs; what was kicked here and has no process may have ended since. */
function endedBefore(service: Service, target: string, { change, progress }: Work): number | null {
  if (progress.loading.has(target)) return null;
  const isKicked = change.actions.some(
    (action) => action.action === 'kickstart' && targetOf(action) === target,
  );
  return isKicked && service.pid === null ? null : endedRuns(service);
}

/** A refusal is no failure here: the job is loaded, and whether it starts is looked at afterwards. */
async function kick(action: ActionOf<'await-loaded'>, { ports }: Work, service: Service): Promise<void> {
  await kickstartJob(ports.launchctl, action.domain, action.label, {
    ...(service.minimumRuntime === null ? {} : { throttleSeconds: service.minimumRuntime }),
  });
}

/**
 * Starts it. An answer that comes too late is no failure when `print` shows that it was started (facts §6, 10); with
 * `kill`, that its former process has gone. A job that is gone by then is loaded, where the plan says from what.
 */
export const kickstart: Perform<'kickstart'> = async (action, work) => {
  const { ports, progress } = work;
  const target = targetOf(action);
  const former = work.former.services[target];
  const throttle = former?.state === 'loaded' ? former.minimumRuntime : null;
  const answer = await kickstartJob(ports.launchctl, action.domain, action.label, {
    kill: action.kill,
    ...(throttle === null ? {} : { throttleSeconds: throttle }),
  });
  if (answer.outcome === 'already' && !action.kill) return;
  const before = action.kill && former?.state === 'loaded' ? former.pid : null;
  const stays = before !== null && (await staysUp(action, work, before, former));
  if (stays && answer.outcome === 'done')
    throw refuse(
      'job/not-restarted',
      `launchd accepted the restart of ${target}, but its process ${before} goes on.`,
      `Look: ${work.settings.launchctlCommand} print ${target}; then restart it again.`,
    );
  if (answer.outcome !== 'done') {
    const reading = await look(work, action.domain, action.label);
    const started = !stays && reading.state === 'loaded' && hasStarted(reading.service);
    if (!(started && MAY_HAVE_STARTED.includes(answer.outcome))) {
      const refusal = await explainRefusal(work, answer, {
        domain: action.domain,
        label: action.label,
        path: work.change.plist,
      });
      if (reading.state !== 'not-loaded' || action.plist === undefined) throw refusal;
      await loadInstead({ ...action, path: action.plist }, work, refusal);
    }
  }
  progress.changed = true;
};

/** Whether this process is still there, and not being ended either. One that is being ended is waited for. */
async function staysUp(
  { domain, label }: ActionOf<'kickstart'>,
  work: Work,
  pid: number,
  former: FormerService | undefined,
): Promise<boolean> {
  const given = former?.state === 'loaded' ? former.exitTimeout : null;
  const seconds = (given ?? DEFAULT_EXIT_TIMEOUT) + MARGIN_SECONDS;
  const found = await poll(work, seconds * 1000, async () => {
    const reading = await look(work, domain, label);
    if (reading.state !== 'loaded' || reading.service.pid !== pid) return 'gone';
    return isComingDown(reading.service) ? null : 'stays';
  });
  return found !== 'gone';
}

/** The first refusal is kept: if the job cannot be loaded either, both are told. */
async function loadInstead(
  job: { readonly domain: Domain; readonly label: string; readonly path: string },
  work: Work,
  refusal: ReconcileError,
): Promise<void> {
  try {
    if ((await load(work, job, false)) === 'no-domain') work.progress.absent.add(job.domain);
  } catch (error) {
    const second = failureOf(error);
    throw refuse(second.code, `${refusal.message} To load it failed too: ${second.message}`, second.hint);
  }
}

function warn(work: Work, code: string, message: string): void {
  const name = nameIn(work.stack, work.change);
  work.warn({
    code,
    severity: 'warning',
    message,
    file: null,
    line: null,
    column: null,
    hint: `See how it is doing: reconcile status ${name}`,
  });
}
