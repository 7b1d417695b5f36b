import type { Timer } from '../ports.ts';
import { pathsOf } from './paths-of.ts';
import type { TriggerKind } from './trigger.ts';

/** How long the changes that follow a first one are taken together, in milliseconds: a save is several events. */
const GATHER_MS = 200;

/**
 * WatchPaths: one start when a path is made, modified, removed or replaced, or anything below a folder. Changes in quick
 * succession are one; those while the job runs are one start after it (facts §2.8: a job that writes into its own watched
 * tree loops at the throttle rate).
 */
export const armWatchPaths: TriggerKind = ({ definition, clock, paths, fire }) => {
  const watched = pathsOf(definition, 'WatchPaths');
  if (watched.length === 0) return null;
  let timer: Timer | null = null;
  const watch = paths.watch(
    watched,
    () => {
      timer ??= clock.after(GATHER_MS, () => {
        timer = null;
        fire('xpc event', 'kept');
      });
    },
    'tree',
  );
  return {
    disarm() {
      timer?.cancel();
      watch.close();
    },
  };
};
