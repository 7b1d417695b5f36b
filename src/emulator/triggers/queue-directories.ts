import { pathsOf } from './paths-of.ts';
import type { TriggerKind } from './trigger.ts';

/** QueueDirectories: the job is kept alive while one of the folders has anything in it (facts §2.8). */
export const armQueueDirectories: TriggerKind = ({ definition, paths, lookAgain }) => {
  const queues = pathsOf(definition, 'QueueDirectories');
  if (queues.length === 0) return null;
  const watch = paths.watch(queues, lookAgain, 'entries');
  return {
    demands: () => (queues.some(paths.holdsEntries) ? 'xpc event' : null),
    disarm: () => watch.close(),
  };
};
