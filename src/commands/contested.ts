import { memoryOf } from '../loop/state.ts';
import { declarationOf } from '../loop/told.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Job } from '../model/job.ts';
import type { Plan } from '../model/plan.ts';
import { loopStoreOf, runningLoop } from './loop-files.ts';
import type { World } from './world.ts';

/** Of each job that differs, and that the loop which runs now has left to another manager: what comes back, and what to do. */
export async function sayContested(
  { stack, changes }: Plan,
  jobs: readonly Job[],
  world: World,
): Promise<readonly Diagnostic[]> {
  const differing = changes.filter(({ op }) => op !== 'noop');
  if (differing.length === 0 || (await runningLoop(world, stack)) === null) return [];
  const { state } = await loopStoreOf(world, stack).read();
  return differing.flatMap(({ label, domain }) => {
    const job = jobs.find((each) => each.label === label && each.domain === domain);
    const contested = memoryOf(state, { label, domain }).contested;
    if (job === undefined || contested === null || contested.declared !== declarationOf(job)) return [];
    const who = contested.writer.name ?? 'another program';
    return [
      {
        code: 'job/contested',
        severity: 'warning' as const,
        message: `${job.instance} is changed again and again by ${who} (${contested.keys.join(', ')}); the loop has left it alone since ${new Date(contested.since).toISOString()}.`,
        ...job.place,
        hint: `Let one of the two manage it: end the other, then \`reconcile apply --target ${job.instance}\`; or declare it \`managed_by: other\`, or those keys in \`ignore_changes\`.`,
      },
    ];
  });
}
