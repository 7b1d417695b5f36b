import { posix } from 'node:path';
import { isSystemWide } from '../launchd/domains.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Places } from '../model/domain.ts';
import type { Job } from '../model/job.ts';
import type { Leftover, LeftoverFinding } from '../model/leftover.ts';
import type { Observed, ObservedService } from '../model/observed.ts';
import type { Action, Change, Plan } from '../model/plan.ts';
import { listensAt } from './leftover.ts';
import { holderWords } from './leftover-words.ts';
import { createLookup } from './lookup.ts';
import { pidOf } from './situation.ts';
import { awaitHealthy } from './starting.ts';
import { shouldRun } from './verdict.ts';
import { warnAbout } from './warn.ts';

/** By `domain/label`: what was found of each path that a job declares as stale. */
export type LeftoverFindings = ReadonlyMap<string, readonly LeftoverFinding[]>;

/** Where root removes nothing: docs/design/privilege.md. */
export interface LeftoverRules {
  readonly places: Pick<Places, 'daemons' | 'globalAgents' | 'systemNeedsRoot'>;
  /** Of the user whose jobs are meant. */
  readonly home: string;
  /** `--end-leftovers`: processes of a former run are ended. */
  readonly endProcesses: boolean;
}

/** Something of a dead run may be in its way. */
export function hasLeftovers({ stale, healthcheck }: Job): boolean {
  const listens = healthcheck?.probes.some(
    (probe) => probe.kind === 'unix_socket' || listensAt(probe) !== null,
  );
  return stale !== undefined || listens === true;
}

/** The jobs of a plan whose leftovers matter now: those that it starts, and those that fall over again and again. */
export function jobsWithLeftovers(
  jobs: readonly Job[],
  observed: Observed,
  plan: Pick<Plan, 'changes'>,
): readonly Job[] {
  const lookup = createLookup(observed);
  const changes = new Map(plan.changes.map((change) => [targetOf(change), change]));
  return jobs.filter((job) => {
    const change = changes.get(targetOf(job));
    if (!hasLeftovers(job) || change === undefined) return false;
    return startOf(change) !== -1 || isStuck(change, job, lookup.serviceOf(job.label, job.domain));
  });
}

/**
 * The plan with what has to go before each start. A job that is as declared but falls over, and has a leftover that is
 * provably nobody's, is mended: reason `leftover`. What is there and cannot be proved is told and stays.
 */
export function planLeftovers(
  plan: Plan,
  jobs: readonly Job[],
  observed: Observed,
  findings: LeftoverFindings,
  rules: LeftoverRules,
): Plan {
  if (findings.size === 0) return plan;
  const lookup = createLookup(observed);
  const byTarget = new Map(jobs.map((job) => [targetOf(job), job]));
  const told: Diagnostic[] = [];
  const changes = plan.changes.map((change) => {
    const job = byTarget.get(targetOf(change));
    const found = findings.get(targetOf(change));
    if (job === undefined || found === undefined) return change;
    const service = lookup.serviceOf(job.label, job.domain);
    const mayRemove = ({ leftover, state }: LeftoverFinding): boolean =>
      isUsers(leftover, job, rules) && (state !== 'survivor' || rules.endProcesses);
    const planned = withLeftovers(change, job, service, found.filter(mayRemove));
    if (!startsOver(change, service)) told.push(...tellOthers(job, found, mayRemove));
    return planned;
  });
  return { ...plan, changes, diagnostics: [...plan.diagnostics, ...told] };
}

/** One change with what has to go before the job starts. */
function withLeftovers(
  change: Change,
  job: Job,
  service: ObservedService,
  found: readonly LeftoverFinding[],
): Change {
  const at = startOf(change);
  if (startsOver(change, service)) {
    // Between its kill and its start launchd lets nobody in.
    const isTakenOut = change.actions.some(({ action }) => action === 'bootout');
    if (at === -1 || !isTakenOut) return change;
    const left = found.filter(({ leftover, state }) => leftover.kind !== 'process' && state !== 'absent');
    return insert(
      change,
      at,
      left.map((each) => removal(job, each, 'goes before the start, if the old process leaves it behind')),
    );
  }
  const removals = removalsOf(job, found);
  if (removals.length === 0) return change;
  if (at !== -1) return insert(change, at, removals);
  return isStuck(change, job, service) ? mend(change, job, service, removals) : change;
}

/** launchd is at it again in a moment, or has given up and is told to start it: with `-k` it would be killed if it was up. */
function mend(change: Change, job: Job, service: ObservedService, removals: readonly Action[]): Change {
  const { label, domain } = job;
  const waits = service.state === 'loaded' && service.service.state === 'spawn scheduled';
  return {
    ...change,
    op: 'update',
    reasons: [...change.reasons, 'leftover'],
    starts: true,
    actions: [
      ...removals,
      ...(waits ? [] : [{ action: 'kickstart', domain, label, kill: false } as const]),
      { action: 'await-loaded', domain, label, starts: true },
      ...awaitHealthy(job),
    ],
  };
}

