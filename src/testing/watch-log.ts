import { readFileSync, watch } from 'node:fs';
import { join } from 'node:path';

/** In run/; launchd writes a line for all that it does. */
const LOG = 'launchd.log';
const TAIL_LINES = 12;

/** What a launchd writes into its log, as events. */
export interface LogWatch {
  /** Resolves true when something has been written after this call, false when the time is over. */
  next(): Promise<boolean>;
  /** The last lines. */
  tail(): string;
  close(): void;
}

/** @param run the folder of the log: it is watched itself, since a log that grows too large is replaced */
export function watchLog(run: string, timeoutMs: number): LogWatch {
  let isOver = false;
  let tell: ((isNews: boolean) => void) | null = null;
  const answer = (isNews: boolean): void => {
    tell?.(isNews);
    tell = null;
  };
  const watcher = watch(run, (_event, name) => {
    if (name === LOG) answer(true);
  });
  const end = (): void => {
    isOver = true;
    answer(false);
  };
  // The folder has gone: nothing will be written any more.
  watcher.on('error', end);
  const timer = setTimeout(end, timeoutMs);
  return {
    next: () =>
      isOver
        ? Promise.resolve(false)
        : new Promise((resolve) => {
            tell = resolve;
          }),
    tail() {
      try {
        return readFileSync(join(run, LOG), 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
      } catch {
        return '';
      }
    },
    close() {
      clearTimeout(timer);
      watcher.close();
      answer(false);
    },
  };
}
