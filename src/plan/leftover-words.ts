import type { Job } from '../model/job.ts';
import type { LeftoverFinding } from '../model/leftover.ts';
import type { Blocked } from '../model/plan.ts';

/** A process that holds what the job needs: whose it is, and what to do. */
export function holderWords(job: Job, { leftover, state, why, job: other }: LeftoverFinding): Blocked {
  const { pid, holds } = leftover.kind === 'process' ? leftover : { pid: 0, holds: '' };
  const name = job.instance;
  if (pid === 0)
    return {
      code: 'port/in-use',
      message: `${holds}, which ${name} needs, is in use by a process of another user.`,
      hint: 'As root, it can be told which: sudo reconcile status.',
    };
  if (state === 'survivor')
    return {
      code: 'leftover/process',
      message: `Process ${pid} of a former run of ${name} still holds ${holds} (${why}).`,
      hint: `\`reconcile apply --end-leftovers\` ends it before the start, and so does \`reconcile start ${name} --end-leftovers\`.`,
    };
  return {
    code: 'port/in-use',
    message: `${holds}, which ${name} needs, is in use by process ${pid} (${why}).`,
    hint:
      other === undefined
        ? `Look whose it is: ps -fp ${pid}. It is never ended by reconcile.`
        : 'Only one of the two jobs can have it, so one of them needs another.',
  };
}
