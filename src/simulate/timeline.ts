import type { Reason } from '../emulator/job.ts';
import type { ExitKind } from '../launchd/keep-alive.ts';
import type { PlistDict } from '../model/plist.ts';
import type { Wall } from './wall.ts';

/**
 * What happens to a job, in order. Times in milliseconds since it was loaded; runs count from 1.
 * - `start`: a process is made; `reason` in launchd's own words (facts §4.1)
 * - `exit`: it ends by itself
 * - `wait`: launchd will start `run` and waits for the throttle first
 * - `down`: there is no process, and none to come without a trigger; `run` is the last one, 0 before the first
 * - `missed`: a trigger fired while `run` was there, and launchd forgets it
 */
export type TimelineEvent =
  | { readonly at: number; readonly kind: 'start'; readonly run: number; readonly reason: Reason }
  | { readonly at: number; readonly kind: 'exit'; readonly run: number; readonly exit: ExitKind }
  | { readonly at: number; readonly kind: 'wait'; readonly run: number; readonly until: number }
  | { readonly at: number; readonly kind: 'down'; readonly run: number }
  | { readonly at: number; readonly kind: 'missed'; readonly run: number };

/** What one job does under one policy, as the engine of the embedded launchd plays it on a virtual clock. */
export interface Timeline {
  readonly plist: PlistDict;
  readonly events: readonly TimelineEvent[];
  /** How long was asked for. */
  readonly forMs: number;
  /** How long was played: less than `forMs` when there were too many starts. */
  readonly playedMs: number;
  readonly wall: Wall;
  /** What was taken for true of the world, so that the conditions of KeepAlive hold: `/srv/on exists`. */
  readonly assumed: readonly string[];
}

/** A stretch of time in which a job is in one state. */
export interface Segment {
  readonly state: 'running' | 'waiting' | 'down';
  readonly from: number;
  readonly to: number;
  /** Of `running` and `waiting`: which run is there or to come; of `down` the last one, 0 before the first. */
  readonly run: number;
  /** How the run ends, at `to`; null when it goes on, and for the other states. */
  readonly exit: ExitKind | null;
}

/** The same as stretches without gaps, from 0 to `playedMs`; a stretch of no length is left out unless a run ends in it. */
export function segmentsOf({ events, playedMs }: Timeline): readonly Segment[] {
  const segments: Segment[] = [];
  let open: Omit<Segment, 'to' | 'exit'> = { state: 'down', from: 0, run: 0 };
  const close = (to: number, exit: ExitKind | null): void => {
    if (to > open.from || exit !== null) segments.push({ ...open, to, exit });
  };
  for (const event of events) {
    if (event.kind === 'missed') continue;
    close(event.at, event.kind === 'exit' ? event.exit : null);
    const state = event.kind === 'start' ? 'running' : event.kind === 'wait' ? 'waiting' : 'down';
    open = { state, from: event.at, run: event.run };
  }
  close(playedMs, null);
  return segments;
}

/** One run: why and when it starts, how it ends, and what comes next. Times as in the events. */
export interface Run {
  readonly run: number;
  readonly startsAt: number;
  readonly reason: Reason;
  /** It follows the end of the run before it, by KeepAlive; otherwise a trigger, or loading the job, has started it. */
  readonly restarted: boolean;
  /** Null: it still runs when the time is over. */
  readonly end: { readonly at: number; readonly exit: ExitKind } | null;
  /** Milliseconds that launchd waits before it starts the next one; null: it does not start it by itself, or runs still. */
  readonly waitMs: number | null;
}

export function runsOf({ events }: Timeline): readonly Run[] {
  const steps = events.filter(({ kind }) => kind !== 'missed');
  return steps.flatMap((event, index): Run[] => {
    if (event.kind !== 'start') return [];
    const before = steps[index - 1];
    const end = steps[index + 1];
    const after = steps[index + 2];
    return [
      {
        run: event.run,
        startsAt: event.at,
        reason: event.reason,
        restarted: before?.kind === 'exit' || (before?.kind === 'wait' && steps[index - 2]?.kind === 'exit'),
        end: end?.kind === 'exit' ? { at: end.at, exit: end.exit } : null,
        waitMs: after?.kind === 'wait' ? after.until - after.at : after?.kind === 'start' ? 0 : null,
      },
    ];
  });
}
