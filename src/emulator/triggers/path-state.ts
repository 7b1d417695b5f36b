import { isDict } from '../../model/plist.ts';
import type { TriggerKind } from './trigger.ts';

/** KeepAlive.PathState: when a path comes or goes, the condition is asked again; what it means is KeepAlive's (facts §2.8). */
export const armPathState: TriggerKind = ({ definition: { keepAlive }, paths, lookAgain }) => {
  const states = isDict(keepAlive) ? keepAlive.entries['PathState'] : undefined;
  const watched = isDict(states) ? Object.keys(states.entries) : [];
  if (watched.length === 0) return null;
  const watch = paths.watch(watched, lookAgain);
  return { disarm: () => watch.close() };
};
