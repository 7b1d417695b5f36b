import type { Unfinished } from '../model/journal.ts';
import type { Change, Plan } from '../model/plan.ts';
import type { Event, Failure, Outcome, Report, Result } from '../model/report.ts';
import { CALL_TIMEOUT_MS } from '../sys/launchctl.ts';
import type { Ports } from '../sys/ports.ts';
import { type CarriedOut, carryOut, type Means } from './carry-out.ts';
import { type AskHealth, awaitHealthy, withoutWait } from './health.ts';
import { runInOrder } from './schedule.ts';
import { SETTLE_MS, settle } from './settle.ts';
import { isMoot, isSettled } from './unfinished.ts';

export interface ApplyOptions {
  /** After a failure nothing new is begun. */
  readonly failFast?: boolean;
  /** Jobs at once; default 4. */
  readonly parallelism?: number;
  /** Of each launchctl call, in milliseconds; default 10 s. */
  readonly timeoutMs?: number;
  /** Ctrl-C: the jobs in hand are finished or rolled back, the others left alone. */
  readonly signal?: AbortSignal;
  /** At most this long, for all jobs together, the new processes are watched; default 2 s, 0: not at all. */
  readonly settleMs?: number;
  /** How a person runs the same again; default `reconcile apply`. */
  readonly again?: string;
  /** How a person calls this launchctl in a shell; default `launchctl`. */
  readonly launchctlCommand?: string;
  /** Asks a job how it is; without it nobody waits for health. */
  readonly askHealth?: AskHealth;
  /** How a person begins a login session by a command; default: at the screen alone. */
  readonly loginCommand?: string;
  /**
   * Carries out the changes, or the parts of them, that another process must do, as root or as the user. `here` does a
   * part in this process. Null: this process does all of the change.
   */
  readonly elsewhere?: (change: Change, here: CarryOut) => Promise<CarriedOut> | null;
}

export type CarryOut = (change: Change) => Promise<CarriedOut>;

const PARALLELISM = 4;

/**
 * Does what a plan says: its actions and nothing else. A job that fails is put back as it was and the others go on; what
 * comes after it is skipped. Throws nothing for a job's sake: all that happened is in the report. Throws ReconcileError
 * `journal/unreadable` (exit 1) before anything is done.
 */
