import { leftoverName } from '../model/leftover.ts';
import type { Action, Change, FieldChange, Plan, Reason } from '../model/plan.ts';
import { changeName, changeReason, changeSymbol, isAsDeclared } from './change-text.ts';
import { count, printable, sentence } from './printable.ts';
import { arrow, paint, type Style } from './style.ts';
import { type Summary, summarise } from './summary.ts';
import { renderChange, renderPath } from './value-text.ts';

/**
 * A plan as people see it (interface §4): a line a job that changes or needs attention, its fields below, and one line
 * that sums up. Holds no times and nothing of this moment, so it can be posted and compared. Ends with a line end.
 *
 * @param removed why jobs are deleted, in words; default: that they are no longer declared
 */
export function renderPlan(plan: Plan, style: Style, removed?: string): string {
  const shown = plan.changes.filter(needsShowing);
  const jobs = shown.map((change) => `${renderJob(change, style, removed)}\n`);
  const between = shown.some((change) => change.fields.length > 0 || isInTheWay(change)) ? '\n' : '';
  const end = shown.length > 0 ? '\n' : '';
  const hint = plan.changes.some(isAsDeclared) ? `${paint(style, 'green', 'hint')}: ${ADOPT_HINT}\n` : '';
  return `${jobs.join(between)}${end}${renderTotal(plan)}\n${hint}`;
}

/** What a plan tells of jobs that are as declared and not ours, once for all of them. */
export const ADOPT_HINT =
  'Run `reconcile apply --adopt` to manage what is as declared from now on; none of it is restarted.';

/** Blocked by something that has to be told at the job itself. */
export function isInTheWay(change: Change): boolean {
  return change.blocked !== null && !isAsDeclared(change);
}

/** Jobs that match are not listed, save those that are left alone although something is unlike declared. */
export function needsShowing(change: Change): boolean {
  if (change.op !== 'noop' || change.blocked !== null || change.deferred !== null) return true;
  return isLeftAlone(change);
}

/** Unlike declared, and left so. */
export function isLeftAlone({ op, blocked, deferred, reasons }: Change): boolean {
  if (op !== 'noop' || blocked !== null || deferred !== null) return false;
  return reasons.some((reason) => LEFT_ALONE.includes(reason));
}

/** Declared for other machines only. */
export function isElsewhere({ op, reasons }: Change): boolean {
  return op === 'noop' && reasons.includes('excluded');
}

const LEFT_ALONE: readonly Reason[] = ['disabled', 'held', 'removed', 'unknown'];

/**
 * `Plan: 1 to create. 1 job will start.`; jobs for other machines are neither changed nor unchanged here; those left alone do not
 * match.
 */
export function renderTotal(plan: Plan): string {
  const here = plan.changes.filter((change) => !isElsewhere(change));
  const left = here.filter(isLeftAlone).length;
  const asDeclared = here.filter(isAsDeclared).length;
  return renderSummary(summarise({ ...plan, changes: here }), left, asDeclared);
}

function renderJob(change: Change, style: Style, removed?: string): string {
  const reason = changeReason(change, removed);
  const head = `${changeSymbol(change, style)} ${changeName(change, style)}${reason === '' ? '' : `  ${reason}`}`;
  return [
    head,
    ...change.fields.map((field) => renderField(field, style)),
    ...change.actions.flatMap((action) => renderLeftover(action, style)),
    ...renderBlocked(change, style),
  ].join('\n');
}

/** What is not of the job's own files goes before it starts, so it is shown before it goes. */
function renderLeftover(action: Action, style: Style): readonly string[] {
  if (action.action !== 'remove-leftover') return [];
  const what = printable(leftoverName(action.leftover), style);
  return [
    `    ${paint(style, 'red', 'leftover')}: ${what}  ${paint(style, 'dim', sentence(action.said, style))}`,
  ];
}

function renderField(field: FieldChange, style: Style): string {
  const [before, after] = field.sensitive
    ? [maskedValue(field.before), maskedValue(field.after)]
    : renderChange(field.before, field.after, style);
  const meaning =
    field.meaning === '' ? '' : `  ${paint(style, 'dim', `# ${sentence(field.meaning, style)}`)}`;
  return `    ${renderPath(field.path, style)}: ${paint(style, 'red', before)} ${arrow(style)} ${paint(style, 'green', after)}${meaning}`;
}

export function maskedValue(value: unknown): string {
  return value === null ? 'absent' : '(sensitive)';
}

function renderBlocked(change: Change, style: Style): readonly string[] {
  if (change.blocked === null || !isInTheWay(change)) return [];
  const { message, hint } = change.blocked;
  const lines = [`    ${paint(style, 'magenta', 'blocked')}: ${sentence(message, style)}`];
  if (hint !== '') lines.push(`    ${paint(style, 'green', 'hint')}: ${sentence(hint, style)}`);
  return lines;
}

/**
 * `Plan: 1 to create, 14 unchanged. 1 job will start.`, or `No changes. 17 jobs match.`
 * @param left how many of the unchanged are unlike declared and left so
 * @param asDeclared how many of the blocked are as declared, and only not ours
 */
export function renderSummary(summary: Summary, left: number, asDeclared: number): string {
  const counted = { ...summary, blocked: summary.blocked - asDeclared };
  const parts = ORDER.filter((name) => counted[name] > 0).map((name) =>
    name === 'blocked' ? `${counted.blocked} blocked` : `${counted[name]} to ${name}`,
  );
  if (asDeclared > 0) parts.push(`${asDeclared} to adopt with --adopt`);
  if (parts.length === 0) return renderNoChanges(summary.noop - left, left);
  if (summary.noop > 0) parts.push(`${summary.noop} unchanged`);
  return `Plan: ${parts.join(', ')}.${processes(summary)}`;
}

/** `No changes. 17 jobs match.`; with jobs left alone, `No changes. 16 jobs match, 1 is left as it is.` */
export function renderNoChanges(matching: number, left: number): string {
  const besides = left === 0 ? '' : `, ${left === 1 ? '1 is left as it is' : `${left} are left as they are`}`;
  return `No changes. ${count(matching, 'job matches', 'jobs match')}${besides}.`;
}

const ORDER = ['create', 'update', 'reload', 'load', 'adopt', 'move', 'delete', 'blocked'] as const;

function processes({ restarts, starts }: Summary): string {
  if (restarts === 0) return starts === 0 ? '' : ` ${count(starts, 'job')} will start.`;
  return ` ${count(restarts, 'job')} will restart${starts === 0 ? '' : `, ${starts} will start`}.`;
}
