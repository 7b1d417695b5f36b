import { endOfLog } from '../apply/job-log.ts';
import { gaveUpWords } from '../launchd/last-exit.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Job } from '../model/job.ts';
import type { Plan } from '../model/plan.ts';
import type { Files } from '../sys/ports.ts';

/** Of each job that the loop has given up: how it ended, and the end of its log. */
export async function sayGivenUp(
  { changes }: Plan,
  jobs: readonly Job[],
  files: Files,
): Promise<readonly Diagnostic[]> {
  const said: Diagnostic[] = [];
  for (const { label, domain, plist, gaveUp } of changes) {
    const job = jobs.find((each) => each.label === label && each.domain === domain);
    if (gaveUp === undefined || job === undefined) continue;
    const log = await endOfLog(plist, files);
    const tail =
      log === null ? '' : `The end of ${log.path}:\n${log.lines.map((line) => `  ${line}\n`).join('')}`;
    said.push({
      code: 'job/gave-up',
      severity: 'warning',
      message: `${job.instance} was ${gaveUpWords(gaveUp)} (${gaveUp.at}); it is held, and launchd does not have it.`,
      ...job.place,
      hint: `${tail}Put it right, then run: reconcile restart ${job.instance}\nWhat you put right in the file comes with: reconcile apply --release-held --target ${job.instance}`,
    });
  }
  return said;
}
