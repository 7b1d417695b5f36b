import type { Op, Reason } from '../model/plan.ts';

/** The three questions of interface §6; `adopting`: not ours, and the user said `--adopt`. */
export interface Case {
  readonly file: 'none' | 'equal' | 'differs';
  readonly loaded: 'no' | 'equal' | 'other';
  readonly owner: 'ours' | 'adopting' | 'foreign';
}

/** What it comes to. `differs` stands for `changed` or `drifted`, which the ledger tells apart. */
export interface Ruling {
  readonly op: Op;
  readonly reasons: readonly (Reason | 'differs')[];
  /** `write` the plist, or only `record` it, or do nothing to it. */
  readonly file: 'write' | 'record' | 'none';
  /** What launchd is told: `load` a job that is not loaded, `reload` one that is. */
  readonly launchd: 'load' | 'reload' | 'leave';
  /** It is not ours to touch without `--adopt`. */
  readonly needsAdopt: boolean;
}

type Owner = Case['owner'];
type Row = readonly [
  file: Case['file'],
  loaded: readonly Case['loaded'][],
  owner: readonly Owner[],
  op: Op,
  reasons: Ruling['reasons'],
  does: Ruling['file'],
  launchd: Ruling['launchd'],
];

const ANY = ['no', 'equal', 'other'] as const;

/** Interface §6, row by row: hold it beside that page. A row whose owner is `foreign` does nothing and is blocked. */
const ROWS: readonly Row[] = [
  // plist     loaded            owner                             op        reasons                               file      launchd
  // biome-ignore-start format: a table
  ['none', ['no'], ['ours', 'adopting', 'foreign'], 'create', ['missing'], 'write', 'load'],
  ['none', ['equal'], ['ours'], 'update', ['missing'], 'write', 'leave'],
  ['none', ['other'], ['ours'], 'update', ['missing', 'stale'], 'write', 'reload'],
  ['none', ['equal', 'other'], ['foreign'], 'adopt', ['foreign'], 'none', 'leave'],
  ['none', ['equal'], ['adopting'], 'adopt', ['foreign', 'missing'], 'write', 'leave'],
  ['none', ['other'], ['adopting'], 'update', ['foreign', 'missing', 'stale'], 'write', 'reload'],
  ['differs', ['no'], ['ours'], 'update', ['differs', 'not-loaded'], 'write', 'load'],
  ['differs', ['equal'], ['ours'], 'update', ['differs'], 'write', 'leave'],
  ['differs', ['other'], ['ours'], 'update', ['differs'], 'write', 'reload'],
  ['equal', ['other'], ['ours'], 'reload', ['stale'], 'record', 'reload'],
  ['equal', ['no'], ['ours'], 'load', ['not-loaded'], 'record', 'load'],
  ['equal', ['equal'], ['ours'], 'noop', [], 'none', 'leave'],
  ['equal', ANY, ['foreign'], 'adopt', ['foreign'], 'none', 'leave'],
  // Adopting restarts nothing; it may start what is not loaded, or the next plan would.
  ['equal', ['equal', 'other'], ['adopting'], 'adopt', ['foreign'], 'record', 'leave'],
  ['equal', ['no'], ['adopting'], 'adopt', ['foreign', 'not-loaded'], 'record', 'load'],
  ['differs', ANY, ['foreign'], 'adopt', ['foreign'], 'none', 'leave'],
  ['differs', ['no'], ['adopting'], 'update', ['foreign', 'differs', 'not-loaded'], 'write', 'load'],
  ['differs', ['equal'], ['adopting'], 'update', ['foreign', 'differs'], 'write', 'leave'],
  ['differs', ['other'], ['adopting'], 'update', ['foreign', 'differs'], 'write', 'reload'],
  // biome-ignore-end format: a table
];

/** The row that fits. Every case has exactly one (a test counts them). */
export function rule(on: Case): Ruling {
  const row = rowsFor(on)[0];
  if (row === undefined) throw new Error(`no row for ${on.file}, ${on.loaded}, ${on.owner}`);
  const [, , , op, reasons, file, launchd] = row;
  return { op, reasons, file, launchd, needsAdopt: on.owner === 'foreign' && op === 'adopt' };
}

/** All rows that fit a case. */
export function rowsFor(on: Case): readonly Row[] {
  return ROWS.filter(
    ([file, loaded, owner]) => file === on.file && loaded.includes(on.loaded) && owner.includes(on.owner),
  );
}
