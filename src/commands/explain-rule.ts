import { describeRule, RULE_CODES } from '../audit/table.ts';
import { nearestNames } from '../launchd/nearest.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { renderRule } from '../report/audit-text.ts';
import type { Context } from './context.ts';
import { printDocument } from './document.ts';

/** Tells a rule of `audit` by its code. Throws ReconcileError `explain/unknown` (exit 64). */
export function explainRule(code: string, context: Context): number {
  const rule = describeRule(code);
  if (rule === null) {
    const near = nearestNames(code, RULE_CODES);
    throw new ReconcileError('explain/unknown', `There is no rule "${code}".`, {
      hint: `${near.length > 0 ? `Did you mean ${near.join(' or ')}? ` : ''}\`reconcile audit --rules\` lists them all.`,
      exitCode: EXIT.usage,
    });
  }
  const { severity, title, why, bad, good, onRequest } = rule;
  if (context.options.json)
    printDocument(context, EXIT.ok, {
      topic: code,
      kind: 'rule',
      severity,
      title,
      why,
      bad,
      good,
      on_request: onRequest ?? false,
    });
  else context.terminal.out(renderRule(rule, context.terminal.style));
  return EXIT.ok;
}
