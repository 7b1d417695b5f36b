import { isBadExit } from '../launchd/last-exit.ts';
import type { GiveUp } from '../model/job.ts';
import type { CrashCount, RestartCount } from '../model/loop.ts';
import type { ObservedService } from '../model/observed.ts';
import type { LastExit } from '../model/service.ts';
import type { Track } from './state.ts';

/** Without `give_up`, this is what is told as crash-looping. Seconds. */
export const USUAL: GiveUp = { after: 5, within: 600 };

/** More than any `give_up` counts is not kept. */
const MOST_KEPT = 100;

/** What is seen of a job's process in one round. */
export interface Sample {
  readonly pid: number | null;
  /** Times that it was started since it was loaded; null: not asked now. */
  readonly runs: number | null;
  readonly lastExit: LastExit | null;
}

/** Null: not loaded, or not known. */
export function sampleOf(service: ObservedService): Sample | null {
  if (service.state === 'proven')
    return {
      pid: service.pid,
      runs: null,
      lastExit: service.lastExitCode === undefined ? null : { code: service.lastExitCode },
    };
  if (service.state !== 'loaded') return null;
  const { pid, runs, lastExit } = service.service;
  // An answer from before tells how things were then: the job may have run many times since.
  return { pid, runs: service.remembered === true ? null : runs, lastExit };
}

const UNKNOWN: Track = {
  definition: null,
  ended: null,
  countedAt: null,
  pid: null,
  bad: [],
  told: false,
  others: [],
  toldOften: false,
};

/** It has just been loaded, or is not: every run from here on is seen. */
export function justLoaded(now: number): Track {
  return { ...UNKNOWN, ended: 0, countedAt: now };
}

/** The track of a former loop: what ended while none looked came at times that nobody knows, and does not count. */
export function resumed(track: Track): Track {
  return { ...track, ended: null, countedAt: null, pid: null };
}

/** What is to be known beside the sample. */
export interface Following {
  readonly now: number;
  /** How far back it matters. */
  readonly window: GiveUp;
  /** What is loaded, as the ledger has it; null: it is not ours. */
  readonly definition: string | null;
  /** It was loaded then or later; null: not known. */
  readonly loadedAfter: number | null;
  /** Since the last look somebody ended its process on purpose; what ended before that time does not count. */
  readonly handledAt?: number | undefined;
}

/**
 * The track with what is seen now. Ends are counted by launchd's run count, and by a change of the process where that was
 * not asked; of several ends since the last look, all but the last are taken to be like the last, and to lie evenly between
 * the two looks. An end by SIGTERM was asked for, and an exit 0 is no crash. A job that was loaded anew (its count began
 * again) begins anew; one that is seen for the first time, or with another definition, is counted from its loading on where
 * that was just now, else from now on.
 */
export function follow(track: Track | null, sample: Sample, what: Following): Track {
  const { now, definition, handledAt } = what;
  const ended = sample.runs === null ? null : sample.runs - (sample.pid === null ? 0 : 1);
  const isAnew = track !== null && ended !== null && track.ended !== null && ended < track.ended;
  const isAnother = track !== null && track.definition !== null && track.definition !== definition;
  const known = track === null || isAnother ? lately(what) : track;
  const before = isAnew ? { ...justLoaded(now), countedAt: track.countedAt } : known;
  const countedAt = ended === null ? (before?.countedAt ?? null) : now;
  if (before === null) return { ...UNKNOWN, definition, ended, countedAt, pid: sample.pid };
  const ends = newEnds(before, ended, sample);
  // The process that stood was ended on purpose.
  const isHandled = handledAt !== undefined && before.pid !== null && before.pid !== sample.pid;
  // Nothing is given up over ends that nobody saw.
  const most = known === track ? MOST_KEPT : Math.max(0, what.window.after - 1);
  const counted = Math.min(isHandled ? ends - 1 : ends, most);
  // Where nothing had run yet, all that ended was started by whoever acted upon it.
  const isFirst = before.ended === 0 && before.pid === null;
  const from = isFirst ? latest(before.countedAt, handledAt) : before.countedAt;
  const times = spread(counted, from, now).filter((at) => at >= (handledAt ?? at));
  const crashed = isCrash(sample.lastExit);
  const kept = before.bad.filter((end) => isWithin(end, what.window, now));
  const bad = [...kept, ...(crashed ? times.map((at) => ({ at, exit: sample.lastExit as LastExit })) : [])];
  const keptOthers = before.others.filter((at) => isWithin({ at }, USUAL, now));
  const others = crashed ? keptOthers : [...keptOthers, ...times];
  return {
    definition,
    ended: ended ?? (before.ended === null ? null : before.ended + ends),
    countedAt,
    pid: sample.pid,
    bad: bad.slice(-MOST_KEPT),
    told: before.told && bad.length > 0,
    others: others.slice(-MOST_KEPT),
    toldOften: before.toldOften && others.length > 0,
  };
}

/**
 * The track of a job that was loaded so lately that every end since then counts; null: it was not, or that is not known, or
 * somebody has acted upon it since.
 */
function lately({ now, window, definition, loadedAfter, handledAt }: Following): Track | null {
  if (loadedAfter === null || loadedAfter > now || !isWithin({ at: loadedAfter }, window, now)) return null;
  return handledAt !== undefined && handledAt > loadedAfter
    ? null
    : { ...justLoaded(loadedAfter), definition };
}

function newEnds(track: Track, ended: number | null, { pid }: Sample): number {
  if (ended !== null && track.ended !== null) return Math.max(0, ended - track.ended);
  // Another process than before: the former has ended.
  return track.pid !== null && track.pid !== pid ? 1 : 0;
}

function latest(countedAt: number | null, handledAt: number | undefined): number | null {
  return countedAt === null || handledAt === undefined ? countedAt : Math.max(countedAt, handledAt);
}

/** So many times, the last of them now: nobody saw when it was. */
function spread(count: number, from: number | null, now: number): readonly number[] {
  const span = Math.max(0, now - (from ?? now));
  return Array.from({ length: Math.max(0, count) }, (_, index) =>
    Math.round(now - (span * (count - 1 - index)) / count),
  );
}

/** Nobody crashes by SIGTERM: somebody asked it to end. */
function isCrash(exit: LastExit | null): boolean {
  return isBadExit(exit) && !(exit !== null && 'signal' in exit && exit.signal === 15);
}

/** So many bad ends within that time; null: a restart now and then. */
export function crashLoopOf(track: Track, { after, within }: GiveUp, now: number): CrashCount | null {
  const recent = track.bad.filter((end) => isWithin(end, { within }, now));
  if (recent.length < after) return null;
  const [first] = recent;
  return {
    exits: recent.map(({ exit }) => exit).slice(-after),
    seconds: Math.max(0, Math.round((now - (first?.at ?? now)) / 1_000)),
  };
}

/** So many ends that are no bad ones; null: a restart now and then. The job is taken to be up again after each. */
export function oftenRestarted(track: Track, now: number): RestartCount | null {
  const recent = track.others.filter((at) => isWithin({ at }, USUAL, now));
  if (recent.length < USUAL.after) return null;
  return { restarts: recent.length, seconds: Math.max(0, Math.round((now - (recent[0] ?? now)) / 1_000)) };
}

/** What lies further ahead than that is of a clock that was set back since. */
function isWithin({ at }: { readonly at: number }, { within }: Pick<GiveUp, 'within'>, now: number): boolean {
  return Math.abs(now - at) < within * 1_000;
}
