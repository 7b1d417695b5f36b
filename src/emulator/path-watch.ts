import { existsSync, type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import type { PathConditions } from './ports.ts';

/** The real file system. A path is watched through the nearest folder that exists, so that no timer is needed. */
export const systemPaths: PathConditions = {
  exists: existsSync,
  watch(paths, changed) {
    let watchers: FSWatcher[] = [];
    let closed = false;
    const arm = (): void => {
      for (const watcher of watchers) watcher.close();
      watchers = [];
      const folders = new Set(paths.filter((path) => path.startsWith('/')).map(nearestFolder));
      for (const folder of folders)
        try {
          const watcher = watch(folder, () => {
            if (closed) return;
            arm();
            changed();
          });
          watcher.on('error', () => watcher.close());
          watchers.push(watcher);
        } catch {
          // Not readable, or no watches left: the condition is looked at when the job ends.
        }
    };
    arm();
    return {
      close() {
        closed = true;
        for (const watcher of watchers) watcher.close();
      },
    };
  },
};

function nearestFolder(path: string): string {
  let folder = dirname(path);
  while (folder !== '/' && !existsSync(folder)) folder = dirname(folder);
  return folder;
}
