import type { ObservedPlist } from '../model/observed.ts';
import type { Action } from '../model/plan.ts';
import { writePlist } from '../plist/write.ts';

/** Rewrites a plist of ours without the comment that says so; what launchd reads stays the same. */
export function withoutMarker({ path, plist, hash, identity }: ObservedPlist): readonly Action[] {
  if (plist === null) return [];
  return [{ action: 'write-plist', path, content: writePlist(plist), mode: identity.mode, expect: hash }];
}
