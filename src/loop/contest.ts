import type { LedgerEntry } from '../model/ledger.ts';
import type { Change } from '../model/plan.ts';
import type { Correction } from './state.ts';

/** A difference that was put right this often, and is there again, is somebody's wish. */
export const CORRECTIONS = 3;
/** Within this time. Milliseconds. */
export const CONTEST_MS: number = 60 * 60_000;

/**
 * What differs although nobody changed the declaration: keys of the plist or of the loaded job, and what is no key in
 * parentheses. Empty for a change that the file asks for.
 */
export function outsideKeys(change: Change, entry: LedgerEntry | null): readonly string[] {
  // What was never applied is not there because it was never applied.
  if (entry === null) return [];
  const keys = new Set<string>();
  for (const { key, source } of change.fields) if (source === 'drift' || source === 'loaded') keys.add(key);
  const isWhole = change.reasons.includes('missing');
  if (isWhole) {
    keys.clear();
    keys.add('(no plist)');
  }
  if (change.reasons.includes('not-loaded')) keys.add('(not loaded)');
  if (change.reasons.includes('mode')) keys.add('(mode of the plist)');
  if (change.reasons.includes('stale') && keys.size === 0) keys.add('(the loaded definition)');
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

/** The corrections with one more; those that count no more are dropped, so that there are only ever a few. */
export function noteCorrection(
  corrections: readonly Correction[],
  keys: readonly string[],
  now: number,
): readonly Correction[] {
  const kept = corrections.filter((each) => isRecent(each, now)).slice(-4 * CORRECTIONS);
  return keys.length === 0 ? kept : [...kept, { at: now, keys }];
}
