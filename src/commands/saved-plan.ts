import { createHash } from 'node:crypto';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Action, Op, Plan } from '../model/plan.ts';
import { DONE } from '../report/apply-text.ts';
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
    flags: Object.fromEntries(Object.entries(request.flags).map(([name, value]) => [snakeCase(name), value])),
    changes: summarise(plan),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

export interface SavedPlan extends PlanRequest {
  readonly path: string;
  readonly stack: string;
  readonly changes: readonly SavedChange[];
}

/** Every flag that a plan depends on, so that a saved one says all, whatever later defaults are. */
export function completeFlags(flags: PlanFlags): Required<PlanFlags> {
  return {
    refresh: flags.refresh ?? 'proven',
    replace: flags.replace ?? [],
    prune: flags.prune ?? true,
    adopt: flags.adopt ?? false,
    allowEmpty: flags.allowEmpty ?? false,
    takeOverStack: flags.takeOverStack ?? false,
    releaseHeld: flags.releaseHeld ?? false,
    endLeftovers: flags.endLeftovers ?? false,
  };
}

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Refuses a saved plan that is not what would be done now (`plan/stale`, exit 1), naming each difference. */
export function demandSamePlan(then: SavedPlan, plan: Plan): void {
  const now = new Map(summarise(plan).map((change) => [targetOf(change), change]));
  const before = new Map(then.changes.map((change) => [targetOf(change), change]));
  const targets = [...new Set([...before.keys(), ...now.keys()])].sort();
  const differing = targets.flatMap((target) => {
    const words = howItDiffers(before.get(target), now.get(target));
    return words === null ? [] : [words];
  });
  if (then.stack !== plan.stack) differing.unshift(`it is for the stack “${then.stack}”`);
  if (differing.length === 0) return;
  const [shown, more] = [differing.slice(0, MOST_SHOWN), differing.length - MOST_SHOWN];
  const what = [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
  throw new ReconcileError(
    'plan/stale',
    `The saved plan ${then.path} is no longer what would be done: ${what}.`,
    {
      hint: 'The file or the machine changed since. Run `reconcile plan --out` again and look at it; nothing was changed.',
      exitCode: EXIT.failed,
    },
  );
}

/** So many differences are named; the others are counted. */
const MOST_SHOWN = 5;

/** Null: it does not. A saved plan holds no values, so what became of those cannot be told. */
function howItDiffers(before: SavedChange | undefined, now: SavedChange | undefined): string | null {
  if (before === undefined)
    return now === undefined ? null : `${now.label} is to be ${done(now)}, of which it says nothing`;
  if (now === undefined)
    return `${before.label} was to be ${done(before)}, and nothing is to be done to it now`;
  if (before.op !== now.op) return `${before.label} was to be ${done(before)}, and is to be ${done(now)} now`;
  return before.hash === now.hash ? null : `${before.label} would be ${done(now)} in another way now`;
}

/** The operation in a person's words; that of an edited file, which may be anything, as it stands. */
function done({ op }: SavedChange): string {
  return Object.hasOwn(DONE, op) ? DONE[op as Op] : op;
}

const targetOf = ({ label, domain }: SavedChange): string => `${domain}/${label}`;

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

/**
 * What is waited for, and how long, is of the moment: a job that was restarted since is the same job. Digests of its files
 * are made only once there is a key for them.
 */
function lasting(action: Action): Partial<Action> {
  if (action.action === 'record') {
    const { triggers: _, ...entry } = action.entry;
    return { ...action, entry };
  }
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
  const flags = parseFlags(document?.['flags']);
  if (
    document?.['kind'] !== 'reconcile/plan' ||
    document['format_version'] !== FORMAT ||
    typeof document['stack'] !== 'string' ||
    !Array.isArray(document['changes']) ||
    !document['changes'].every(isChange) ||
    !isStrings(document['files']) ||
    !isStrings(document['targets']) ||
    flags === null
  )
    throw new ReconcileError('plan/not-a-plan', `${path} is not a plan saved by this version of reconcile.`, {
      hint: 'Make one with `reconcile plan --out plan.json`.',
      exitCode: EXIT.usage,
    });
  const { stack, changes, files, targets } = document;
  return { path, stack, changes, files, targets, flags };
}

/** Null: these are no flags that a plan was ever saved with. */
function parseFlags(value: unknown): Required<PlanFlags> | null {
  const usual = completeFlags({});
  const flags: Record<string, unknown> = {};
  for (const [name, example] of Object.entries(usual)) {
    const given = Object(value)[snakeCase(name)];
    const isAlike = Array.isArray(example) ? isStrings(given) : typeof given === typeof example;
    if (!isAlike) return null;
    flags[name] = given;
  }
  return { ...usual, ...flags };
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
