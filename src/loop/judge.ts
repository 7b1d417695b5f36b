import type { LedgerEntry } from '../model/ledger.ts';
import type { LeaveReason } from '../model/loop.ts';
import type { Observed } from '../model/observed.ts';
import type { Change, Plan } from '../model/plan.ts';
import { mustWait } from './back-off.ts';
import { isContest, outsideKeys, ownWork } from './contest.ts';
import { type LoopState, memoryOf } from './state.ts';

/** What the loop makes of one change that `apply` would make, or refuse. */
export type Judgement =
  | {
      readonly do: 'mend';
      readonly change: Change;
      /** What had come to differ from outside. */
      readonly keys: readonly string[];
      /** A run of ours was ended in the middle of this. */
      readonly isUnfinished: boolean;
    }
  /** For good, and told once. */
  | {
      readonly do: 'leave';
      readonly change: Change;
      readonly why: LeaveReason;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    }
  /** It has just come back once too often. */
  | { readonly do: 'contest'; readonly change: Change; readonly keys: readonly string[] }
  /** Nothing to say: not yet, or said before. */
  | { readonly do: 'wait'; readonly change: Change };

export interface JudgeOptions {
  /** Jobs that the file declares, excluded ones included. */
  readonly declared: number;
  readonly now: number;
}

/**
 * Which of the changes of a plan the loop makes by itself. It never enables what a person disabled, deletes nothing when no
 * job is declared, waits after failures, and does not fight: interface §2 (`watch`), docs/design/loop.md.
 */
export function judgeChanges(
  plan: Plan,
  observed: Observed,
  state: LoopState,
  options: JudgeOptions,
): readonly Judgement[] {
  return plan.changes
    .filter(
      ({ op, blocked, actions, waitsFor }) =>
        blocked !== null || op !== 'noop' || actions.length > 0 || waitsFor !== undefined,
    )
    .map((change) => judge(change, plan.stack, observed, state, options));
}

function judge(
  change: Change,
  stack: string,
  observed: Observed,
  state: LoopState,
  { declared, now }: JudgeOptions,
): Judgement {
  const { blocked, label, deferred } = change;
  const name = change.instance ?? label;
  const leave = (why: LeaveReason, code: string, message: string, hint: string): Judgement => ({
    do: 'leave',
    change,
    why,
    code,
    message,
    hint,
  });
  if (blocked !== null) return leave('blocked', blocked.code, blocked.message, blocked.hint);
  if (deferred === 'needs-root')
    return leave('needs-root', 'root/needed', `Only root may change ${label}.`, 'Run: sudo reconcile apply');
  if (change.actions.length === 0 && change.waitsFor !== undefined)
    return leave(
      'waits-for-file',
      'trigger/waits',
      `${name} runs on as it is, and is restarted for no changed file: ${change.waitsFor.join(', ')}, which it reads at its start, is not there, cannot be read, or is wrong.`,
      `See what is wrong with it: reconcile plan --target ${name}`,
    );
  // It waits for a login session, and that is all.
  if (change.actions.length === 0) return { do: 'wait', change };
  if (change.op === 'delete' && declared === 0)
    return leave(
      'empty-file',
      'watch/nothing-declared',
      `${label} is not deleted: the file declares no job at all, which may be a slip.`,
      'If you mean it, run: reconcile apply',
    );
  if (enablesForeign(change, observed))
    return leave(
      'disabled',
      'job/disabled',
      `${label} was disabled outside of reconcile; the loop does not undo what a person did.`,
      `To enable it as the file says, run: reconcile apply --target ${name}`,
    );
  if (isHalfWritten(change, observed, now)) return { do: 'wait', change };
  const memory = memoryOf(state, change);
  if (memory.contested !== null) return { do: 'wait', change };
  const own = ownWork(change, observed);
  const keys = outsideKeys(change, entryOf(change, stack, observed), own);
  if (isContest(memory.corrections, keys, now)) return { do: 'contest', change, keys };
  if (mustWait(memory.failures, change, now)) return { do: 'wait', change };
  return { do: 'mend', change, keys, isUnfinished: own !== null };
}

/** Programs that write a plist in place leave half of it there for a moment. */
const WRITING_MS = 1_000;

function isHalfWritten({ plist }: Change, { plists }: Observed, now: number): boolean {
  const found = plists.find(({ path }) => path === plist);
  if (found === undefined || found.plist !== null) return false;
  // Written later than now: the clock was set back since.
  return Math.abs(now - Number(BigInt(found.identity.ctimeNs || '0') / 1_000_000n)) < WRITING_MS;
}

/** Our entry of the job, whatever domain it was in. */
export function entryOf(
  { label, domain }: Pick<Change, 'label' | 'domain'>,
  stack: string,
  { ledger }: Observed,
): LedgerEntry | null {
  const own = ledger.entries.filter((entry) => entry.label === label && entry.stack === stack);
  return own.find((entry) => entry.domain === domain) ?? own[0] ?? null;
}

/** An override that somebody else set would be undone. */
function enablesForeign(change: Change, { ledger, jobs, disabledUnrecorded = [] }: Observed): boolean {
  return change.actions.some((action) => {
    if (action.action !== 'enable') return false;
    const { label, domain } = action;
    const isOff = jobs.some((job) => job.label === label && job.domain === domain && job.disabled === true);
    const isOurs =
      disabledUnrecorded.includes(`${domain}/${label}`) ||
      ledger.entries.some(
        (entry) => entry.label === label && entry.domain === domain && entry.disabled === true,
      );
    return isOff && !isOurs;
  });
}
