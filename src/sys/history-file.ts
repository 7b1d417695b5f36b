import { parseDomain } from '../launchd/domains.ts';
import {
  DECISIONS,
  DEEDS,
  FAILURES,
  type FieldHistory,
  type HistoryEvent,
  type What,
} from '../model/history.ts';
import type { ActionName, Reason } from '../model/plan.ts';
import type { Failure, Outcome } from '../model/report.ts';

/** A value of which more characters would be written is cut short: the plist itself tells the rest. */
const VALUE_LIMIT = 2_000;
/** Fields told of one change. */
const FIELD_LIMIT = 100;

/** One line, with its end. Large values are cut short, so that a line stays below some hundred kilobytes. */
export function formatEvent(event: HistoryEvent): string {
  const fields = event.fields.slice(0, FIELD_LIMIT).map(({ path, before, after }) => ({
    path,
    before: shorten(before),
    after: shorten(after),
  }));
  return `${JSON.stringify({ version: 1, ...event, fields })}\n`;
}

function shorten(value: unknown): unknown {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
  return text.length <= VALUE_LIMIT ? value : `${text.slice(0, VALUE_LIMIT)}… (${text.length} characters)`;
}

const WHATS: readonly string[] = [...DEEDS, ...FAILURES, ...DECISIONS];

/** Reads a line and trusts nothing in it; null: it is damaged, or of a version that is not known. Never throws. */
export function parseEvent(line: string): HistoryEvent | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isRecord(value) || value['version'] !== 1) return null;
  const { time, stack, instance, label, plist, what, reasons, reason, fields, actions, outcome } = value;
  const domain = typeof value['domain'] === 'string' ? parseDomain(value['domain']) : null;
  const by = toMaker(value['by']);
  const error = toFailure(value['error']);
  if (!isText(time) || Number.isNaN(Date.parse(time)) || !isText(stack)) return null;
  if (!isText(label) || !isText(plist)) return null;
  if (!(instance === null || isText(instance)) || domain === null || by === null || error === undefined)
    return null;
  if (!isText(what) || !WHATS.includes(what) || !isTexts(reasons) || !isText(reason)) return null;
  if (!Array.isArray(fields) || !isTexts(actions) || !(outcome === null || isText(outcome))) return null;
  return {
    time,
    stack,
    instance,
    label,
    domain,
    plist,
    what: what as What,
    reasons: reasons as readonly Reason[],
    reason,
    fields: fields.flatMap(toField),
    ...toLeftovers(value['leftovers']),
    actions: actions as readonly ActionName[],
    outcome: outcome as Outcome | null,
    error,
    by,
  };
}

function toField(value: unknown): readonly FieldHistory[] {
  if (!isRecord(value) || !isTexts(value['path'])) return [];
  return [{ path: value['path'], before: value['before'] ?? null, after: value['after'] ?? null }];
}

function toLeftovers(value: unknown): Pick<HistoryEvent, 'leftovers'> {
  if (!Array.isArray(value)) return {};
  const leftovers = value.flatMap((each) =>
    isRecord(each) && isText(each['name']) && isText(each['why'])
      ? [{ name: each['name'], why: each['why'] }]
      : [],
  );
  return leftovers.length === 0 ? {} : { leftovers };
}

function toMaker(value: unknown): HistoryEvent['by'] | null {
  if (!isRecord(value)) return null;
  const { command, pid } = value;
  return isText(command) && Number.isSafeInteger(pid) ? { command, pid: pid as number } : null;
}

function toFailure(value: unknown): Failure | null | undefined {
  if (value === null) return null;
  if (!isRecord(value)) return undefined;
  const { code, message, hint } = value;
  return isText(code) && isText(message) && isText(hint) ? { code, message, hint } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(isText);
}
