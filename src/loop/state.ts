import type { JobName, Writer } from '../model/loop.ts';
import type { LastExit } from '../model/service.ts';

// All times are milliseconds since 1970: the state outlives the process, and the machine's uptime.

/** One difference from outside that the loop put right. */
export interface Correction {
  readonly at: number;
  readonly keys: readonly string[];
}

/** A job that another program keeps changing: left alone until told. */
export interface Contested {
  readonly since: number;
  readonly keys: readonly string[];
  /** Of the declaration then: another one is a word of its owner. */
  readonly declared: string;
  readonly writer: Writer;
}

/** Applying it failed: not before `retryAt`, unless something else is to be done than what failed. */
export interface Failures {
  readonly count: number;
  readonly retryAt: number;
  /** What was to be done. */
  readonly signature: string;
}

/** How the runs of a job ended, as far as it was seen. */
export interface Track {
  /** Hash of the plist that it was loaded from, as the ledger has it: of another definition nothing counts. Null: not known. */
  readonly definition: string | null;
  /** Runs that had ended when it was last looked at, since it was loaded; null: not known. */
  readonly ended: number | null;
  /** When `ended` was known for certain, so that more ends lie between then and now; null: not by this loop. */
  readonly countedAt: number | null;
  readonly pid: number | null;
  /** Bad ends, oldest first. */
  readonly bad: readonly { readonly at: number; readonly exit: LastExit }[];
  /** That it is crash-looping was told. */
  readonly told: boolean;
  /** Ends that are no bad ones, and that nobody asked us for: times, oldest first. */
  readonly others: readonly number[];
  /** That it is restarted often was told. */
  readonly toldOften: boolean;
}

/** What the loop remembers of one job. */
export interface JobMemory {
  readonly corrections: readonly Correction[];
  readonly contested: Contested | null;
  readonly failures: Failures | null;
  readonly track: Track | null;
  /** When the loop restarted it for its health, within the last hour. */
  readonly restarts: readonly number[];
}

/** What the loop remembers, beyond a restart of it. */
export interface LoopState {
  readonly version: 1;
  /** By target: `gui/501/LABEL`. */
  readonly jobs: Readonly<Record<string, JobMemory>>;
}

/** A person has acted upon a job. */
export interface Word {
  readonly target: string;
  /** When the command that did it began. */
  readonly at: number;
}

export const NO_MEMORY: JobMemory = {
  corrections: [],
  contested: null,
  failures: null,
  track: null,
  restarts: [],
};

const MEMBERS = Object.keys(NO_MEMORY) as readonly (keyof JobMemory)[];

export const EMPTY_STATE: LoopState = { version: 1, jobs: {} };

export function targetOf({ domain, label }: Pick<JobName, 'domain' | 'label'>): string {
  return `${domain}/${label}`;
}

/** The job that a target names. */
export function nameOf(target: string): Pick<JobName, 'domain' | 'label'> {
  const at = target.lastIndexOf('/');
  return { label: target.slice(at + 1), domain: target.slice(0, at) as JobName['domain'] };
}

export function memoryOf(state: LoopState, job: Pick<JobName, 'domain' | 'label'>): JobMemory {
  const target = targetOf(job);
  return Object.hasOwn(state.jobs, target) ? (state.jobs[target] ?? NO_MEMORY) : NO_MEMORY;
}

/** The state with another memory of one job; one that says nothing is dropped. The same object where nothing changes. */
export function withMemory(
  state: LoopState,
  job: Pick<JobName, 'domain' | 'label'>,
  change: Partial<JobMemory>,
): LoopState {
  const target = targetOf(job);
  const { [target]: _, ...rest } = state.jobs;
  const before = memoryOf(state, job);
  const memory = { ...before, ...change };
  if (MEMBERS.every((name) => memory[name] === before[name])) return state;
  const isEmpty =
    memory.corrections.length === 0 &&
    memory.contested === null &&
    memory.failures === null &&
    memory.track === null &&
    memory.restarts.length === 0;
  return { ...state, jobs: isEmpty ? rest : { ...rest, [target]: memory } };
}