export async function applyPlan(
  plan: Plan,
  ports: Ports,
  emit: (event: Event) => void,
  options: ApplyOptions = {},
): Promise<Report> {
  const { signal, again = 'reconcile apply' } = options;
  const settings = {
    timeoutMs: options.timeoutMs ?? CALL_TIMEOUT_MS,
    launchctlCommand: options.launchctlCommand ?? 'launchctl',
    ...(options.loginCommand === undefined ? {} : { loginCommand: options.loginCommand }),
  };
  let family: Promise<readonly number[]> | null = null;
  const means: Means = {
    ports,
    settings,
    stack: plan.stack,
    emit,
    ancestry: () => {
      family ??= ports.processes.ancestry();
      return family;
    },
  };
  let failed = false;
  const unfinished = new Map(
    (await ports.journal.read()).map((each) => [`${each.domain}/${each.label}`, each]),
  );
  await dropMoot();

  const carriedOut = await runInOrder({
    changes: plan.changes,
    parallelism: Math.max(1, options.parallelism ?? PARALLELISM),
    async run(change, before: readonly CarriedOut[]) {
      const here: CarryOut = (part) => carryOut(part, means, unfinishedOf(part));
      const left =
        whyNot(change, again) ??
        whyStopped() ??
        whyNotAfter(
          before.map(({ result }) => result),
          again,
        );
      const earlier = unfinishedOf(change);
      const { change: doing, wait } = withoutWait(change);
      const carried =
        left === null ? await (options.elsewhere?.(doing, here) ?? here(doing)) : leave(change, ...left);
      const end = wait === null ? carried : await waited(change, wait, carried);
      if (end.result.outcome === 'unchanged' && earlier !== null && (await isSettled(earlier, means)))
        await ports.journal.end(earlier).catch(() => {});
      failed ||= isFailure(end.result.outcome);
      emit({ event: 'change-finished', label: change.label, domain: change.domain, result: end.result });
      return end;
    },
  });

  const watched = carriedOut.flatMap(({ verified }, index) => {
    const change = plan.changes[index];
    return change === undefined ? [] : verified.map((job) => ({ ...job, change }));
  });
  const unsettled = signal?.aborted
    ? []
    : await settle(watched, means, options.settleMs ?? SETTLE_MS, signal);
  return {
    changed: carriedOut.some(({ changed }) => changed),
    results: carriedOut.map(({ result }) => result),
    diagnostics: [...carriedOut.flatMap(({ diagnostics }) => diagnostics), ...unsettled],
    interrupted: signal?.aborted ?? false,
  };

  /** The job is up; those that depend on it come only once it answers, or has had its time. */
  async function waited(
    change: Change,
    wait: Parameters<typeof awaitHealthy>[1],
    end: CarriedOut,
  ): Promise<CarriedOut> {
    if (end.result.outcome !== 'applied' || options.askHealth === undefined) return end;
    emit({ event: 'action-started', label: change.label, domain: change.domain, action: wait.action });
    const told = await awaitHealthy(change, wait, options.askHealth, { ports, settings }, signal);
    return told === null ? end : { ...end, diagnostics: [...end.diagnostics, told] };
  }

  function unfinishedOf({ domain, label }: Change): Unfinished | null {
    return unfinished.get(`${domain}/${label}`) ?? null;
  }

  /** Entries of jobs that no plan will ever speak of again. */
  async function dropMoot(): Promise<void> {
    const planned = new Set(plan.changes.map(({ label, domain }) => `${domain}/${label}`));
    for (const [target, each] of unfinished)
      if (each.stack === plan.stack && !planned.has(target) && (await isMoot(each, { ports, settings })))
        await ports.journal.end(each).catch(() => {});
  }

  function whyStopped(): [Outcome, Failure] | null {
    if (signal?.aborted)
      return skipped('apply/interrupted', 'Not begun: it was interrupted.', `Run ${again} again.`);
    if (failed && options.failFast)
      return skipped(
        'apply/stopped',
        'Not begun: another job failed, and --fail-fast was given.',
        `Put that job right, then run ${again} again.`,
      );
    return null;
  }
}

/** What is settled before any action: nothing to do, blocked, or root's. */
function whyNot(change: Change, again: string): [Outcome, Failure | null] | null {
  if (change.blocked !== null) return ['skipped', change.blocked];
  if (change.deferred === 'needs-root')
    return [
      'deferred',
      {
        code: 'root/needed',
        message: `Only root may change ${change.label}.`,
        hint: `Run the same with sudo: sudo ${again}`,
      },
    ];
  return change.actions.length === 0 && change.deferred === null ? ['unchanged', null] : null;
}

/** What failed before it keeps a change from being begun; what was blocked or put off does not. */
function whyNotAfter(before: readonly Result[], again: string): [Outcome, Failure] | null {
  const cause = before.find(
    ({ outcome, error }) => isFailure(outcome) || error?.code === 'dependency/failed',
  );
  if (cause === undefined) return null;
  return skipped(
    'dependency/failed',
    `Not begun: it comes after ${cause.instance ?? cause.label}, which ${cause.outcome === 'skipped' ? 'was not begun either' : 'failed'}.`,
    `Put ${cause.instance ?? cause.label} right, then run ${again} again.`,
  );
}

function skipped(code: string, message: string, hint: string): [Outcome, Failure] {
  return ['skipped', { code, message, hint }];
}

function leave(change: Change, outcome: Outcome, error: Failure | null): CarriedOut {
  const { instance, label, domain } = change;
  return {
    result: { instance, label, domain, outcome, error },
    changed: false,
    diagnostics: [],
    verified: [],
  };
}

function isFailure(outcome: Outcome): boolean {
  return outcome === 'failed' || outcome === 'rolled-back' || outcome === 'rollback-failed';
}
