import type { Job } from '../model/job.ts';
import type { LoopEvent } from '../model/loop.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { canonicalText } from '../plan/canonical.ts';
import { hashText } from '../plan/hash.ts';
import { type LoopState, nameOf, targetOf, type Word, withMemory } from './state.ts';

/**
 * Targets of which what was done by hand is a word to the loop: all that was acted upon, and what the loop leaves alone, which is
 * as it should be now. An `apply` that finds nothing to do at a job says nothing of how its runs end.
 *
 * @param state what the loop remembers
 */
export function toldBy({ changes }: Plan, { results }: Report, state: LoopState): readonly string[] {
  const touched = new Set(
    changes.filter(({ actions }) => actions.some(({ action }) => action !== 'record')).map(targetOf),
  );
  return results
    .filter(({ outcome }) => outcome === 'applied' || outcome === 'unchanged' || outcome === 'deferred')
    .map(targetOf)
    .filter((target) => touched.has(target) || (state.jobs[target]?.contested ?? null) !== null);
}

/** What a person did by hand, or wrote into the file, is a word: the job is minded again, and counted anew. */
export function noteTold(
  state: LoopState,
  told: readonly Word[],
  jobs: readonly Job[],
  emit: (event: LoopEvent) => void,
): LoopState {
  let next = state;
  for (const [target, memory] of Object.entries(state.jobs)) {
    const job = jobs.find((each) => targetOf(each) === target);
    const { contested } = memory;
    const isTold = told.some((word) => word.target === target);
    const isRedeclared = contested !== null && contested.declared !== declarationOf(job);
    if (!isTold && !isRedeclared) continue;
    const name = nameOf(target);
    next = withMemory(next, name, { contested: null, corrections: [], failures: null });
    if (contested !== null) emit({ event: 'taken-up', instance: job?.instance ?? null, ...name });
  }
  return next;
}

/** Changes when the file says something else of the job. */
export function declarationOf(job: Job | undefined): string {
  return job === undefined ? '' : hashText(`${canonicalText(job.plist)}\n${job.enabled}`);
}
