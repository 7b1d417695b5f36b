import type { Change, Op, Plan } from '../model/plan.ts';
import type { Outcome, Report, Result } from '../model/report.ts';
import { changeName, changeSymbol, deferralWords } from './change-text.ts';
import { isElsewhere, isLeftAlone, renderNoChanges } from './plan-text.ts';
import { count, printable, sentence } from './printable.ts';
import { paint, type Style } from './style.ts';

/**
 * What apply did: a line a job that was to change, why it failed and what to do next where it did, and one line that sums
 * up. Jobs that were as declared are counted only. Ends with a line end.
 */
export function renderReport(plan: Plan, report: Report, style: Style): string {
  const changes = new Map(plan.changes.map((change) => [keyOf(change), change]));
  const shown = report.results.filter((result) => result.outcome !== 'unchanged');
  const lines = shown.map((result) => `${renderResult(result, changes.get(keyOf(result)), style)}\n`);
  return `${lines.join('')}${lines.length > 0 ? '\n' : ''}${renderTotal(report, changes)}\n`;
}

function keyOf({ domain, label }: { readonly domain: string; readonly label: string }): string {
  return `${domain}/${label}`;
}

function renderResult(result: Result, change: Change | undefined, style: Style): string {
  const fine = result.outcome === 'applied';
  const symbol = fine && change !== undefined ? changeSymbol(change, style) : paint(style, 'magenta', '!');
  const lines = [`${symbol} ${changeName(result, style)}  ${outcomeWords(result.outcome, change)}`];
  const failure = result.error ?? (result.outcome === 'skipped' ? (change?.blocked ?? null) : null);
  if (failure !== null) {
    lines.push(
      `    ${paint(style, 'red', `[${printable(failure.code, style)}]`)} ${sentence(failure.message, style)}`,
    );
    if (failure.hint !== '')
      lines.push(`    ${paint(style, 'green', 'hint')}: ${sentence(failure.hint, style)}`);
  }
  return lines.join('\n');
}

/** What was done, as a participle. */
export const DONE: Readonly<Record<Op, string>> = {
  create: 'created',
  update: 'updated',
  reload: 'reloaded',
  load: 'loaded',
  delete: 'deleted',
  adopt: 'adopted',
  move: 'moved',
  noop: 'unchanged',
};

function outcomeWords(outcome: Outcome, change: Change | undefined): string {
  switch (outcome) {
    case 'applied': {
      const process = change?.restarts ? ', restarted' : change?.starts ? ', started' : '';
      return `${change === undefined ? 'applied' : DONE[change.op]}${process}`;
    }
    case 'unchanged':
      return 'unchanged';
    case 'failed':
      return 'failed';
    case 'rolled-back':
      return 'failed; put back as it was';
    case 'rollback-failed':
      return 'failed, and could not be put back: it is down';
    case 'deferred':
      return change?.deferred ? `deferred; ${deferralWords(change.deferred)}` : 'deferred';
    case 'skipped':
      return change === undefined || change.blocked === null ? 'skipped' : 'blocked';
  }
}

const ORDER: readonly Op[] = ['create', 'update', 'reload', 'load', 'adopt', 'move', 'delete'];

/** `Applied: 1 created, 2 updated, 1 failed, 14 unchanged. 2 jobs restarted, 1 started.` */
function renderTotal(report: Report, changes: ReadonlyMap<string, Change>): string {
  const of = (outcome: Outcome) => report.results.filter((result) => result.outcome === outcome);
  const applied = of('applied').map((result) => changes.get(keyOf(result)));
  const parts = ORDER.map((op) => [applied.filter((change) => change?.op === op).length, DONE[op]] as const);
  const blocked = of('skipped').filter((result) => changes.get(keyOf(result))?.blocked != null).length;
  const rest = [
    [of('failed').length, 'failed'],
    [of('rolled-back').length, 'rolled back'],
    [of('rollback-failed').length, 'down'],
    [of('deferred').length, 'deferred'],
    [blocked, 'blocked'],
    [of('skipped').length - blocked, 'skipped'],
  ] as const;
  const unchanged = of('unchanged')
    .map((result) => changes.get(keyOf(result)))
    .filter((change) => change === undefined || !isElsewhere(change));
  const left = unchanged.filter((change) => change !== undefined && isLeftAlone(change)).length;
  const told = [...parts, ...rest]
    .filter(([number]) => number > 0)
    .map(([number, word]) => `${number} ${word}`);
  if (told.length === 0 && !report.interrupted) return renderNoChanges(unchanged.length - left, left);
  if (unchanged.length > 0) told.push(`${unchanged.length} unchanged`);
  const restarts = applied.filter((change) => change?.restarts).length;
  const starts = applied.filter((change) => change?.starts).length;
  const head = report.interrupted ? 'Interrupted' : 'Applied';
  return `${head}: ${told.length === 0 ? 'nothing was changed' : told.join(', ')}.${processes(restarts, starts)}`;
}

function processes(restarts: number, starts: number): string {
  if (restarts === 0) return starts === 0 ? '' : ` ${count(starts, 'job')} started.`;
  return ` ${count(restarts, 'job')} restarted${starts === 0 ? '' : `, ${starts} started`}.`;
}
