import { lstatSync, readlinkSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** An entry of a folder whose coming, going or change says something about a path. */
export interface Anchor {
  readonly folder: string;
  readonly name: string;
}

/** As the kernel: a longer chain of links is a loop. */
const MOST_LINKS = 40;

/**
 * From where a path has to be watched: its nearest folder that exists, where the next part of it comes and goes; and for
 * each link on the way the folder of the link, since it may be pointed elsewhere, and all of this for what it leads to.
 * Folders further up are not watched: when one of those is renamed, that is seen once something happens in the nearest.
 */
export function anchorsOf(path: string, links: number = MOST_LINKS): readonly Anchor[] {
  const wanted = resolve(path);
  const anchors: Anchor[] = [];
  let at = '/';
  for (const part of wanted.split('/').filter((name) => name !== '')) {
    const next = join(at, part);
    const target = targetOf(next);
    if (next === wanted || target !== null || !isFolder(next)) anchors.push({ folder: at, name: part });
    if (target !== null && links > 0) anchors.push(...anchorsOf(resolve(at, target), links - 1));
    if (!isFolder(next)) break;
    at = next;
  }
  return anchors;
}

/** What a link says; null: it is none. */
function targetOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}

/** A folder that is there; with `itself`, no link to one. */
export function isFolder(path: string, how: 'itself' | 'behind links' = 'behind links'): boolean {
  const look = how === 'itself' ? lstatSync : statSync;
  try {
    return look(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false;
  }
}
