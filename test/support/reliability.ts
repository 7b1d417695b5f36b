import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Set by `npm run reliability` and `npm run truth-table` to a folder: the tests then try more, and leave there what they
 * counted.
 */
const folder = process.env['RECONCILE_RELIABILITY'];

export const isThorough: boolean = folder !== undefined;

/** Adds a row to a table of docs/reliability.md; only what was really counted, and nothing that a clock or chance decides. */
export function record(table: string, row: Readonly<Record<string, string | number>>): void {
  if (folder !== undefined) appendFileSync(join(folder, `${table}.jsonl`), `${JSON.stringify(row)}\n`);
}

/** What was expected and what was seen, with times as they were; printed by `npm run truth-table`, and in no page. */
export function observe(what: string, expected: string, seen: string): void {
  record('observations', { what, expected, seen });
}
