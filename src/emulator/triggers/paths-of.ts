import { isArray } from '../../model/plist.ts';
import type { Definition } from '../definition.ts';

/** The paths of a key that lists some; what is no string counts as absent (facts §1). */
export function pathsOf({ plist }: Definition, key: 'WatchPaths' | 'QueueDirectories'): readonly string[] {
  const listed = plist.entries[key];
  return isArray(listed) ? listed.filter((path) => typeof path === 'string') : [];
}
