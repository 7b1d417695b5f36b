import { WRAPPER } from '../launchd/wrapper.ts';
import type { Deed, Happening, What } from '../model/history.ts';
import { leftoverName } from '../model/leftover.ts';
import type { ActionName, Change, Op } from '../model/plan.ts';
import type { Result } from '../model/report.ts';
import { changeReason } from './change-text.ts';
import { fieldValues } from './plan-json.ts';

const DEED_OF_OP: Readonly<Record<Exclude<Op, 'noop'>, Deed>> = {
  create: 'created',
  update: 'updated',
  reload: 'reloaded',
  load: 'loaded',
  adopt: 'adopted',
  move: 'moved',
  delete: 'deleted',
};

/** Noops that are a decision: something could be done, and is not. */
const LEFT_ALONE = ['held', 'disabled', 'other-stack'] as const;

/**
 * What a change and its end come to for the history; null: nothing happened and nothing was decided.
 *
 * @param removed why jobs go, in words; default: that they are no longer declared
 */
export function happeningOf(
  change: Change,
  result: Pick<Result, 'outcome' | 'error' | 'gone'>,
  stack: string,
  removed?: string,
): Happening | null {
  const what = whatOf(change, result);
  if (what === null) return null;
  const { instance, label, domain, plist, reasons } = change;
  const words = changeReason({ ...change, restarts: false, starts: false, deferred: null }, removed);
  return {
    stack,
    instance,
    label,
    domain,
    plist,
    what,
    reasons,
    reason: words === '' ? 'on request' : words,
    fields: change.fields.map((field) => {
      const { before, after } = fieldValues(field);
      return { path: field.path, before: withoutWrapper(before), after: withoutWrapper(after) };
    }),
    ...leftoversOf(change, result.gone ?? []),
    actions: what === 'left-alone' ? [] : [...new Set(change.actions.map(({ action }) => action))],
    outcome: result.outcome,
    error: result.error,
  };
}

function leftoversOf({ actions }: Change, gone: readonly string[]): Pick<Happening, 'leftovers'> {
  const leftovers = actions.flatMap((each) => {
    if (each.action !== 'remove-leftover') return [];
    const name = leftoverName(each.leftover);
    return gone.includes(name) ? [{ name, why: each.said }] : [];
  });
  return leftovers.length === 0 ? {} : { leftovers };
}

/** It is always the same, and longer than all the rest. */
function withoutWrapper(value: unknown): unknown {
  return Array.isArray(value) ? value.map((each) => (each === WRAPPER ? '(wrapper)' : each)) : value;
}

function whatOf(change: Change, { outcome, error }: Pick<Result, 'outcome' | 'error'>): What | null {
  switch (outcome) {
    case 'failed':
    case 'rolled-back':
    case 'rollback-failed':
      return outcome;
    case 'deferred':
      return 'deferred';
    case 'skipped':
      // What was only interrupted, or came after another failure, was not decided about.
      return change.blocked !== null && change.blocked.code === error?.code ? 'left-alone' : null;
    case 'unchanged':
      return LEFT_ALONE.some((reason) => change.reasons.includes(reason)) ? 'left-alone' : null;
    case 'applied':
      return deedOf(change);
  }
}

function deedOf(change: Change): Deed | null {
  if (change.op === 'noop') return null;
  const acts = (name: ActionName): boolean => change.actions.some(({ action }) => action === name);
  if (change.op !== 'update') return DEED_OF_OP[change.op];
  // The small changes of `start`, `stop`, `restart` and `forget`, and of overrides.
  if (acts('write-plist')) return acts('forget') ? 'forgotten' : 'updated';
  if (acts('forget')) return 'forgotten';
  if (acts('kickstart')) return change.restarts ? 'restarted' : 'started';
  if (acts('bootstrap')) return acts('bootout') ? 'reloaded' : 'started';
  const holds = change.actions.some((each) => each.action === 'record' && each.entry.held);
  if (acts('bootout') || holds) return acts('disable') ? 'disabled' : 'stopped';
  if (acts('disable')) return 'disabled';
  return acts('enable') ? 'enabled' : 'updated';
}
