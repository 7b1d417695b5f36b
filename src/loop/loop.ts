import type { Diagnostic } from '../model/diagnostic.ts';
import type { Job } from '../model/job.ts';
import type { LoopEvent, Told } from '../model/loop.ts';
import type { Observed } from '../model/observed.ts';
import type { Change, Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import type { Asking } from './asking.ts';
import { pauseAfter } from './back-off.ts';
import { resumed } from './crash-loop.ts';
import { type HealthMemories, nextAskMs, noteRestarts, type Restarting, watchHealth } from './health.ts';
import { type Judgement, judgeChanges } from './judge.ts';
import {
  type Chosen,
  chooseChanges,
  dueGiveUps,
  noteBegun,
  noteContests,
  noteOutcome,
  withoutBegun,
  withoutGone,
} from './outcome.ts';
import { createOwnFiles } from './own-files.ts';
import {
  type GivingUp,
  nextLookMs,
  type Tracks,
  watchRuns,
  withLoaded,
  withoutFormer,
  withTracks,
} from './runs.ts';
import { type LoopState, targetOf, type Word } from './state.ts';
import { noteTold } from './told.ts';

/** What the file declares, as far as the loop is concerned. */
export interface Declared {
  readonly stack: string;
  readonly file: string;
  readonly jobs: readonly Job[];
  readonly diagnostics: readonly Diagnostic[];
}

/** The file now: the same object for as long as nothing of it changed. */
export type FileReading<D extends Declared> =
  | { readonly state: 'good'; readonly declared: D }
  /** It is wrong; `declared` is the last good one. */
  | { readonly state: 'invalid'; readonly diagnostics: readonly Diagnostic[]; readonly declared: D | null }
  /** It is just being written: nothing is decided by it. */
  | { readonly state: 'changing' };

export interface Seen {
  readonly observed: Observed;
  readonly plan: Plan;
}

/** An error, as the loop tells it. `quiet`: it will pass, and is not worth a word. */
export interface Trouble {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly quiet: boolean;
}

/** Everything that the loop learns from the world and does to it. Each look is afresh. */
export interface LoopMeans<D extends Declared> {
  /** Milliseconds since 1970. */
  now(): number;
  readFile(): FileReading<D>;
  /** @param closely targets whose runs are counted one by one */
  look(declared: D, closely: ReadonlySet<string>): Promise<Seen>;
  /** Takes the lock, looks again, and applies what `choose` makes of that. */
  mend(
    declared: D,
    closely: ReadonlySet<string>,
    choose: (seen: Seen) => Promise<readonly Change[]>,
  ): Promise<{ readonly changes: readonly Change[]; readonly report: Report }>;
  /**
   * Makes sure that no other loop minds this stack. True: our lock had been removed, and is taken anew. An error that
   * `explain` does not take: another loop has it by now.
   */
  stayAlone(): Promise<boolean>;
  /** What a person did since this was last asked. */
  takeTold(): Promise<readonly Word[]>;
  saveState(state: LoopState): Promise<void>;
  /** It still runs: noted without writing the state. */
  beat(): Promise<void>;
  /** Asks running jobs all that their health checks name. */
  readonly asking: Asking;
  endOfLog(plist: string): Promise<{ readonly path: string; readonly lines: readonly string[] } | null>;
  /** Who we are, and how others are called. */
  readonly uid: number;
  nameOfUser(uid: number): string | null;
  /** Until something may have changed, at most so long. */
  wait(ms: number, declared: D | null): Promise<void>;
  /** Where every deed and every decision not to act goes: text, JSON, and whoever else wants to know. */
  emit(event: Told): void;
  /** Throws what ends the loop. */
  explain(error: unknown): Trouble;
}

export interface LoopOptions {
  readonly intervalMs: number;
  /** The whole stack is watched, not some targets of it. */
  readonly whole: boolean;
  readonly signal: AbortSignal;
  /** Ends after so many rounds; for measurements. */
  readonly rounds?: number;
}

/** How soon a file that is being written is looked at again. */
const CHANGING_MS = 200;
/** What was just done is looked at again after this time: a job that falls over shows within a moment. */
const AFTER_MS = 1_000;

/**
 * Observe, plan, apply, again and again. Level-based: a round acts on what it sees and on the state, and an event only makes
 * it look sooner. Ends when the signal is aborted, after the job in hand; gives the number of rounds.
 */
export async function runLoop<D extends Declared>(
  means: LoopMeans<D>,
  initial: LoopState,
  options: LoopOptions,
): Promise<number> {
  const { intervalMs, signal, rounds: most = Number.POSITIVE_INFINITY } = options;
  const own = createOwnFiles(initial, {
    save: (state) => means.saveState(state),
    explain: (error) => means.explain(error),
    emit,
  });
  let tracks: Tracks = new Map(
    Object.entries(initial.jobs).flatMap(([target, { track }]) =>
      track === null ? [] : [[target, resumed(track)] as const],
    ),
  );
  /** Targets whose process was ended on purpose since the last look, and since when its ends count. */
  let handled: ReadonlyMap<string, number> = new Map();
  let healths: HealthMemories = new Map();
  let rounds = 0;
  let troubles = 0;
  let trouble: string | null = null;
  let reading: FileReading<D> | null = null;
  let declared: D | null = null;
  /** What was said of each job that is left alone, so that it is said once. */
  const said = new Map<string, string>();

  while (!signal.aborted && rounds < most) {
    rounds += 1;
    let pause = intervalMs;
    try {
      pause = Math.min(pause, await round());
    } catch (error) {
      if (signal.aborted) break;
      const told = means.explain(error);
      // What passes by itself, such as an apply by hand that holds the lock, is soon over.
      pause = told.quiet ? Math.min(intervalMs, AFTER_MS) : pauseAfter(++troubles, intervalMs);
      sayTrouble(told, means.now() + pause);
    }
    if (signal.aborted || rounds >= most) break;
    await means.wait(pause, declared);
  }
  return rounds;

  /** Gives when to look again, in milliseconds. */
  async function round(): Promise<number> {
    const now = means.readFile();
    if (now.state === 'changing') return CHANGING_MS;
    noteFile(now);
    await own.begin(await means.stayAlone());
    await means.beat();
    if (declared === null) return intervalMs;
    const current = declared;
    await noteWords(current.jobs);
    const closely = new Set(current.jobs.filter(({ giveUp }) => giveUp !== undefined).map(targetOf));
    const seen = await means.look(current, closely);
    const watched = watchRuns(tracks, seen, current.jobs, means.now(), handled);
    handled = new Map();
    for (const event of watched.events) emit(event);
    await keepTracks(watched.tracks, current.jobs);
    const judged = judge(current, seen);
    sayLeft(judged);
    await own.keep(
      noteContests(
        options.whole ? withoutGone(own.state, seen.plan) : own.state,
        judged,
        seen,
        current.jobs,
        {
          now: means.now(),
          uid: means.uid,
          nameOf: means.nameOfUser,
          emit,
        },
      ),
    );
    const ill = await judgeHealth(current.jobs, seen);
    const giveUps = dueGiveUps(watched.giveUps, seen, own.state, means.now());
    if (judged.some((each) => each.do === 'mend') || giveUps.length > 0 || ill.length > 0) {
      await mend(current, closely, giveUps, ill);
      noteWell();
      return AFTER_MS;
    }
    noteWell();
    const soon = nextLookMs(tracks, current.jobs, seen.observed, intervalMs, means.now());
    return nextAskMs(healths, current.jobs, soon, means.now(), means.asking);
  }

  function judge(current: D, { plan, observed }: Seen): readonly Judgement[] {
    return judgeChanges(plan, observed, own.state, { declared: current.jobs.length, now: means.now() });
  }

  async function judgeHealth(jobs: readonly Job[], seen: Seen): Promise<readonly Restarting[]> {
    const { now, asking } = means;
    const watched = await watchHealth(healths, seen, jobs, { state: own.state, now, asking });
    healths = watched.memories;
    for (const event of watched.events) emit(event);
    return watched.restarts;
  }

  async function mend(
    current: D,
    closely: ReadonlySet<string>,
    giveUps: readonly GivingUp[],
    ill: readonly Restarting[],
  ): Promise<void> {
    let chosen: Chosen | undefined;
    let begunAt = means.now();
    const done = await means
      .mend(current, closely, async (fresh) => {
        begunAt = means.now();
        chosen = chooseChanges(judge(current, fresh), fresh, giveUps, begunAt, ill);
        await own.keep(noteBegun(own.state, chosen, begunAt));
        return chosen.changes;
      })
      .catch(async (error) => {
        if (chosen !== undefined) await own.keep(withoutBegun(own.state, chosen, begunAt));
        throw error;
      });
    if (chosen === undefined) return;
    const { endOfLog } = means;
    healths = noteRestarts(healths, [...chosen.restarts.keys()], means.now());
    handled = new Map([...handled, ...[...chosen.restarts.keys()].map((target) => [target, 0] as const)]);
    tracks = withLoaded(tracks, loadedBy(done), means.now());
    const after = { now: means.now(), begunAt, intervalMs, emit, endOfLog };
    await own.keep(await noteOutcome(own.state, chosen, done, after));
  }

  /** What a person said since the last round: by a command, or in the file. */
  async function noteWords(jobs: readonly Job[]): Promise<void> {
    const told = await own.attempt(() => means.takeTold(), []);
    tracks = withoutFormer(tracks, told);
    handled = new Map([...handled, ...told.map(({ target, at }) => [target, at] as const)]);
    await own.keep(noteTold(own.state, told, jobs, emit));
  }

  /** Only those of jobs that may be given up outlive the loop: of the others, nothing depends on a number. */
  async function keepTracks(next: Tracks, jobs: readonly Job[]): Promise<void> {
    tracks = next;
    await own.keep(withTracks(own.state, next, jobs));
  }

  /** A round came to its end. */
  function noteWell(): void {
    if (trouble !== null) emit({ event: 'recovered', code: trouble });
    trouble = null;
    troubles = 0;
    own.noteWell();
  }

  function noteFile(now: Exclude<FileReading<D>, { readonly state: 'changing' }>): void {
    const isNew = reading === null || !isSameReading(reading, now);
    reading = now;
    declared = now.declared;
    if (!isNew) return;
    if (now.state === 'invalid')
      emit({ event: 'file-invalid', diagnostics: now.diagnostics, keeps: now.declared !== null });
    else {
      const { stack, file, jobs, diagnostics } = now.declared;
      emit({ event: 'file-loaded', stack, file, jobs: jobs.length, diagnostics });
    }
  }

  /** Once, and again when it is for another reason, or was not so meanwhile. */
  function sayLeft(judged: readonly Judgement[]): void {
    const left = new Set<string>();
    for (const each of judged) {
      if (each.do !== 'leave') continue;
      const { instance, label, domain } = each.change;
      const { why, code, message, hint } = each;
      const target = targetOf(each.change);
      const words = `${why} ${code} ${message}`;
      left.add(target);
      if (said.get(target) === words) continue;
      said.set(target, words);
      emit({ event: 'left-alone', instance, label, domain, why, code, message, hint });
    }
    for (const target of said.keys()) if (!left.has(target)) said.delete(target);
  }

  function sayTrouble({ code, message, hint, quiet }: Trouble, retryAt: number): void {
    if (quiet || trouble === code) return;
    trouble = code;
    emit({ event: 'trouble', code, message, hint, retryAt });
  }

  function emit(event: LoopEvent): void {
    means.emit({ ...event, at: means.now() });
  }
}

function isSameReading<D extends Declared>(a: FileReading<D>, b: FileReading<D>): boolean {
  if (a.state === 'good' && b.state === 'good') return a.declared === b.declared;
  return a.state === 'invalid' && b.state === 'invalid' && a.diagnostics === b.diagnostics;
}

/** Targets that were loaded in this. */
function loadedBy({ changes, report }: Awaited<ReturnType<LoopMeans<Declared>['mend']>>): readonly string[] {
  return changes.flatMap((change, index) => {
    const isDone = report.results[index]?.outcome === 'applied';
    return isDone && change.actions.some(({ action }) => action === 'bootstrap') ? [targetOf(change)] : [];
  });
}
