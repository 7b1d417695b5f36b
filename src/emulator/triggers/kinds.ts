import { armPathState } from './path-state.ts';
import { armQueueDirectories } from './queue-directories.ts';
import { armStartInterval } from './start-interval.ts';
import type { Trigger, TriggerHost, TriggerKind } from './trigger.ts';
import { armWatchPaths } from './watch-paths.ts';

const KINDS: readonly TriggerKind[] = [armStartInterval, armPathState, armWatchPaths, armQueueDirectories];

/** Arms all that the job's definition asks for. */
export function armTriggers(host: TriggerHost): readonly Trigger[] {
  return KINDS.flatMap((arm) => arm(host) ?? []);
}
