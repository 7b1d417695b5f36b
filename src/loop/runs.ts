import { effectiveThrottle } from '../launchd/throttle.ts';
import type { GiveUp, Job } from '../model/job.ts';
import type { CrashCount, LoopEvent } from '../model/loop.ts';
import type { Observed, ObservedJob } from '../model/observed.ts';
import type { Plan } from '../model/plan.ts';
import { crashLoopOf, follow, JUST_LOADED, sampleOf, USUAL } from './crash-loop.ts';
import { entryOf } from './judge.ts';
import { type Track, targetOf, type Word } from './state.ts';

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

/** Counts what is seen of each job's runs, and tells a job that falls over again and again from one that did once. */
export function watchRuns(
  before: Tracks,
  { observed, plan }: { readonly observed: Observed; readonly plan: Plan },
  jobs: readonly Job[],
  now: number,
): RunsWatched {
  const seen = new Map(observed.jobs.map((each) => [targetOf(each), each]));
  const tracks = new Map<string, Track>();
  const events: LoopEvent[] = [];
  const giveUps: GivingUp[] = [];
  for (const job of jobs) {
    if (job.excluded) continue;
    const target = targetOf(job);
    const track = trackOf(before.get(target) ?? null, seen.get(target), job, now);
    if (track === null) continue;
    const count = crashLoopOf(track, job.giveUp ?? USUAL, now);
    const isOurs = entryOf(job, plan.stack, observed)?.held === false && !job.managedByOther;
    const isLoaded = seen.get(target)?.service.state === 'loaded';
    if (count === null) tracks.set(target, track.told ? { ...track, told: false } : track);
    else if (job.giveUp !== undefined && isOurs && isLoaded) {
      tracks.set(target, track);
      giveUps.push({ job, giveUp: job.giveUp, count });
    } else {
      tracks.set(target, { ...track, told: true });
      if (!track.told) {
        const { instance, label, domain } = job;
        events.push({ event: 'crash-looping', instance, label, domain, ...count });
      }
    }
  }
  return { tracks, events, giveUps };
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
        since === undefined ? track : { ...track, bad: track.bad.filter(({ at }) => at >= since) },
      ];
    }),
  );
}

function trackOf(
  before: Track | null,
  seen: ObservedJob | undefined,
  { giveUp }: Job,
  now: number,
): Track | null {
  const service = seen?.service ?? null;
  // Nothing is known of it in this round.
  if (service === null || service.state === 'unknown' || service.state === 'no-domain') return before;
  const sample = sampleOf(service);
  return sample === null ? JUST_LOADED : follow(before, sample, now, giveUp ?? USUAL);
}

/** Of a job that is to be given up, the end of no run may be missed: it is looked at more often once it has ended badly. */
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
    const { within } = job.giveUp;
    const isRecent = track.bad.some(({ at }) => now - at < within * 1_000);
    return isLoaded && isRecent ? [Math.max(SOONEST_MS, effectiveThrottle(job.plist) * 250)] : [];
  });
  return Math.min(intervalMs, ...pauses);
}

const SOONEST_MS = 100;
