import type { Domain } from '../../model/domain.ts';
import { bootout as bootoutJob } from '../../sys/client.ts';
import { explainRefusal } from '../diagnose.ts';
import { refuse } from '../failure.ts';
import { isComingDown } from '../loaded.ts';
import { look, poll } from '../poll.ts';
import { type Perform, targetOf, type Work } from '../work.ts';

/** Longer than launchd gives the process: the reaping, and a busy machine. */
export const MARGIN_SECONDS = 10;

/** After any answer `print` decides; 113 is gone (interface §6). Until then the label may stay: `await-gone` polls. */
export const bootout: Perform<'bootout'> = async (action, work) => {
  const { ports, settings, progress } = work;
  const { domain, label } = action;
  const target = targetOf(action);
  progress.out.add(target);
  const answer = await bootoutJob(ports.launchctl, domain, label, { timeoutMs: settings.timeoutMs });
  switch (answer.outcome) {
    case 'done':
    case 'in-progress':
      progress.changed = true;
      return;
    case 'not-loaded':
    case 'no-domain':
      return;
    default: {
      const reading = await look(work, domain, label);
      const stays = reading.state === 'loaded' && !isComingDown(reading.service);
      if (stays || reading.state === 'unknown')
        throw await explainRefusal(work, answer, { domain, label, path: work.change.plist });
      progress.changed = true;
    }
  }
};

export const awaitGone: Perform<'await-gone'> = async (action, work) => {
  const former = work.former.services[targetOf(action)];
  const pids = [action.pid, former?.state === 'loaded' ? former.pid : null];
  await waitUntilGone(
    work,
    action,
    pids.filter((pid) => pid !== null),
    action.exitTimeout,
  );
};

/**
 * Waits until launchd has forgotten the label and the processes have ended (facts §3.5): a bootstrap before that is
 * refused. Throws `job/still-there` when the time that launchd gives it, and 10 s more, are over.
 */
export async function waitUntilGone(
  work: Pick<Work, 'ports' | 'settings' | 'warn'>,
  job: { readonly domain: Domain; readonly label: string },
  pids: readonly number[],
  exitTimeout: number,
): Promise<void> {
  const target = targetOf(job);
  const { processes } = work.ports;
  const seconds = exitTimeout + MARGIN_SECONDS;
  const isGone = async (): Promise<boolean> => {
    const { state } = await look(work, job.domain, job.label);
    return state === 'not-loaded' || state === 'no-domain';
  };
  // The label stays for as long as the process does, so launchd is asked only once that has ended.
  const ended = await poll(work, seconds * 1000, async () =>
    pids.some((pid) => processes.alive(pid)) || !(await isGone()) ? null : 'ended',
  );
  if (ended !== null) return;
  const living = [...new Set(pids)].filter((pid) => processes.alive(pid)).join(', ');
  if (!(await isGone()))
    throw refuse(
      'job/still-there',
      `launchd still has ${target}, ${seconds} seconds after it was told to take it out.`,
      `Its process ${living === '' ? '' : `${living} `}may ignore SIGTERM. Look: ${work.settings.launchctlCommand} print ${target}; end the process, then apply again.`,
    );
  if (living === '') return;
  work.warn({
    code: 'job/process-stays',
    severity: 'warning',
    message: `launchd has taken ${target} out, but its process ${living} is still there after ${seconds} seconds.`,
    file: null,
    line: null,
    column: null,
    hint: `It may hold ports or files that the new one needs: ps -p ${living}`,
  });
}
