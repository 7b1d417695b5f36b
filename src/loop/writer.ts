import { toolOfLabel } from '../launchd/tool-labels.ts';
import type { Writer } from '../model/loop.ts';
import type { ObservedPlist } from '../model/observed.ts';

/**
 * Who wrote a plist that keeps coming back, by what shows: the marker of another stack, an owner who is not ours, a label
 * that only one program uses. Nothing of it: not known.
 */
export function writerOf(
  label: string,
  found: ObservedPlist | null,
  ours: { readonly stack: string; readonly uid: number; readonly nameOf: (uid: number) => string | null },
): Writer {
  if (found === null) return { name: byLabel(label), writtenAt: null };
  const writtenAt = Number(BigInt(found.identity.mtimeNs) / 1_000_000n);
  const { marker, identity } = found;
  if (marker !== null && marker.stack !== ours.stack)
    return { name: `reconcile, for the stack ${marker.stack} (its mark in the plist)`, writtenAt };
  if (identity.uid !== ours.uid) {
    const owner = ours.nameOf(identity.uid) ?? `uid ${identity.uid}`;
    return { name: `a program of ${owner} (the owner of the plist)`, writtenAt };
  }
  return { name: byLabel(label), writtenAt };
}

function byLabel(label: string): string | null {
  const known = toolOfLabel(label);
  return known === null ? null : `${known.tool}, which uses labels of this form`;
}