/** Processes first: with them goes what they hold, or it is left behind and removed then. */
function removalsOf(job: Job, found: readonly LeftoverFinding[]): readonly Action[] {
  const survivors = found.filter(({ state }) => state === 'survivor');
  const held = new Set(survivors.map(({ leftover }) => ('holds' in leftover ? leftover.holds : '')));
  const files = found.filter(
    ({ leftover, state }) =>
      'path' in leftover && (state === 'dead' || (state === 'in-use' && held.has(leftover.path))),
  );
  return [
    ...survivors.map((each) => {
      const holds = 'holds' in each.leftover ? each.leftover.holds : '';
      return removal(
        job,
        each,
        `it is of a former run (${each.command ?? ''}) and holds ${holds}, so it is ended before the start`,
      );
    }),
    ...files.map((each) => {
      const why = each.state === 'dead' ? each.why : 'that process leaves it behind';
      return removal(job, each, `${why}, so it is removed before the start`);
    }),
  ];
}

function removal({ label, domain }: Job, { leftover }: LeftoverFinding, said: string): Action {
  return { action: 'remove-leftover', domain, label, leftover, said };
}

function insert(change: Change, at: number, actions: readonly Action[]): Change {
  return { ...change, actions: [...change.actions.slice(0, at), ...actions, ...change.actions.slice(at)] };
}

/** Where launchd is first told to start the job; -1: it is not. */
function startOf({ actions }: Change): number {
  return actions.findIndex(({ action }) => action === 'bootstrap' || action === 'kickstart');
}

/** It has a process now, which holds what it holds. */
function startsOver(change: Change, service: ObservedService): boolean {
  return change.restarts || pidOf(service) !== null;
}

/** Jobs that are down where their policy wants them up: for them `status` looks for what is in the way. */
export function stuckJobs(jobs: readonly Job[], observed: Observed): readonly Job[] {
  const lookup = createLookup(observed);
  return jobs.filter((job) => {
    const service = lookup.serviceOf(job.label, job.domain);
    return service.state === 'loaded' && shouldRun(service.service, job.plist);
  });
}

/** The sockets that its health check connects to are its own, too, whether they are declared as stale or not. */
export function withAskedSockets(job: Job): Job {
  const { sockets, pidFiles } = job.stale ?? { sockets: [], pidFiles: [] };
  const asked = (job.healthcheck?.probes ?? []).flatMap((probe) =>
    probe.kind === 'unix_socket' ? [probe.path] : [],
  );
  return { ...job, stale: { sockets: [...new Set([...sockets, ...asked])], pidFiles } };
}

/** Nothing is to be changed about it, and yet it is down where its policy wants it up. */
function isStuck(change: Change, job: Job, service: ObservedService): boolean {
  if (change.op !== 'noop' || change.blocked !== null || change.deferred !== null) return false;
  if (change.reasons.length > 0 || job.excluded || job.managedByOther) return false;
  return service.state === 'loaded' && shouldRun(service.service, job.plist);
}

/** Root removes no file but a plist, wherever it is asked to; what lies in a home is its user's to remove. */
function isUsers(leftover: Leftover, job: Job, { places, home }: LeftoverRules): boolean {
  if (!places.systemNeedsRoot || !isSystemWide(job, places)) return true;
  return 'path' in leftover && leftover.path.startsWith(`${home}/`);
}

function tellOthers(
  job: Job,
  found: readonly LeftoverFinding[],
  mayRemove: (finding: LeftoverFinding) => boolean,
): readonly Diagnostic[] {
  return found.flatMap((finding) => {
    const { leftover, state, why } = finding;
    if (leftover.kind === 'process')
      return state === 'survivor' && mayRemove(finding) ? [] : [warnAbout(job, holderWords(job, finding))];
    if (state === 'absent') return [];
    const { path } = leftover;
    if (state !== 'dead')
      return [
        warnAbout(job, {
          code: 'leftover/kept',
          message: `${path} is there before ${job.instance} starts, and stays: ${why}.`,
          hint: `See whose it is: ls -l '${path}'. If nobody needs it, remove it.`,
        }),
      ];
    if (mayRemove(finding)) return [];
    return [
      warnAbout(job, {
        code: 'leftover/roots',
        message: `${path} is in the way of ${job.instance} (${why}), and root removes no files but plists.`,
        hint: `Remove it yourself: sudo rm '${path}'`,
      }),
    ];
  });
}

function targetOf({ domain, label }: Pick<Job, 'domain' | 'label'>): string {
  return posix.join(domain, label);
}
