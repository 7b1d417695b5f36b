import type { ProbeOutcome } from '../model/health.ts';
import type { Job } from '../model/job.ts';
import { targetOf } from './state.ts';

/** The questions to jobs that are under way: one that is slow to answer holds up neither a round nor another job. */
export interface Asking {
  /** This process has been asked, and its answer was not taken yet. */
  isOpen(job: Job, pid: number): boolean;
  /** Asks a job. What a former process of it still has to say is heard no more. */
  begin(job: Job, pid: number): void;
  /** Until all that were asked since the last call have answered, or patience is over. */
  hear(): Promise<void>;
  /** The answer of this process, once; null: there is none yet. */
  take(job: Job, pid: number): ProbeOutcome | null;
  /** Some answer is still to come. */
  readonly waits: boolean;
}

/**
 * @param ask never throws
 * @param patience how long a round waits for answers; it is told when nobody waits any longer
 */
export function createAsking(
  ask: (job: Job) => Promise<ProbeOutcome>,
  patience: (over: AbortSignal) => Promise<void>,
): Asking {
  const open = new Map<string, { readonly pid: number; answer: ProbeOutcome | null }>();
  let fresh: Promise<void>[] = [];
  const find = (job: Job, pid: number) => {
    const question = open.get(targetOf(job));
    return question?.pid === pid ? question : undefined;
  };
  return {
    isOpen: (job, pid) => find(job, pid) !== undefined,
    begin(job, pid) {
      const question: { readonly pid: number; answer: ProbeOutcome | null } = { pid, answer: null };
      open.set(targetOf(job), question);
      fresh.push(
        ask(job).then((answer) => {
          question.answer = answer;
        }),
      );
    },
    async hear() {
      const asked = fresh;
      fresh = [];
      if (asked.length === 0) return;
      const over = new AbortController();
      await Promise.race([Promise.all(asked), patience(over.signal)]);
      over.abort();
    },
    take(job, pid) {
      const answer = find(job, pid)?.answer ?? null;
      if (answer !== null) open.delete(targetOf(job));
      return answer;
    },
    get waits() {
      return [...open.values()].some(({ answer }) => answer === null);
    },
  };
}
