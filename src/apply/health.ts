import type { Diagnostic } from '../model/diagnostic.ts';
import type { Domain } from '../model/domain.ts';
import type { Healthcheck, ProbeOutcome } from '../model/health.ts';
import type { Action, Change } from '../model/plan.ts';
import { timeToBecomeHealthy } from '../plan/health.ts';
import { endOfLog } from './job-log.ts';
import { isComingDown } from './loaded.ts';
import { look } from './poll.ts';
import type { Work } from './work.ts';

/** Asks a running job all that its health check names. Never throws. */
export type AskHealth = (check: Healthcheck, domain: Domain, signal?: AbortSignal) => Promise<ProbeOutcome>;

/** A probe that has hardly any time left is given this much all the same, so that its answer means something. Seconds. */
const LEAST_PROBE = 1;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

type AwaitHealthy = Extract<Action, { action: 'await-healthy' }>;

/** A change without its last wait, which is the caller's, and that wait. */
export function withoutWait(change: Change): { readonly change: Change; readonly wait: AwaitHealthy | null } {
  const wait = change.actions.find((action) => action.action === 'await-healthy') ?? null;
  if (wait === null) return { change, wait };
  return { change: { ...change, actions: change.actions.filter((action) => action !== wait) }, wait };
}

/**
 * Waits until a job that was just started answers, for as long as its start period and its retries take, and no longer than
 * `--timeout`. Null: it is healthy, or it has no process, which is told elsewhere (`job/failing`). The job stays as it is:
 * what launchd accepted is applied (interface §7).
 */
export async function awaitHealthy(
  change: Change,
  { domain, label, healthcheck }: AwaitHealthy,
  ask: AskHealth,
  means: Pick<Work, 'ports' | 'settings'>,
  signal?: AbortSignal,
): Promise<Diagnostic | null> {
  const { clock } = means.ports;
  const needed = timeToBecomeHealthy(healthcheck) * 1_000;
  const given = Math.min(needed, means.settings.timeoutMs);
  const deadline = clock.now() + given;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    const reason = await whyNot();
    if (reason === null || signal?.aborted) return null;
    const left = deadline - clock.now();
    if (left <= 0) return reason === NO_PROCESS ? null : unhealthy(change, reason, { needed, given }, means);
    await clock.pause(Math.min(pause, left), signal);
  }

  /** Null: nothing is left to wait for. */
  async function whyNot(): Promise<string | null> {
    const reading = await look(means, domain, label);
    if (reading.state === 'unknown') return `what launchd says of it cannot be trusted: ${reading.why}`;
    if (reading.state !== 'loaded') return null;
    const { pid, state, pended, lastExit } = reading.service;
    if (pid !== null && !isComingDown(reading.service)) {
      const left = Math.max(LEAST_PROBE, (deadline - clock.now()) / 1_000);
      const timeout = Math.min(healthcheck.timeout, left);
      const outcome = await ask({ ...healthcheck, timeout }, domain, signal);
      return outcome.outcome === 'passed' ? null : outcome.reason;
    }
    // Nothing starts it again by itself, or launchd holds it back.
    const isOver = pended !== null || (lastExit !== null && state !== 'spawn scheduled');
    return pid === null && isOver ? null : NO_PROCESS;
  }
}

const NO_PROCESS = 'it has no process';

/** Who waits no longer than `given` has not seen it fail: it may take all that is `needed`. */
async function unhealthy(
  change: Change,
  reason: string,
  { needed, given }: { readonly needed: number; readonly given: number },
  { ports }: Pick<Work, 'ports'>,
): Promise<Diagnostic> {
  const name = change.instance ?? change.label;
  const log = await endOfLog(change.plist, ports.files);
  const end =
    log === null ? '' : `The end of ${log.path}:\n${log.lines.map((line) => `  ${line}`).join('\n')}\n`;
  const still =
    given < needed
      ? `It may take ${seconds(needed)} from its start, so it may still come up; --timeout waits longer. `
      : '';
  return {
    code: 'job/unhealthy',
    severity: 'warning',
    message: `${name} runs, but was not healthy within ${seconds(given)}: ${reason}.`,
    file: null,
    line: null,
    column: null,
    hint: `${end}${still}See how it is doing: reconcile status ${name}`,
  };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
