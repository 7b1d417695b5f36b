import { parseTarget } from '../launchd/domains.ts';
import { DEFAULT_EXIT_TIMEOUT } from '../launchd/throttle.ts';
import type { Domain } from '../model/domain.ts';
import { quoteForShell } from '../model/shell.ts';
import { bootout, disable, enable, printDisabled } from '../sys/client.ts';
import { load, loadedElsewhere } from './actions/load.ts';
import { waitUntilGone } from './actions/unload.ts';
import { APPEARS_MS } from './actions/verify.ts';
import { failureOf, refuse, refusedBy } from './failure.ts';
import { lookAtFile } from './former.ts';
import { isComingDown, isLoadedFrom } from './loaded.ts';
import { look, poll } from './poll.ts';
import { targetOf, type Work } from './work.ts';

/** What a roll-back could not do, and the command that brings the job back. */
export interface Stuck {
  readonly message: string;
  readonly command: string;
  /** A job that ran or waited before is not loaded now. */
  readonly down: boolean;
}

interface Target {
  readonly domain: Domain;
  readonly label: string;
}

/**
 * Puts back what was before this change: bytes and mode of its files, what was loaded, what was enabled. It looks first
 * and changes only what differs, so it may be repeated. In this order, since launchd reads the file when it loads and
 * loads nothing that is disabled: the new job out, the files, enable, the former job in, disable.
 * Null: all is as it was.
 */
export async function restoreFormer(work: Work): Promise<Stuck | null> {
  const { former, progress } = work;
  const loading = [...progress.loading].map(([target, { path }]) => ({ ...parse(target), path }));
  const toLoad = [...progress.out].flatMap((target) => {
    const service = former.services[target];
    return service?.state === 'loaded' ? [{ ...parse(target), path: service.path, pid: service.pid }] : [];
  });
  const paths = new Set([...progress.files.keys(), ...progress.modes]);
  // launchd cannot give back a definition whose file was gone before: the new file is all that can be loaded.
  const kept = new Set(
    toLoad.map(({ path }) => path).filter((path) => path !== null && former.files[path] === null),
  );
  try {
    for (const job of loading) await takeOut(work, job);
    for (const path of paths) if (!kept.has(path)) await restoreFile(work, path);
    for (const target of progress.overrides)
      if (former.disabled[target] === false) await restoreOverride(work, parse(target), false);
    for (const job of toLoad) await loadAgain(work, job);
    for (const target of progress.overrides)
      if (former.disabled[target] === true) await restoreOverride(work, parse(target), true);
    return null;
  } catch (error) {
    return stuck(work, error, toLoad);
  }
}

/** Only what this change loaded: what somebody else has loaded under the same label stays. */
async function takeOut(work: Work, job: Target & { readonly path: string }): Promise<void> {
  const reading = await look(work, job.domain, job.label);
  if (reading.state === 'unknown')
    throw refuse(
      'launchctl/unreadable',
      `It cannot be told whether ${targetOf(job)} is loaded: ${reading.why}`,
      '',
    );
  if (reading.state !== 'loaded') return;
  const { service } = reading;
  if (!(await isLoadedFrom(service, job.path, work.ports.files)))
    throw loadedElsewhere(targetOf(job), service.path);
  if (!isComingDown(service)) {
    const { timeoutMs } = work.settings;
    await bootout(work.ports.launchctl, job.domain, job.label, { timeoutMs });
  }
  const pids = service.pid === null ? [] : [service.pid];
  await waitUntilGone(work, job, pids, service.exitTimeout ?? DEFAULT_EXIT_TIMEOUT);
}

async function restoreFile(work: Work, path: string): Promise<void> {
  const { files } = work.ports;
  const before = work.former.files[path] ?? null;
  const left = work.progress.files.get(path);
  const now = await lookAtFile(files, path);
  if (left !== undefined && (now?.hash ?? null) !== left && (now?.hash ?? null) !== (before?.hash ?? null))
    throw refuse(
      'plist/changed-since-plan',
      `${path} was changed by somebody else meanwhile and was left so.`,
      '',
    );
  if (before === null) {
    if (now !== null) await files.remove(path);
  } else if (now?.hash !== before.hash) {
    await files.write(path, Buffer.from(before.base64, 'base64'), before.mode);
  } else if (now.mode !== before.mode) {
    await files.setMode(path, before.mode);
  }
}

async function restoreOverride(work: Work, job: Target, disabled: boolean): Promise<void> {
  const { launchctl } = work.ports;
  const { timeoutMs } = work.settings;
  const reading = await printDisabled(launchctl, job.domain, { timeoutMs });
  if (reading.state === 'present' && (reading.disabled[job.label] ?? false) === disabled) return;
  const answer = await (disabled ? disable : enable)(launchctl, job.domain, job.label, { timeoutMs });
  if (answer.outcome !== 'done') throw refusedBy(answer, targetOf(job), work.settings);
}

/** A job that a refused bootout left alone is not touched; one that is on its way out is waited for. */
async function loadAgain(
  work: Work,
  job: Target & { readonly path: string | null; readonly pid: number | null },
): Promise<void> {
  const { path } = job;
  const reading = await look(work, job.domain, job.label);
  if (reading.state === 'loaded') {
    if (!isComingDown(reading.service)) return;
    await waitUntilGone(work, job, job.pid === null ? [] : [job.pid], 0);
  }
  if (path === null)
    throw refuse('job/no-path', `launchd did not tell from which file ${targetOf(job)} was loaded.`, '');
  if ((await load(work, { ...job, path }, true)) === 'no-domain')
    throw refuse('domain/absent', `The domain ${job.domain} is not there any more.`, '');
  await demandLoaded(work, { ...job, path });
}

/** Accepted is not loaded: `print` decides here, too. An answer that cannot be read is no proof that the job is down. */
async function demandLoaded(work: Work, job: Target & { readonly path: string }): Promise<void> {
  const found = await poll(work, APPEARS_MS, async () => {
    const reading = await look(work, job.domain, job.label);
    if (reading.state === 'unknown') return 'unread';
    if (reading.state !== 'loaded' || isComingDown(reading.service)) return null;
    if (await isLoadedFrom(reading.service, job.path, work.ports.files)) return 'there';
    throw loadedElsewhere(targetOf(job), reading.service.path);
  });
  if (found === null)
    throw refuse('job/not-loaded', `launchd accepted ${targetOf(job)} again, but does not have it.`, '');
}

async function stuck(
  work: Work,
  error: unknown,
  formerJobs: readonly (Target & { readonly path: string | null })[],
): Promise<Stuck> {
  const { message, hint } = failureOf(error);
  const { launchctlCommand } = work.settings;
  for (const job of formerJobs) {
    const state = await look(work, job.domain, job.label).then(
      (reading) => reading.state,
      () => 'unknown',
    );
    if (state === 'loaded') continue;
    const path = job.path ?? work.change.plist;
    const fileIsBack =
      (work.former.files[path] ?? null) === null || !(error instanceof Error && 'syscall' in error);
    return {
      message,
      down: true,
      command: fileIsBack
        ? `${launchctlCommand} bootstrap ${job.domain} ${quoteForShell(path)}`
        : 'reconcile apply',
    };
  }
  return { message, down: false, command: hint === '' ? 'reconcile plan' : hint };
}

function parse(target: string): Target {
  const parsed = parseTarget(target);
  if (parsed === null) throw new RangeError(`not a service target: ${target}`);
  return parsed;
}
