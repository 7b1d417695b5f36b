import { policyOf } from '../desired/policy.ts';
import { type ExitKind, effectiveKeepAlive } from '../launchd/keep-alive.ts';
import { signalByNumber } from '../launchd/signals.ts';
import { effectiveThrottle } from '../launchd/throttle.ts';
import { plistToJson } from '../plist/json.ts';
import type { LookAhead, Track } from '../simulate/look-ahead.ts';
import type { TimelineEvent } from '../simulate/timeline.ts';

/** What `explain --exits … --json` has beside the job itself. Times in seconds since the job was loaded. */
export function lookAheadToJson({
  script,
  forMs,
  wall,
  tracks,
}: LookAhead): Readonly<Record<string, unknown>> {
  return {
    from: new Date(wall.loadedAt).toISOString(),
    for: forMs / 1000,
    runs: script.map(({ exit, afterMs }) => ({
      exit: exit === null ? null : exitToJson(exit),
      after: exit === null ? null : afterMs / 1000,
    })),
    timelines: tracks.map(trackToJson),
  };
}

function trackToJson({ declared, timeline, outcome, findings }: Track): unknown {
  const { plist, events, playedMs, assumed } = timeline;
  return {
    declared,
    policy: policyOf(plist),
    keep_alive: plistToJson(effectiveKeepAlive(plist)),
    throttle: effectiveThrottle(plist),
    starts: outcome.starts,
    up: outcome.upMs / 1000,
    end: outcome.end,
    played: playedMs / 1000,
    assumed,
    findings,
    events: events.map(eventToJson),
  };
}

function eventToJson(event: TimelineEvent): unknown {
  const { at, kind, run } = event;
  const common = { at: at / 1000, kind, run };
  switch (event.kind) {
    case 'start':
      return { ...common, reason: event.reason };
    case 'exit':
      return { ...common, exit: exitToJson(event.exit) };
    case 'wait':
      return { ...common, until: event.until / 1000 };
    default:
      return common;
  }
}

/** As `last_exit` of `status`. */
function exitToJson(exit: ExitKind): unknown {
  return 'code' in exit ? exit : { signal: exit.signal, name: signalByNumber(exit.signal)?.name ?? null };
}
