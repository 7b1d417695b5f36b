import { type FSWatcher, statSync, watch } from 'node:fs';
import { timerMs } from './clock.ts';

/** Whether a change of this name in a folder is worth a look. */
export type Matters = (name: string) => boolean;

/**
 * Sleeps that end sooner when something changes in one of some folders. Events are hints and nothing more: where a file
 * system sends none, or too many folders are watched already, the sleep ends with its time.
 */
export interface Waker {
  /** The folders that count from now on. */
  watch(folders: ReadonlyMap<string, Matters>): void;
  /**
   * At most `ms`; after a change as soon as it has been quiet for a moment, but no sooner than `leastMs`. Ends at once when
   * aborted.
   */
  wait(ms: number, leastMs: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** Programs that save a file touch it several times in a row. */
const QUIET_MS = 50;

export function createWaker(): Waker {
  const watchers = new Map<string, { readonly watcher: FSWatcher; readonly identity: string }>();
  let matters: ReadonlyMap<string, Matters> = new Map();
  let changed = false;
  let onChange: () => void = () => {};

  function forget(folder: string): void {
    watchers.get(folder)?.watcher.close();
    watchers.delete(folder);
  }

  function listen(folder: string): void {
    try {
      const identity = identityOf(folder);
      const watcher = watch(folder, (_, name) => {
        if (name !== null && matters.get(folder)?.(name) !== true) return;
        changed = true;
        onChange();
      });
      watcher.on('error', () => forget(folder));
      watchers.set(folder, { watcher, identity });
    } catch {
      // Not there, or no events to be had: the interval finds what changes.
    }
  }

  return {
    watch(folders) {
      matters = folders;
      // A folder that was removed and made again is another one, of which nothing would be heard.
      for (const [folder, { identity }] of watchers)
        if (!folders.has(folder) || identityOf(folder) !== identity) forget(folder);
      for (const folder of folders.keys()) if (!watchers.has(folder)) listen(folder);
    },
    wait(ms, leastMs, signal) {
      const began = performance.now();
      return new Promise((resolve) => {
        let timer: NodeJS.Timeout;
        const end = (): void => {
          clearTimeout(timer);
          signal.removeEventListener('abort', end);
          onChange = () => {};
          changed = false;
          resolve();
        };
        const left = (until: number): number => began + until - performance.now();
        const sooner = (): void => {
          clearTimeout(timer);
          // A folder that is never quiet does not make it any longer.
          timer = setTimeout(end, Math.min(Math.max(QUIET_MS, left(leastMs)), left(ms), timerMs(ms)));
        };
        timer = setTimeout(end, timerMs(ms));
        signal.addEventListener('abort', end, { once: true });
        onChange = sooner;
        if (signal.aborted) end();
        else if (changed) sooner();
      });
    },
    close() {
      for (const folder of [...watchers.keys()]) forget(folder);
    },
  };
}

/** Tells a folder from another one at the same path; '' where there is none. */
function identityOf(folder: string): string {
  try {
    // A number is used again soon, with another birth.
    const { dev, ino, birthtimeNs } = statSync(folder, { bigint: true });
    return `${dev}:${ino}:${birthtimeNs}`;
  } catch {
    return '';
  }
}
