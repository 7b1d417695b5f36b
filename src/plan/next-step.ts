import { describeExitCode } from '../launchd/exit-codes.ts';
import { describeSignal } from '../launchd/signals.ts';
import { effectiveThrottle } from '../launchd/throttle.ts';
import type { Job } from '../model/job.ts';
import type { ObservedService } from '../model/observed.ts';
import type { LastExit } from '../model/service.ts';
import type { JobStatus } from '../model/status.ts';

/** What the person should do about a job, in a sentence; empty when it is as it should be. */
export function nextStep(status: Omit<JobStatus, 'next'>, seen: ObservedService, job: Job | null): string {
  const name = status.instance ?? status.label;
  const target = `${status.domain}/${status.label}`;
  switch (status.verdict) {
    case 'unknown':
      return `Look at \`launchctl print ${target}\`: ${seen.state === 'unknown' ? seen.why : 'its answer cannot be read.'}`;
    case 'disabled':
      return job?.enabled === false
        ? ''
        : `It was disabled outside. Declare \`enabled: true\` to undo that, or run \`launchctl enable ${target}\`.`;
    case 'held':
      return `It was stopped with \`reconcile stop\`; run \`reconcile start ${name}\`.`;
    case 'not-loaded':
      if (seen.state === 'no-domain')
        return `There is no ${status.domain} now; it is loaded at the next login.`;
      return status.plist === 'foreign'
        ? 'Somebody else’s plist is there; see `reconcile plan`.'
        : 'Run `reconcile apply` to load it.';
    case 'pended':
      return `launchd has put off its start; run \`reconcile start ${name}\`.`;
    case 'stopping':
      return 'It was told to end; look again in a moment.';
    case 'running':
    case 'waiting':
      return whenItDiffers(status);
    case 'crash-looping':
      return `It has been started ${status.runs} times and ended with ${exitWords(status.lastExit)}; read \`reconcile logs ${name}\`.`;
    case 'throttled':
      return `launchd starts it again ${job === null ? 'soon' : `${effectiveThrottle(job.plist)} s after its last start`}; look again then.`;
    case 'failing':
      return status.lastExit === null
        ? `It should run and does not; run \`reconcile start ${name}\`.`
        : `It ended with ${exitWords(status.lastExit)}; read \`reconcile logs ${name}\`.`;
    case 'stopped-by-policy':
      return status.lastExit === null
        ? `Nothing starts it by itself; \`reconcile start ${name}\` does.`
        : `It ended with ${exitWords(status.lastExit)}, and its policy leaves it down then; \`reconcile start ${name}\` runs it again.`;
  }
}

function whenItDiffers(status: Omit<JobStatus, 'next'>): string {
  if (status.stale === true) return 'What runs is older than its plist; run `reconcile apply`.';
  switch (status.plist) {
    case 'ok':
      return '';
    case 'foreign':
      return 'It is not ours; run `reconcile apply --adopt` to manage it.';
    case 'missing':
    case 'differs':
    case 'invalid':
      return 'Its plist is not as declared; see `reconcile plan`.';
  }
}

function exitWords(lastExit: LastExit | null): string {
  if (lastExit === null) return 'nothing known';
  if ('code' in lastExit) return `exit code ${describeExitCode(lastExit.code)}`;
  return 'signal' in lastExit ? describeSignal(lastExit.signal) : lastExit.reason;
}
