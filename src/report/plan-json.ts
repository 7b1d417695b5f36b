import type { Action, Change, FieldChange, Plan } from '../model/plan.ts';
import type { PlistValue } from '../model/plist.ts';
import { plistToJson } from '../plist/json.ts';
import { type Envelope, jsonDocument } from './document.ts';
import { summarise } from './summary.ts';

/** The document of `plan --json`, exactly as interface §5 has it. Sensitive values are masked as in the text. */
export function planToJson(plan: Plan, envelope: Envelope): Readonly<Record<string, unknown>> {
  return jsonDocument(envelope, planMembers(plan), plan.diagnostics);
}

/** The plan's own members, which `apply --json` shares. */
export function planMembers(plan: Plan): Readonly<Record<string, unknown>> {
  return {
    stack: plan.stack,
    launchd: plan.launchd,
    summary: summarise(plan),
    changes: plan.changes.map(changeToJson),
  };
}

function changeToJson(change: Change): unknown {
  const { blocked } = change;
  return {
    instance: change.instance,
    label: change.label,
    domain: change.domain,
    op: change.op,
    reasons: change.reasons,
    restarts: change.restarts,
    starts: change.starts,
    blocked: blocked === null ? null : { code: blocked.code, message: blocked.message, hint: blocked.hint },
    plist: change.plist,
    fields: change.fields.map(fieldToJson),
    ...leftoversOf(change),
    actions: change.actions.map(({ action }) => action),
  };
}

/** A member of those changes only that have some. */
function leftoversOf({ actions }: Change): Readonly<Record<string, unknown>> {
  const leftovers = actions.flatMap(leftoverToJson);
  return leftovers.length === 0 ? {} : { leftovers };
}

function leftoverToJson(action: Action): readonly unknown[] {
  if (action.action !== 'remove-leftover') return [];
  const { leftover, said } = action;
  return leftover.kind === 'process'
    ? [{ kind: leftover.kind, pid: leftover.pid, holds: leftover.holds, message: said }]
    : [{ kind: leftover.kind, path: leftover.path, message: said }];
}

function fieldToJson(field: FieldChange): unknown {
  return {
    key: field.key,
    path: field.path,
    ...fieldValues(field),
    source: field.source,
    meaning: field.meaning,
  };
}

/** What may be told of its values, as JSON. */
export function fieldValues(field: FieldChange): { readonly before: unknown; readonly after: unknown } {
  const show = (value: PlistValue | null) =>
    field.sensitive && value !== null ? '(sensitive)' : plistToJson(value);
  return { before: show(field.before), after: show(field.after) };
}
