import { createHash } from 'node:crypto';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Action, Plan } from '../model/plan.ts';
import type { PlanFlags } from './planning.ts';

const FORMAT = '1.0';

interface SavedChange {
  readonly label: string;
  readonly domain: string;
  readonly op: string;
  readonly hash: string;
}

/** With what a plan was made; apply makes it again with the same. */
export interface PlanRequest {
  /** Absolute paths; empty when they are to be searched for, or were standard input. */
  readonly files: readonly string[];
  readonly targets: readonly string[];
  readonly flags: PlanFlags;
}

/**
 * What `plan --out` writes: with what it was made, which changes, and a hash of all that each would do. No values, so no
 * secrets.
 */
export function savePlan(plan: Plan, request: PlanRequest): string {
  const document = {
    format_version: FORMAT,
    kind: 'reconcile/plan',
    stack: plan.stack,
    files: request.files,
    targets: request.targets,
    flags: request.flags,
    changes: summarise(plan),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

export interface SavedPlan extends PlanRequest {
  readonly path: string;
  readonly stack: string;
  readonly changes: readonly SavedChange[];
}

/** Flags of `apply` besides those that the plan was saved with. Whatever that changes is refused later. */
export function mergeFlags(saved: PlanFlags, given: PlanFlags = {}): PlanFlags {
  const replace = [...new Set([...(saved.replace ?? []), ...(given.replace ?? [])])];
  return {
    refresh: given.refresh ?? saved.refresh ?? 'proven',
    replace,
    prune: (saved.prune ?? true) && (given.prune ?? true),
    adopt: saved.adopt === true || given.adopt === true,
    allowEmpty: saved.allowEmpty === true || given.allowEmpty === true,
    takeOverStack: saved.takeOverStack === true || given.takeOverStack === true,
    releaseHeld: saved.releaseHeld === true || given.releaseHeld === true,
  };
}

/** Refuses a saved plan that is not what would be done now (`plan/stale`, exit 1), naming the first difference. */
export function demandSamePlan(then: SavedPlan, plan: Plan): void {
  const now = summarise(plan);
  const key = ({ label, domain }: SavedChange): string => `${domain}/${label}`;
  const hashes = new Map(then.changes.map((change) => [key(change), change.hash]));
  const differing =
    now.find((change) => hashes.get(key(change)) !== change.hash) ??
    then.changes.find((change) => !now.some((other) => key(other) === key(change)));
  if (differing === undefined && then.stack === plan.stack) return;
  const what = differing === undefined ? `it is for the stack "${then.stack}"` : `${differing.label} differs`;
  throw new ReconcileError(
    'plan/stale',
    `The saved plan ${then.path} is no longer what would be done: ${what}.`,
    {
      hint: 'The file or the machine changed since. Run `reconcile plan --out` again and look at it; nothing was changed.',
      exitCode: EXIT.failed,
    },
  );
}

function summarise(plan: Plan): readonly SavedChange[] {
  return plan.changes
    .filter(({ op, blocked }) => op !== 'noop' || blocked !== null)
    .map((change) => ({
      label: change.label,
      domain: change.domain,
      op: change.op,
      hash: createHash('sha256')
        .update(JSON.stringify({ ...change, stopTimeout: null, actions: change.actions.map(lasting) }))
        .digest('hex'),
    }));
}

/** What is waited for, and how long, is of the moment: a job that was restarted since is the same job. */
function lasting(action: Action): Partial<Action> {
  if (action.action !== 'await-gone') return action;
  const { pid: _, exitTimeout: __, ...rest } = action;
  return rest;
}

/** Throws `plan/not-a-plan` (exit 64). */
export function parseSavedPlan(text: string, path: string): SavedPlan {
  let document: Record<string, unknown> | null = null;
  try {
    document = JSON.parse(text);
  } catch {
    // Not JSON: told below like any other file that is no plan.
  }
  const isChange = (value: unknown): value is SavedChange =>
    ['label', 'domain', 'op', 'hash'].every((name) => typeof Object(value)[name] === 'string');
  const isStrings = (value: unknown): value is readonly string[] =>
    Array.isArray(value) && value.every((each) => typeof each === 'string');
  if (
    document?.['kind'] !== 'reconcile/plan' ||
    document['format_version'] !== FORMAT ||
    typeof document['stack'] !== 'string' ||
    !Array.isArray(document['changes']) ||
    !document['changes'].every(isChange) ||
    !isStrings(document['files']) ||
    !isStrings(document['targets'])
  )
    throw new ReconcileError('plan/not-a-plan', `${path} is not a plan saved by this version of reconcile.`, {
      hint: 'Make one with `reconcile plan --out plan.json`.',
      exitCode: EXIT.usage,
    });
  const { stack, changes, files, targets, flags } = document;
  return { path, stack, changes, files, targets, flags: (flags ?? {}) as PlanFlags };
}
