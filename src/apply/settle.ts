import { describeExitCode, exitCode } from '../launchd/exit-codes.ts';
import { isBadExit } from '../launchd/last-exit.ts';
import { nameIn } from '../model/agent.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Domain } from '../model/domain.ts';
import type { Change } from '../model/plan.ts';
import type { DomainListing, LastExit, Service } from '../model/service.ts';
import { COULD_NOT_START } from '../plan/finding.ts';
import { printDomain } from '../sys/client.ts';
import { findStartProblem } from './causes/start.ts';
import { endOfLog } from './job-log.ts';
import { endedRuns } from './loaded.ts';
import { look } from './poll.ts';
import type { Verified, Work } from './work.ts';

/** Interface §7: for all jobs together. */
export const SETTLE_MS = 2_000;
/** A process that has lived this long counts as up; most that fail at their start do so sooner. */
const STEADY_MS = 1_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 300;

export interface Watched extends Verified {
  readonly change: Change;
}

/** One that is still watched. */
interface Open extends Watched {
  pid: number | null;
  at: number;
  /** Its last look, while it waits out the throttle after a run that had ended before. */
  waits: Service | null;
}

type Means = Pick<Work, 'ports' | 'settings' | 'stack'>;

/**
 * Watches the jobs that were just loaded for a short time, with one `print` a domain and look, and warns of those that
 * ended badly or wait for their throttle (`job/failing`). Ends as soon as each of them is steady; a job that launchd does
 * not start by itself is not watched.
 */
export async function settle(
  watched: readonly Watched[],
  means: Means,
  settleMs: number,
  signal?: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const { clock } = means.ports;
  const warnings: Diagnostic[] = [];
  const deadline = clock.now() + settleMs;
  let open: Open[] = watched
    .filter(({ starts, pid }) => starts || pid !== null)
    .map((job) => ({ ...job, waits: null }));
  for (
    let pause = FIRST_PAUSE_MS;
    settleMs > 0 && open.length > 0;
    pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)
  ) {
    const listings = await listDomains(open, means);
    const still: Open[] = [];
    for (const job of open) {
      const glance = judgeRow(job, listings.get(job.domain)?.[job.label], clock.now());
      const verdict = glance === 'look closer' ? await lookCloser(job, means) : glance;
      if (verdict === 'open') still.push(job);
      else if (verdict !== 'steady') warnings.push(verdict);
    }
    open = still;
    const left = deadline - clock.now();
    if (open.length === 0 || left <= 0 || signal?.aborted) break;
    await clock.pause(Math.min(pause, left), signal);
  }
  for (const job of open)
    if (job.waits !== null && job.waits.lastExit !== null)
      warnings.push(await failing(job, job.waits, job.waits.lastExit, means));
  return warnings;
}

type Rows = DomainListing['services'];

async function listDomains(
  open: readonly Open[],
  { ports, settings }: Means,
): Promise<ReadonlyMap<Domain, Rows>> {
  const listings = new Map<Domain, Rows>();
  for (const domain of new Set(open.map((job) => job.domain))) {
    const reading = await printDomain(ports.launchctl, domain, { timeoutMs: settings.timeoutMs });
    if (reading.state === 'present') listings.set(domain, reading.listing.services);
  }
  return listings;
}

/** Most jobs need no question of their own: the same process as before, or none and never one. */
function judgeRow(job: Open, row: Rows[string] | undefined, now: number): 'steady' | 'open' | 'look closer' {
  if (row === undefined || row.pid !== job.pid) return 'look closer';
  if (row.pid !== null) return now - job.at >= STEADY_MS ? 'steady' : 'open';
  return row.lastExit === '-' ? 'open' : 'look closer';
}

/** It has ended, or has another process than before. */
async function lookCloser(job: Open, means: Means): Promise<'steady' | 'open' | Diagnostic> {
  const reading = await look(means, job.domain, job.label);
  if (reading.state === 'unknown') return 'open';
  if (reading.state !== 'loaded') return 'steady';
  const { service } = reading;
  const isOld = endedAsBefore(job, service);
  job.waits = isOld && isThrottled(service) ? service : null;
  const ended = isOld ? null : service.lastExit;
  if (ended !== null && (isBadExit(ended) || isThrottled(service)))
    return failing(job, service, ended, means);
  if (service.pid === null) return ended === null ? 'open' : 'steady';
  if (service.pid !== job.pid) {
    job.pid = service.pid;
    job.at = means.ports.clock.now();
  }
  return 'open';
}

/** None of its runs has ended since: what `print` shows as its last exit is of before. */
function endedAsBefore({ endedBefore }: Open, service: Service): boolean {
  const ended = endedRuns(service);
  return endedBefore !== null && ended !== null && ended <= endedBefore;
}

function isThrottled(service: Service): boolean {
  return service.pid === null && service.state === 'spawn scheduled';
}

async function failing(job: Open, service: Service, exit: LastExit, means: Means): Promise<Diagnostic> {
  const name = nameIn(means.stack, job.change);
  const how = job.waits === null ? 'was loaded, but ended at once' : 'is not up again: its last run ended';
  const then = isThrottled(service)
    ? '; launchd waits before it starts it again'
    : service.pid === null
      ? ''
      : '; launchd has started it again';
  const log = await endOfLog(job.change.plist, means.ports.files);
  const cause = await whyNotStarted(job, exit, name, means);
  return {
    code: 'job/failing',
    severity: 'warning',
    message: `${name} ${how} with ${describeExit(exit)}${then}.`,
    file: null,
    line: null,
    column: null,
    hint:
      log === null
        ? `${cause}See how it is doing: reconcile status ${name}`
        : `${cause}The end of ${log.path}:\n${log.lines.map((line) => `  ${line}`).join('\n')}\nMore: reconcile logs ${name}`,
  };
}

/**
 * EX_CONFIG: also what launchd notes when it could not start the program at all, which leaves no output to read. So what
 * it needs is looked at, and what is missing named.
 */
async function whyNotStarted(job: Open, exit: LastExit, name: string, means: Means): Promise<string> {
  const told = 'code' in exit && exit.code === COULD_NOT_START ? exitCode(exit.code) : null;
  if (told === null) return '';
  const { domain, label, change } = job;
  const target = { domain, label, path: change.plist };
  const problem = await findStartProblem(means.ports.files, target, name).catch(() => null);
  return problem === null
    ? `${told.meaning} ${told.next}\n`
    : `The likely cause: ${lowerFirst(problem.cause)}. ${problem.hint}\n`;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function describeExit(exit: LastExit): string {
  if ('code' in exit) return `exit code ${describeExitCode(exit.code)}`;
  return 'signal' in exit ? exit.name : exit.reason;
}
