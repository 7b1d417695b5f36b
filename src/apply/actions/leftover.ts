import { nameIn } from '../../model/agent.ts';
import { isSameFile } from '../../model/ledger.ts';
import { type Leftover, type LeftoverFinding, leftoverName } from '../../model/leftover.ts';
import { judgeHolder, judgeLeftover } from '../../plan/leftover.ts';
import { lookAtLeftover } from '../../sys/leftovers.ts';
import { lookAtProcess } from '../../sys/process-look.ts';
import { signalProcess } from '../../sys/processes.ts';
import { isComingDown } from '../loaded.ts';
import { look, poll } from '../poll.ts';
import { type ActionOf, type Perform, targetOf, type Work } from '../work.ts';

/** A job that falls over at its start has a process for a moment; so long it is waited for. */
const FALLS_OVER_MS = 3_000;

/**
 * Removes what a dead run left behind, or leaves it and says why. All is looked at again, and in this order: who answers,
 * whether the job has a process, and whether the file is still the one that was looked at.
 */
export const removeLeftover: Perform<'remove-leftover'> = async (action, work) => {
  const { leftover, label } = action;
  if (leftover.kind === 'process') {
    await endSurvivor({ ...action, leftover }, work);
    return;
  }
  const { files } = work.ports;
  const { path } = leftover;
  const before = await files.identify(path);
  if (before === null) return;
  const finding = judgeLeftover(leftover, await lookAtLeftover(leftover), label);
  if (finding.state === 'absent') return;
  const why = whyKept(finding) ?? (await whyNotNow(action, work));
  if (why !== null) {
    left(path, why, work);
    return;
  }
  const now = await files.identify(path);
  if (now === null) return;
  if (now.kind !== before.kind || !isSameFile(now, before)) {
    left(path, 'it was made anew meanwhile', work);
    return;
  }
  await files.remove(path);
  work.progress.changed = true;
  work.progress.gone.add(leftoverName(leftover));
};

type OfProcess = Extract<Leftover, { kind: 'process' }>;

/** From SIGTERM to SIGKILL, and until it must be gone after that. */
const GRACE_MS = 10_000;
const GONE_MS = 5_000;

/**
 * Ends a process of a former run: TERM, then KILL. Before each it must still be the one that was found, and provably of
 * this job: by its environment, while the job itself has no process. Never one that we run in.
 */
async function endSurvivor(
  action: ActionOf<'remove-leftover'> & { readonly leftover: OfProcess },
  work: Work,
): Promise<void> {
  const { leftover, label } = action;
  const { pid, start, holds } = leftover;
  const name = leftoverName(leftover);
  const isIt = async (): Promise<boolean> => {
    const found = await lookAtProcess(pid);
    return (
      typeof found !== 'string' &&
      found.start === start &&
      judgeHolder(found, label, holds, null).state === 'survivor'
    );
  };
  const { processes } = work.ports;
  if (!processes.alive(pid)) return;
  const why =
    (await whyNotNow(action, work)) ??
    ((await processes.ancestry()).includes(pid) ? 'reconcile itself runs inside it' : null) ??
    ((await isIt()) ? null : 'it cannot be told to be of this job any more');
  if (why !== null) {
    left(name, why, work);
    return;
  }
  for (const [signal, time] of [
    ['SIGTERM', GRACE_MS],
    ['SIGKILL', GONE_MS],
  ] as const) {
    if (!(await isIt())) break;
    if (!signalProcess(pid, signal)) break;
    work.progress.changed = true;
    const gone = await poll(work, time, async () => (processes.alive(pid) && (await isIt()) ? null : 'gone'));
    if (gone !== null) {
      work.progress.gone.add(name);
      return;
    }
  }
  if (processes.alive(pid) && (await isIt())) left(name, 'it does not end, or not for us', work);
}

function whyKept({ state, why }: LeftoverFinding): string | null {
  return state === 'dead' ? null : why;
}

/** Null: the job has no process. */
async function whyNotNow(job: Parameters<Perform<'remove-leftover'>>[0], work: Work): Promise<string | null> {
  let why = '';
  const isDown = await poll(work, FALLS_OVER_MS, async () => {
    const reading = await look(work, job.domain, job.label);
    if (reading.state === 'not-loaded' || reading.state === 'no-domain') return 'down';
    if (reading.state === 'unknown') {
      why = `what launchd says of ${targetOf(job)} cannot be trusted`;
      return null;
    }
    const { pid } = reading.service;
    why = `the job has a process (${pid})`;
    return pid === null && !isComingDown(reading.service) ? 'down' : null;
  });
  return isDown === null ? why : null;
}

function left(path: string, why: string, work: Work): void {
  const name = nameIn(work.stack, work.change);
  work.warn({
    code: 'leftover/left',
    severity: 'warning',
    message: `${path} is not removed for ${name}: ${why}.`,
    file: null,
    line: null,
    column: null,
    hint: `See how it is doing: reconcile status ${name}`,
  });
}
