import type { Diagnostic } from '../model/diagnostic.ts';
import type { Job } from '../model/job.ts';
import type { Blocked } from '../model/plan.ts';

/** A warning about a job, at the place where it is declared. */
export function warnAbout(job: Job, said: Blocked): Diagnostic {
  const { file, line, column, length } = job.place;
  return {
    code: said.code,
    severity: 'warning',
    message: said.message,
    file,
    line,
    column,
    length,
    hint: said.hint,
  };
}
