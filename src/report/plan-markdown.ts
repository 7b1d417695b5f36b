import type { Diagnostic } from '../model/diagnostic.ts';
import { leftoverName } from '../model/leftover.ts';
import type { Change, FieldChange, Plan } from '../model/plan.ts';
import { changeReason, changeSymbol, isAsDeclared } from './change-text.ts';
import { MARKDOWN_STYLE, markdownCode, markdownFence, markdownTable, markdownText } from './markdown.ts';
import { ADOPT_HINT, isInTheWay, maskedValue, needsShowing, renderTotal } from './plan-text.ts';
import { renderChange, renderPath } from './value-text.ts';

/**
 * A plan for a pull request or a job summary: what happens to each job as a table, then each job's keys as a diff. Like the
 * text it is sorted, holds no times, and masks what looks secret. Ends with a line end.
 */
export function planToMarkdown(plan: Plan): string {
  const shown = plan.changes.filter(needsShowing);
  const rows = shown.map((change) => [
    markdownCode(changeSymbol(change, MARKDOWN_STYLE)),
    change.instance === null ? '' : `**${markdownText(change.instance)}**`,
    `${markdownCode(change.label)} (${change.domain})`,
    markdownText(changeReason(change)),
  ]);
  const parts = [
    `**${markdownText(renderTotal(plan))}**`,
    ...(rows.length === 0 ? [] : [markdownTable(['', 'job', 'label', 'why, and what happens'], rows)]),
    ...(shown.some(isAsDeclared) ? [ADOPT_HINT] : []),
    ...shown.filter(hasDetails).map(details),
    ...(plan.diagnostics.some(isTold) ? [plan.diagnostics.filter(isTold).map(warning).join('\n')] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function hasDetails(change: Change): boolean {
  const isLeftover = change.actions.some(({ action }) => action === 'remove-leftover');
  return change.fields.length > 0 || isInTheWay(change) || isLeftover;
}

function leftovers({ actions }: Change): readonly string[] {
  return actions.flatMap((action) =>
    action.action === 'remove-leftover'
      ? [`- leftover ${markdownCode(leftoverName(action.leftover))}: ${markdownText(action.said)}`]
      : [],
  );
}

function details(change: Change): string {
  const { instance, label, blocked, fields } = change;
  const parts = [
    `#### ${instance === null ? markdownCode(label) : markdownText(instance)}`,
    ...(blocked === null
      ? []
      : [
          `> **blocked:** ${markdownText(blocked.message)}${blocked.hint === '' ? '' : ` ${markdownText(blocked.hint)}`}`,
        ]),
    ...(leftovers(change).length === 0 ? [] : [leftovers(change).join('\n')]),
    ...(fields.length === 0 ? [] : [markdownFence('diff', fields.flatMap(fieldLines))]),
  ];
  return parts.join('\n\n');
}

/** `-` and `+`, which is what a diff is coloured by; absent values have no line. */
function fieldLines({ path, before, after, sensitive, meaning }: FieldChange): readonly string[] {
  const key = renderPath(path, MARKDOWN_STYLE);
  const [old, now] = sensitive
    ? [maskedValue(before), maskedValue(after)]
    : renderChange(before, after, MARKDOWN_STYLE);
  const note = meaning === '' ? '' : `  # ${meaning}`;
  if (after === null) return [`- ${key}: ${old}${note}`];
  return [...(before === null ? [] : [`- ${key}: ${old}`]), `+ ${key}: ${now}${note}`];
}

const isTold = ({ severity }: Diagnostic): boolean => severity !== 'info';

function warning({ severity, code, message, hint }: Diagnostic): string {
  const advice = hint === undefined ? '' : ` ${markdownText(hint)}`;
  return `- ${severity} ${markdownCode(code)}: ${markdownText(message)}${advice}`;
}
