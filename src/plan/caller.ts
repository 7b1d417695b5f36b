import type { Observed } from '../model/observed.ts';
import type { Action, Blocked, Change, Plan } from '../model/plan.ts';
import { pidOf } from './situation.ts';

/** The process that plans, as far as jobs are concerned. */
export interface Caller {
  /** `XPC_SERVICE_NAME`, by which launchd tells each process of a job whose it is; null: none. */
  readonly service: string | null;
  /** Its pid and those of its ancestors. */
  readonly ancestry: readonly number[];
}

/** The code by which such a change is known. */
export const IS_CALLER = 'job/is-caller';

/** Whether an action would end the processes of a job. */
export function stops(action: Action): action is Extract<Action, { action: 'bootout' | 'kickstart' }> {
  return action.action === 'bootout' || (action.action === 'kickstart' && action.kill);
}

/**
 * The plan as it is for somebody inside a job of it: stopping that job would end this very process half-way and leave the
 * job down (facts §3.2), so its change is blocked, all of it.
 */
export function withoutCaller(plan: Plan, observed: Pick<Observed, 'jobs'>, caller: Caller): Plan {
  const changes = plan.changes.map((change) => {
    const blocked = whyCaller(change, observed, caller);
    return blocked === null ? change : blockChange(change, blocked);
  });
  return { ...plan, changes };
}

/** With nothing left to be done. */
export function blockChange(change: Change, blocked: Blocked): Change {
  return {
    ...change,
    blocked,
    actions: [],
    deferred: null,
    restarts: false,
    starts: false,
    stopTimeout: null,
  };
}

/** Null: this change does not end the process that plans it. */
export function whyCaller(
  change: Change,
  observed: Pick<Observed, 'jobs'>,
  { service, ancestry }: Caller,
): Blocked | null {
  for (const action of change.actions) {
    if (!stops(action)) continue;
    const { label, domain } = action;
    const seen = observed.jobs.find((job) => job.label === label && job.domain === domain);
    const pid = seen === undefined ? null : pidOf(seen.service);
    const isAbove = pid !== null && ancestry.includes(pid);
    if (!isAbove && service !== label) continue;
    return {
      code: IS_CALLER,
      message: `reconcile itself runs inside ${domain}/${label}${isAbove ? ` (process ${pid})` : ''}, so stopping that job would end reconcile half-way.`,
      hint: 'Run it from a terminal or from another job, or add --detach-self: a detached process then does this once this command has ended.',
    };
  }
  return null;
}
