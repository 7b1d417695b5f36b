import { appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** Set by `npm run reliability` to a folder: the tests then try more, and leave there what they counted. */
const folder = process.env['RECONCILE_RELIABILITY'];

export const isThorough: boolean = folder !== undefined;

/** Adds a row to a table of docs/reliability.md; only what was really counted, and nothing that a clock or chance decides. */
export function record(table: string, row: Readonly<Record<string, string | number>>): void {
  if (folder !== undefined) appendFileSync(join(folder, `${table}.jsonl`), `${JSON.stringify(row)}\n`);
}
