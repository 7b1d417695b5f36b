import { existsSync, opendirSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { openFolderWatches } from './folder-watches.ts';
import { type Anchor, anchorsOf, isFolder } from './path-anchors.ts';
import type { PathConditions, Reach } from './ports.ts';

/**
 * The real file system, watched through inotify (`fs.watch`): no timer, and nothing to do while nothing happens. A path is
 * watched from the folders that lead to it, so that it may be missing, come later, and be replaced by rename.
 */
export function systemPaths(log: (line: string) => void): PathConditions {
  return {
    exists: existsSync,
    holdsEntries(folder) {
      try {
        const entries = opendirSync(folder);
        try {
          return entries.readSync() !== null;
        } finally {
          entries.closeSync();
        }
      } catch {
        return false;
      }
    },
    watch(paths, changed, reach = 'presence') {
      const [watched, others] = [paths.filter(isAbsolute), paths.filter((path) => !isAbsolute(path))];
      for (const path of others) log(`${path} is not watched: it is no absolute path`);
      const watches = watched.map((path) => watchPath(path, reach, changed, log));
      return {
        close() {
          for (const watch of watches) watch.close();
        },
      };
    },
  };
}

/** How often the way to a path is looked up anew while it changes under our feet. */
const TRIES = 10;

function watchPath(
  path: string,
  reach: Reach,
  changed: () => void,
  log: (line: string) => void,
): { close(): void } {
  let closed = false;
  const folders = openFolderWatches((problem) => log(`${path} cannot be watched: ${problem}`));

  /** Closes all watches and opens them for what is there now. */
  function arm(): void {
    for (let tries = 0; tries < TRIES; tries += 1) {
      folders.closeAll();
      const anchors = anchorsOf(path);
      for (const anchor of distinct(anchors))
        folders.open(anchor.folder, (event, name) => atAnchor(anchor, event, name));
      if (reach !== 'presence' && isFolder(path)) openFolder(path);
      // What came while the watches were opened is seen by none of them.
      if (JSON.stringify(anchorsOf(path)) === JSON.stringify(anchors)) return;
    }
  }

  function atAnchor(anchor: Anchor, event: string, name: string): void {
    if (closed || !(name === anchor.name || folders.hasMoved(anchor.folder, event, name))) return;
    if (event === 'rename') arm();
    else if (reach !== 'tree') return;
    changed();
  }

  function openFolder(folder: string): void {
    const added = reach === 'tree' ? folders.openTree(folder, inside) : folders.open(folder, inside);
    if (!added) log(`${path} is watched in part: it has too many folders`);
  }

  function inside(event: string, name: string, folder: string): void {
    if (closed || (event === 'change' && reach !== 'tree')) return;
    if (folders.hasMoved(folder, event, name)) arm();
    else if (event === 'rename' && reach === 'tree') {
      const child = `${folder}/${name}`;
      folders.closeTree(child);
      if (isFolder(child, 'itself')) openFolder(child);
    }
    changed();
  }

  arm();
  return {
    close() {
      closed = true;
      folders.closeAll();
    },
  };
}

function distinct(anchors: readonly Anchor[]): Iterable<Anchor> {
  return new Map(anchors.map((anchor) => [`${anchor.folder}/${anchor.name}`, anchor])).values();
}
