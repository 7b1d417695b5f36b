import { effectiveThrottle } from '../launchd/throttle.ts';
import { isTriggered } from '../launchd/triggers.ts';
import type { GiveUp, Job } from '../model/job.ts';
import type { LedgerEntry } from '../model/ledger.ts';
import type { CrashCount, LoopEvent } from '../model/loop.ts';
import type { Observed, ObservedJob } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import type { LastExit } from '../model/service.ts';
import {
  crashLoopOf,
  type Following,
  follow,
  justLoaded,
  oftenRestarted,
  sampleOf,
  USUAL,
} from './crash-loop.ts';
import { entryOf } from './judge.ts';
import { type LoopState, memoryOf, nameOf, type Track, targetOf, type Word, withMemory } from './state.ts';

/** How the runs of every declared job ended, by target. */
export type Tracks = ReadonlyMap<string, Track>;

/** A job that is to be taken out of launchd, and why. */
export interface GivingUp {
  readonly job: Job;
  readonly giveUp: GiveUp;
  readonly count: CrashCount;
}

export interface RunsWatched {
  readonly tracks: Tracks;
  readonly events: readonly LoopEvent[];
  readonly giveUps: readonly GivingUp[];
}

/**
 * Counts what is seen of each job's runs, and tells a job that falls over again and again from one that did once. Of a job
 * that is declared no more, nothing is kept.
 *
 * @param handled targets whose process was ended on purpose since the last look, and since when its ends count
 */
export function watchRuns(
  before: Tracks,
  { observed, plan }: { readonly observed: Observed; readonly plan: Plan },
  jobs: readonly Job[],
  now: number,
  handled: ReadonlyMap<string, number> = new Map(),
): RunsWatched {
  const seen = new Map(observed.jobs.map((each) => [targetOf(each), each]));
  const tracks = new Map<string, Track>();
  const events: LoopEvent[] = [];
  const giveUps: GivingUp[] = [];
  for (const job of jobs) {
    if (job.excluded) continue;
    const target = targetOf(job);
    const entry = entryOf(job, plan.stack, observed);
    const track = trackOf(before.get(target) ?? null, seen.get(target), {
      now,
      window: job.giveUp ?? USUAL,
      definition: entry?.fileHash ?? null,
      loadedAfter: loadedAfter(entry),
      handledAt: handled.get(target),
    });
    if (track === null) continue;
    const often = isTriggered(job.plist) ? null : oftenRestarted(track, now);
    if (often !== null && !track.toldOften) {
      const { instance, label, domain } = job;
      const lastExit = lastExitOf(seen.get(target));
      events.push({ event: 'restarted-often', instance, label, domain, lastExit, ...often });
    }
    const told = { ...track, toldOften: often !== null };
    const count = crashLoopOf(track, job.giveUp ?? USUAL, now);
    const isOurs = mayBeGivenUp(entry) && !job.managedByOther;
    const isLoaded = seen.get(target)?.service.state === 'loaded';
    if (count === null) tracks.set(target, { ...told, told: false });
    else if (job.giveUp !== undefined && isOurs && isLoaded) {
      tracks.set(target, told);
      giveUps.push({ job, giveUp: job.giveUp, count });
    } else {
      tracks.set(target, { ...told, told: true });
      if (!track.told) {
        const { instance, label, domain } = job;
        events.push({ event: 'crash-looping', instance, label, domain, ...count });
      }
    }
  }
  return { tracks, events, giveUps };
}

/** What a person stopped is that person's; what was given up before, a login has loaded again, and nobody asked for that. */
export function mayBeGivenUp(entry: LedgerEntry | null): boolean {
  return entry !== null && (!entry.held || entry.gaveUp !== undefined);
}

/** What ended before a person took a job in hand does not count any more. */
export function withoutFormer(tracks: Tracks, told: readonly Word[]): Tracks {
  if (told.length === 0) return tracks;
  const words = new Map(told.map(({ target, at }) => [target, at]));
  return new Map(
    [...tracks].map(([target, track]) => {
      const since = words.get(target);
      return [
        target,
        since === undefined
          ? track
          : {
              ...track,
              bad: track.bad.filter(({ at }) => at >= since),
              told: false,
              // The restart itself was seen before the word for it.
              others: [],
              toldOften: false,
            },
      ];
    }),
  );
}

/** What was just loaded anew begins anew, whatever had ended of it before. */
export function withLoaded(tracks: Tracks, targets: readonly string[], now: number): Tracks {
  return targets.length === 0
    ? tracks
    : new Map([...tracks, ...targets.map((target) => [target, justLoaded(now)] as const)]);
}

/** The state with the tracks of the jobs that may be given up, and of no others. */
export function withTracks(state: LoopState, tracks: Tracks, jobs: readonly Job[]): LoopState {
  const counted = new Map(
    jobs.filter(({ giveUp }) => giveUp !== undefined).map((job) => [targetOf(job), job]),
  );
  let next = state;
  for (const [target, { track }] of Object.entries(state.jobs))
    if (track !== null && !counted.has(target)) next = withMemory(next, nameOf(target), { track: null });
  for (const [target, job] of counted) {
    const track = tracks.get(target) ?? null;
    // When it was counted changes with each round, and says nothing to another loop; restarts are only told.
    const kept = track === null ? null : { ...track, countedAt: null, others: [], toldOften: false };
    if (JSON.stringify(kept) !== JSON.stringify(memoryOf(next, job).track))
      next = withMemory(next, job, { track: kept });
  }
  return next;
}

function lastExitOf(seen: ObservedJob | undefined): LastExit | null {
  return seen?.service.state === 'loaded' ? seen.service.service.lastExit : null;
}

/** We loaded it from that file as it was then: its proof says so (interface §6). Milliseconds since 1970; null: not known. */
function loadedAfter(entry: LedgerEntry | null): number | null {
  const changed = entry?.proof?.file.ctimeNs ?? '';
  return /^[0-9]+$/.test(changed) ? Number(BigInt(changed) / 1_000_000n) : null;
}

function trackOf(before: Track | null, seen: ObservedJob | undefined, what: Following): Track | null {
  const service = seen?.service ?? null;
  // Nothing is known of it in this round.
  if (service === null || service.state === 'unknown' || service.state === 'no-domain') return before;
  const sample = sampleOf(service);
  return sample === null ? justLoaded(what.now) : follow(before, sample, what);
}

/**
 * Of a job that may be given up, no look comes so late that all the bad ends could have come since the last one; and the end
 * of no run is missed once it has ended badly.
 */
export function nextLookMs(
  tracks: Tracks,
  jobs: readonly Job[],
  observed: Observed,
  intervalMs: number,
  now: number,
): number {
  const pauses = jobs.flatMap((job) => {
    const track = tracks.get(targetOf(job));
    if (job.giveUp === undefined || track === undefined) return [];
    const isLoaded = observed.jobs.some(
      (each) => targetOf(each) === targetOf(job) && each.service.state === 'loaded',
    );
    const { after, within } = job.giveUp;
    const isRecent = track.bad.some(({ at }) => now - at < within * 1_000);
    // From its first start on there may be so many ends, and one more, in so many throttles.
    const throttles = isLoaded && isRecent ? CLOSELY : Math.max(CLOSELY, after - 2);
    return [Math.max(SOONEST_MS, effectiveThrottle(job.plist) * throttles * 1_000)];
  });
  return Math.min(intervalMs, ...pauses);
}

const SOONEST_MS = 100;
/** A part of a throttle: after an end there is time enough before the next start. */
const CLOSELY = 0.25;
