import type { LedgerEntry } from '../model/ledger.ts';
import type { Observed } from '../model/observed.ts';
import type { Change, FieldSource } from '../model/plan.ts';
import { type Correction, targetOf } from './state.ts';

/** A difference that was put right this often, and is there again, is somebody's wish. */
export const CORRECTIONS = 3;
/** Within this time. Milliseconds. */
export const CONTEST_MS: number = 60 * 60_000;

/** What of a difference is work of ours that was ended half way. */
export interface OwnWork {
  /** The plist is as it was found, or as it was to become. */
  readonly file: boolean;
  /** The job was to be taken out of launchd, or loaded. */
  readonly service: boolean;
}

/** Null: nothing was left half done. A plist that is neither as found nor as intended was written by somebody else since. */
export function ownWork(change: Change, { unfinished = [], plists }: Observed): OwnWork | null {
  const target = targetOf(change);
  const left = unfinished.find((each) => targetOf(each) === target);
  if (left === undefined) return null;
  const { former, intent } = left;
  const path = change.plist;
  const isTouched = Object.hasOwn(intent.files, path) || intent.modes.includes(path);
  const found = plists.find((each) => each.path === path);
  const hash = found === undefined ? null : (found.hash ?? 'not to be read');
  return {
    file: isTouched && (hash === intent.files[path] || hash === (former.files[path]?.hash ?? null)),
    service: intent.out.includes(target) || Object.hasOwn(intent.loads, target),
  };
}

/**
 * What differs although nobody changed the declaration: keys of the plist or of the loaded job, and what is no key in
 * parentheses. Empty for a change that the file asks for, and for one that finishes what a run of ours left half done.
 */
export function outsideKeys(
  change: Change,
  entry: LedgerEntry | null,
  own: OwnWork | null = null,
): readonly string[] {
  // What was never applied is not there because it was never applied.
  if (entry === null) return [];
  const { fields, reasons } = change;
  const of = (source: FieldSource): readonly string[] =>
    fields.filter((field) => field.source === source).map(({ key }) => key);
  const file = reasons.includes('missing')
    ? ['(no plist)']
    : [...of('drift'), ...(reasons.includes('mode') ? ['(mode of the plist)'] : [])];
  const service = [
    ...(reasons.includes('missing') ? [] : of('loaded')),
    ...(reasons.includes('not-loaded') ? ['(not loaded)'] : []),
  ];
  const keys = new Set([...(own?.file ? [] : file), ...(own?.service ? [] : service)]);
  if (reasons.includes('stale') && file.length + service.length === 0 && !own?.service)
    keys.add('(the loaded definition)');
  return [...keys].sort();
}

/** What lies further ahead than an hour is of a clock that was set back since. */
function isRecent({ at }: Correction, now: number): boolean {
  return Math.abs(now - at) < CONTEST_MS;
}

/** Corrections of the last hour that had one of these keys to put right. */
export function recentCorrections(
  corrections: readonly Correction[],
  keys: readonly string[],
  now: number,
): readonly Correction[] {
  return corrections.filter((each) => isRecent(each, now) && each.keys.some((key) => keys.includes(key)));
}

/** Whether to put it right once more would be to fight. */
export function isContest(corrections: readonly Correction[], keys: readonly string[], now: number): boolean {
  return keys.length > 0 && recentCorrections(corrections, keys, now).length >= CORRECTIONS;
}

/** Without the one that was begun then, and came to nothing. */
export function withoutCorrection(corrections: readonly Correction[], at: number): readonly Correction[] {
  return corrections.some((each) => each.at === at)
    ? corrections.filter((each) => each.at !== at)
    : corrections;
}

/** The corrections with one more; those that count no more are dropped, so that there are only ever a few. */
export function noteCorrection(
  corrections: readonly Correction[],
  keys: readonly string[],
  now: number,
): readonly Correction[] {
  const kept = corrections.filter((each) => isRecent(each, now)).slice(-4 * CORRECTIONS);
  return keys.length === 0 ? kept : [...kept, { at: now, keys }];
}
