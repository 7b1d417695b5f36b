import { armPathState } from './path-state.ts';
import { armQueueDirectories } from './queue-directories.ts';
import { armSockets } from './sockets.ts';
import { armStartCalendarInterval } from './start-calendar-interval.ts';
import { armStartInterval } from './start-interval.ts';
import { armStartOnMount } from './start-on-mount.ts';
import type { Trigger, TriggerHost, TriggerKind } from './trigger.ts';
import { armWatchPaths } from './watch-paths.ts';

const KINDS: readonly TriggerKind[] = [
  armStartInterval,
  armStartCalendarInterval,
  armStartOnMount,
  armPathState,
  armWatchPaths,
  armQueueDirectories,
  armSockets,
];

/** Arms all that the job's definition asks for. */
export function armTriggers(host: TriggerHost): readonly Trigger[] {
  return KINDS.flatMap((arm) => arm(host) ?? []);
}
