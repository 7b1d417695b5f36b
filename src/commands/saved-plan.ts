import { createHash } from 'node:crypto';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Plan } from '../model/plan.ts';

const FORMAT = '1.0';

interface SavedChange {
  readonly label: string;
  readonly domain: string;
  readonly op: string;
  readonly hash: string;
}

/** What `plan --out` writes: which changes, and a hash of all that each would do. No values, so no secrets. */
export function savePlan(plan: Plan): string {
  const document = {
    format_version: FORMAT,
    kind: 'reconcile/plan',
    stack: plan.stack,
    changes: summarise(plan),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Refuses a saved plan that is not what would be done now (`plan/stale`, exit 1), naming the first difference. */
export function demandSamePlan(saved: string, plan: Plan, path: string): void {
  const then = parseSaved(saved, path);
  const now = summarise(plan);
  const key = ({ label, domain }: SavedChange): string => `${domain}/${label}`;
  const hashes = new Map(then.changes.map((change) => [key(change), change.hash]));
  const differing =
    now.find((change) => hashes.get(key(change)) !== change.hash) ??
    then.changes.find((change) => !now.some((other) => key(other) === key(change)));
  if (differing === undefined && then.stack === plan.stack) return;
  const what = differing === undefined ? `it is for the stack "${then.stack}"` : `${differing.label} differs`;
  throw new ReconcileError('plan/stale', `The saved plan ${path} is no longer what would be done: ${what}.`, {
    hint: 'The file or the machine changed since. Run `reconcile plan --out` again and look at it; nothing was changed.',
    exitCode: EXIT.failed,
  });
}

function summarise(plan: Plan): readonly SavedChange[] {
  return plan.changes
    .filter(({ op, blocked }) => op !== 'noop' || blocked !== null)
    .map((change) => ({
      label: change.label,
      domain: change.domain,
      op: change.op,
      hash: createHash('sha256').update(JSON.stringify(change)).digest('hex'),
    }));
}

function parseSaved(
  text: string,
  path: string,
): { readonly stack: string; readonly changes: readonly SavedChange[] } {
  let document: Record<string, unknown> | null = null;
  try {
    document = JSON.parse(text);
  } catch {
    // Not JSON: told below like any other file that is no plan.
  }
  const isChange = (value: unknown): value is SavedChange =>
    ['label', 'domain', 'op', 'hash'].every((name) => typeof Object(value)[name] === 'string');
  if (
    document?.['kind'] !== 'reconcile/plan' ||
    document['format_version'] !== FORMAT ||
    typeof document['stack'] !== 'string' ||
    !Array.isArray(document['changes']) ||
    !document['changes'].every(isChange)
  )
    throw new ReconcileError('plan/not-a-plan', `${path} is not a plan saved by this version of reconcile.`, {
      hint: 'Make one with `reconcile plan --out plan.json`.',
      exitCode: EXIT.usage,
    });
  return { stack: document['stack'], changes: document['changes'] };
}
