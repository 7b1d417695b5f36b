import { isSameFile, type LedgerEntry } from '../model/ledger.ts';
import type { ObservedPlist } from '../model/observed.ts';

/**
 * Whether what we verified at our last bootstrap still holds, so that launchd need not be asked (interface §6): the plist
 * is the same file with the same times, owner and mode; no other scanned plist has this Label; and the process, if it had
 * one then, is the same. That the label is listed in its domain, with `pid`, is the caller's to know.
 * docs/design/proof.md says why this holds and where it does not.
 */
export function isProven(
  entry: LedgerEntry | undefined,
  plistsWithLabel: readonly ObservedPlist[],
  pid: number | null,
): boolean {
  const proof = entry?.proof ?? null;
  const [plist] = plistsWithLabel;
  if (entry === undefined || proof === null || plist === undefined || plistsWithLabel.length !== 1)
    return false;
  if (plist.path !== entry.path || plist.symlink || !isSameFile(plist.identity, proof.file)) return false;
  return proof.pid === null || proof.pid === pid;
}
