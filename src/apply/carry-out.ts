import type { Diagnostic } from '../model/diagnostic.ts';
import type { Unfinished } from '../model/journal.ts';
import type { Action, Change } from '../model/plan.ts';
import type { Event, Failure, Outcome, Result } from '../model/report.ts';
import type { Ports } from '../sys/ports.ts';
import { domainAsked, perform } from './actions/table.ts';
import { noSession, sessionHint } from './causes/launchd.ts';
import { failureOf } from './failure.ts';
import { captureFormer } from './former.ts';
import { checkBeforeStart, checkLabels } from './guard.ts';
import { restoreFormer } from './restore.ts';
import { intentOf, isSettled, joinIntent, takeUp } from './unfinished.ts';
import { noProgress, type Settings, type Verified, type Work } from './work.ts';

export interface CarriedOut {
  readonly result: Result;
  readonly changed: boolean;
  readonly diagnostics: readonly Diagnostic[];
  /** Jobs that were loaded and stay so. */
  readonly verified: readonly Verified[];
  /** Puts back what was before, where the change came to its end: for the other part of a change that two sides share. */
  readonly undo?: (cause: Failure) => Promise<[Outcome, Failure]>;
}

export interface Means {
  readonly ports: Ports;
  readonly settings: Settings;
  /** Whose plan this is. */
  readonly stack: string;
  readonly ancestry: () => Promise<readonly number[]>;
  readonly emit: (event: Event) => void;
}

/**
 * One change, from what it finds to what it leaves: its actions in their order, or, when one of them is refused, the
 * former state. The journal knows of it from before its first effect until files and launchd are whole again. Never
 * throws; a failure of one job is data for the others.
 *
 * @param unfinished what an earlier run left of this job when it was ended
 */
export async function carryOut(
  change: Change,
  means: Means,
  unfinished: Unfinished | null = null,
): Promise<CarriedOut> {
  const { label, domain } = change;
  const diagnostics: Diagnostic[] = [];
  const progress = noProgress();
  let isClosed = false;
  const finish = (
    outcome: Outcome,
    error: Failure | null,
    verified: readonly Verified[] = [],
    undo?: CarriedOut['undo'],
  ): CarriedOut => ({
    ...(undo === undefined ? {} : { undo }),
    result: {
      instance: change.instance,
      label,
      domain,
      outcome,
      error,
      ...(progress.gone.size === 0 ? {} : { gone: [...progress.gone] }),
    },
    changed: progress.changed,
    diagnostics,
    verified,
  });
  means.emit({ event: 'change-started', label, domain });
  let work: Work;
  try {
    checkLabels(change);
    const present = await captureFormer(change.actions, means);
    await checkBeforeStart(change, present, means.ancestry);
    const { ports, settings, stack } = means;
    const former = unfinished === null ? present : await takeUp(unfinished, present, progress, means);
    work = {
      change,
      stack,
      ports,
      settings,
      former,
      progress,
      warn: (diagnostic) => diagnostics.push(diagnostic),
    };
    for (const action of change.actions)
      if ('domain' in action && present.services[`${action.domain}/${action.label}`]?.state === 'no-domain')
        progress.absent.add(action.domain);
    const intent = intentOf(change.actions);
    if (intent !== null)
      await ports.journal.begin({
        stack: means.stack,
        label,
        domain,
        plist: change.plist,
        former,
        intent: joinIntent(intent, progress),
      });
  } catch (error) {
    return finish('failed', failureOf(error));
  }

  const undo = (cause: Failure): Promise<[Outcome, Failure]> => rollBack(work, cause);
  let waits = change.deferred === 'no-domain';
  for (const [index, action] of change.actions.entries()) {
    // The ledger alone may be behind: what is there tells the next run the rest, but that a job is to be held.
    if (change.actions.slice(index).every((each) => isOfLedger(each) && !isHold(each))) await closeJournal();
    const asked = domainAsked(action);
    if (asked !== null && progress.absent.has(asked)) {
      waits ||= !isGoneAnyway(action);
      continue;
    }
    means.emit({ event: 'action-started', label, domain, action: action.action });
    try {
      await perform(action, work);
      waits ||= asked !== null && progress.absent.has(asked) && !isGoneAnyway(action);
    } catch (error) {
      const failure = failureOf(error);
      if (isOfLedger(action)) return finish('failed', failure, [...progress.verified.values()]);
      const [outcome, reason] = await rollBack(work, failure);
      if (outcome !== 'rollback-failed') await closeJournal();
      return finish(outcome, reason);
    }
  }
  await closeJournal();
  if (waits)
    return finish(
      'deferred',
      {
        code: 'domain/absent',
        message: `Not loaded yet: ${noSession(domain)}`,
        hint: sessionHint(means.settings),
      },
      [],
      undo,
    );
  return finish(change.op === 'noop' ? 'unchanged' : 'applied', null, [...progress.verified.values()], undo);

  /** An entry that stays does no harm: the next run takes the job out and in once more. */
  async function closeJournal(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    try {
      const isOver =
        intentOf(change.actions) !== null || (unfinished !== null && (await isSettled(unfinished, means)));
      if (!isOver) return;
      await means.ports.journal.end(change);
      // The job may have lain in another folder then, and its entry in another journal.
      if (unfinished !== null && unfinished.plist !== change.plist) await means.ports.journal.end(unfinished);
    } catch (error) {
      const { code, message, hint } = failureOf(error);
      diagnostics.push({ code, severity: 'warning', message, file: null, line: null, column: null, hint });
    }
  }
}

/** Where there is no domain there is no job: nothing is left to be done for these. */
function isGoneAnyway({ action }: Action): boolean {
  return action === 'bootout' || action === 'await-gone';
}

/** The job is as it should be by then; what the ledger does not know yet, the next apply records. */
function isOfLedger({ action }: Action): boolean {
  return action === 'record' || action === 'forget';
}

function isHold(action: Action): boolean {
  return action.action === 'record' && action.entry.held;
}

async function rollBack(work: Work, cause: Failure): Promise<[Outcome, Failure]> {
  const stuck = await restoreFormer(work);
  if (stuck === null) return [work.progress.changed ? 'rolled-back' : 'failed', cause];
  const why = stuck.message === cause.message ? ', for the same reason.' : `: ${stuck.message}`;
  const end = stuck.down ? 'The job is down.' : 'Look at what is there before you go on.';
  return [
    'rollback-failed',
    {
      code: cause.code,
      message: `${cause.message} The former state could not be put back${why} ${end}`,
      hint: stuck.down ? `Bring it back with: ${stuck.command}` : stuck.command,
    },
  ];
}
