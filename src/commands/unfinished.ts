import { isComingDown } from '../apply/loaded.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Job } from '../model/job.ts';
import type { Unfinished } from '../model/journal.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { Observed, ObservedService } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';

/**
 * Labels of declared jobs that a run was about to take out of launchd and load anew when it was ended, and that launchd
 * still has. It may have the former definition, which `print` does not always tell from the new one, and may even be
 * taking it out just now: they are taken out and loaded once more.
 */
export function halfReloaded(
  jobs: readonly Job[],
  observed: Observed,
  unfinished: readonly Unfinished[],
): readonly string[] {
  const half = new Set(unfinished.flatMap(({ intent }) => intent.out));
  const loaded = new Set(
    observed.jobs
      .filter(({ service }) => service.state === 'loaded')
      .map(({ domain, label }) => `${domain}/${label}`),
  );
  return jobs
    .map(({ domain, label }) => ({ label, target: `${domain}/${label}` }))
    .filter(({ target }) => half.has(target) && loaded.has(target))
    .map(({ label }) => label);
}

/**
 * With what runs that were ended left half done, and what they had disabled and not recorded: else that would pass for the
 * work of somebody else. A job that they had taken out to hold it is held: it is not taken up again because of a kill.
 */
export function withUnfinished(observed: Observed, unfinished: readonly Unfinished[]): Observed {
  const disabledUnrecorded = unfinished.flatMap(({ former, intent }) =>
    intent.overrides.filter((target) => former.disabled[target] === false),
  );
  const holds = new Map(unfinished.flatMap(({ intent }) => Object.entries(intent.holds ?? {})));
  const isOut = ({ domain, label }: LedgerEntry): boolean =>
    observed.jobs.some((job) => job.domain === domain && job.label === label && isOnItsWayOut(job.service));
  const entries = observed.ledger.entries.map((entry) => {
    const gaveUp = holds.get(`${entry.domain}/${entry.label}`);
    if (gaveUp === undefined || entry.held || !isOut(entry)) return entry;
    return { ...entry, held: true, ...(gaveUp === null ? {} : { gaveUp }) };
  });
  const ledger = { ...observed.ledger, entries };
  return { ...observed, ledger, disabledUnrecorded, unfinished };
}

function isOnItsWayOut(service: ObservedService): boolean {
  if (service.state !== 'loaded') return service.state === 'not-loaded';
  return isComingDown(service.service);
}

/** One warning a job of this plan that a run was at when it was ended. */
export function sayUnfinished(plan: Plan, unfinished: readonly Unfinished[]): readonly Diagnostic[] {
  const targets = new Set(unfinished.map(({ domain, label }) => `${domain}/${label}`));
  return plan.changes
    .filter(({ domain, label }) => targets.has(`${domain}/${label}`))
    .map(({ instance, label, actions, blocked }) => ({
      code: 'apply/unfinished',
      severity: 'warning',
      message: `An earlier run of reconcile left its work on ${instance ?? label} half done: it was ended, or could not put it back.`,
      file: null,
      line: null,
      column: null,
      hint:
        blocked === null && actions.length > 0
          ? 'What is planned for it here puts that right: `reconcile apply`.'
          : 'The job may be half changed: look at `reconcile status`, then run `reconcile apply`.',
    }));
}
