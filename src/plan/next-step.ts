import {
  COULD_NOT_START,
  couldNotStart,
  describeLastExit,
  gaveUpWords,
  isBadExit,
} from '../launchd/last-exit.ts';
import { effectiveThrottle } from '../launchd/throttle.ts';
import type { Job } from '../model/job.ts';
import type { GaveUp } from '../model/ledger.ts';
import type { LeftoverFinding } from '../model/leftover.ts';
import type { ObservedService } from '../model/observed.ts';
import type { Blocked, Change } from '../model/plan.ts';
import type { LastExit } from '../model/service.ts';
import type { JobStatus } from '../model/status.ts';
import type { Finding } from './finding.ts';
import { holderWords } from './leftover-words.ts';

/** What the person should do about a job, in a sentence; empty when it is as it should be. */
export function nextStep(
  status: Omit<JobStatus, 'next'>,
  {
    seen,
    job,
    isHeld,
    gaveUp,
    disabledByUs,
    change,
    cause,
    left,
    launchctl,
  }: {
    readonly seen: ObservedService;
    readonly job: Job | null;
    readonly isHeld: boolean;
    /** Why it is held, where that was not `stop`. */
    readonly gaveUp: GaveUp | null;
    /** The override is of our making: by `stop --disable`, or for a declaration. */
    readonly disabledByUs: boolean;
    /** What apply would do with it, or why it would not. */
    readonly change: Pick<Change, 'op' | 'blocked'>;
    /** Why launchd cannot start it, where looking found that. */
    readonly cause: Finding | null;
    /** What a dead run left in its way. */
    readonly left: readonly LeftoverFinding[];
    /** How a person calls it in a shell. */
    readonly launchctl: string;
  },
): string {
  const name = status.instance ?? status.label;
  const target = `${status.domain}/${status.label}`;
  const { blocked } = change;
  // What is not ours, or may not be touched, cannot be started by its name either.
  const look = (): string => whatIsInTheWay(left, job) ?? whereToLook(status.lastExit, job, name, cause);
  const start = (advice: string): string => (blocked === null ? advice : whyBlocked(blocked));
  if (job?.managedByOther === true && status.verdict !== 'unknown') return whenOther(status, name);
  switch (status.verdict) {
    case 'unknown':
      return `Look at \`${launchctl} print ${target}\`: ${seen.state === 'unknown' ? seen.why : 'its answer cannot be read.'}`;
    case 'disabled':
      if (job?.enabled === false) return '';
      if (isHeld)
        return disabledByUs
          ? `It was stopped with \`reconcile stop --disable\`; run \`reconcile start ${name}\`.`
          : `It was stopped with \`reconcile stop\`, and disabled outside; \`reconcile start ${name}\` undoes both.`;
      if (disabledByUs) return 'It is no longer declared disabled. Run `reconcile apply` to enable it.';
      // Only what is installed can be started.
      return status.plist === 'missing'
        ? 'It was disabled outside. Declare `enabled: true` to undo that.'
        : `It was disabled outside. Run \`reconcile start ${name}\` to undo that, or declare \`enabled: true\`.`;
    case 'held':
      if (status.plist === 'differs' && job !== null)
        return `It was ${gaveUp === null ? 'stopped with `reconcile stop`' : gaveUpWords(gaveUp)}, and the file says something else by now: \`reconcile apply --release-held --target ${name}\` takes it up as the file says.`;
      return gaveUp === null
        ? `It was stopped with \`reconcile stop\`; run \`reconcile start ${name}\`.`
        : `It was ${gaveUpWords(gaveUp)}: ${whereToLook(gaveUp.exits.at(-1) ?? null, job, name, cause)}, put it right, then run \`reconcile restart ${name}\`.`;
    case 'not-loaded':
      if (seen.state === 'no-domain')
        return `There is no ${status.domain} now; it is loaded at the next login.`;
      if (blocked !== null && blocked.code !== FOREIGN) return whyBlocked(blocked);
      return status.plist === 'foreign'
        ? 'Somebody else’s plist is there; see `reconcile plan`.'
        : 'Run `reconcile apply` to load it.';
    case 'pended':
      return start(`launchd has put off its start; run \`reconcile start ${name}\`.`);
    case 'stopping':
      return 'It was told to end; look again in a moment.';
    case 'running':
      return whenIll(status, name, job) || whenItDiffers(status, change, name);
    case 'waiting':
      return whenItDiffers(status, change, name);
    case 'crash-looping':
      return `It has been started ${status.runs} times and ended with ${exitWords(status.lastExit)}; ${look()}.`;
    case 'throttled':
      return `${howItEnded(status.lastExit)}launchd starts it again ${job === null ? 'soon' : `${effectiveThrottle(job.plist)} s after its last start`}${isBadExit(status.lastExit) ? `; ${look()}` : ''}.`;
    case 'failing':
      return status.lastExit === null
        ? start(`It should run and does not; run \`reconcile start ${name}\`.`)
        : `It ended with ${exitWords(status.lastExit)}; ${look()}.`;
    case 'stopped-by-policy':
      return status.lastExit === null
        ? start(`Nothing starts it by itself; \`reconcile start ${name}\` does.`)
        : start(
            `It ended with ${exitWords(status.lastExit)}, and its policy leaves it down then; \`reconcile start ${name}\` runs it again.`,
          );
  }
}

/** Who runs and does not answer. Empty: it is well, or its start is not over. */
function whenIll({ health }: Omit<JobStatus, 'next'>, name: string, job: Job | null): string {
  if (health === null || health.state === 'healthy') return '';
  const reason = upperFirst(health.reason);
  if (health.state === 'starting') return `It is starting: ${health.reason}.`;
  if (health.state === 'unknown') return `Its health is not known: ${health.reason}.`;
  const then =
    job?.healthcheck?.onUnhealthy === 'restart'
      ? `\`reconcile watch\` restarts it, and so does \`reconcile restart ${name}\``
      : `${readLogs(job, name)}, or run \`reconcile restart ${name}\``;
  return `${reason}; ${then}.`;
}

/** What another program manages is that program's to start and to mend. */
function whenOther({ plist, verdict, lastExit }: Omit<JobStatus, 'next'>, name: string): string {
  if (plist === 'missing') return 'Another program manages it and has not installed it.';
  if (plist !== 'ok')
    return `Another program writes its plist; \`reconcile audit -t ${name}\` tells what differs.`;
  if (verdict === 'running' || verdict === 'waiting') return '';
  return `${howItEnded(lastExit)}Another program manages it; start it there.`;
}

const SEE_PLAN = 'See `reconcile plan`, then run `reconcile apply`.';

const FOREIGN = 'job/foreign';

/** apply would refuse, so it is no advice. */
function whyBlocked({ code, message, hint }: Blocked): string {
  return code === FOREIGN ? 'Run `reconcile apply --adopt` to manage it.' : `${message} ${hint}`;
}

function whenItDiffers(
  status: Omit<JobStatus, 'next'>,
  { op, blocked }: Pick<Change, 'op' | 'blocked'>,
  name: string,
): string {
  if (blocked !== null) return whyBlocked(blocked);
  switch (status.plist) {
    case 'ok':
      if (status.stale !== true) return '';
      // A plan in which it stays as it is would tell nothing.
      return op === 'noop'
        ? `That is left alone (\`ignore_changes\`); \`reconcile apply --replace ${name}\` loads the file.`
        : SEE_PLAN;
    case 'foreign':
      return 'Run `reconcile apply --adopt` to manage it.';
    case 'missing':
    case 'differs':
    case 'invalid':
      return SEE_PLAN;
  }
}

function howItEnded(lastExit: LastExit | null): string {
  return lastExit === null ? '' : `It ended with ${exitWords(lastExit)}. `;
}

/**
 * By 78, launchd says that it could not start the program at all: then there is no output to read, and what is missing is
 * looked for instead.
 */
function whereToLook(
  lastExit: LastExit | null,
  job: Job | null,
  name: string,
  cause: Finding | null,
): string {
  if (cause !== null) return `${lowerFirst(cause.cause)}. ${cause.hint.replace(/\.$/, '')}`;
  return couldNotStart(lastExit) ? `see \`reconcile explain ${COULD_NOT_START}\`` : readLogs(job, name);
}

/** Where its own words are; what is not logged cannot be read. */
function readLogs(job: Job | null, name: string): string {
  const keys = ['StandardErrorPath', 'StandardOutPath'];
  return job === null || keys.some((key) => typeof job.plist.entries[key] === 'string')
    ? `read \`reconcile logs ${name}\``
    : 'give it `logs: true` to see what it says';
}

/** Null: nothing was found. What is not declared as stale is never removed by us. */
function whatIsInTheWay(left: readonly LeftoverFinding[], job: Job | null): string | null {
  const holder = left.find(({ leftover }) => leftover.kind === 'process');
  if (holder !== undefined && job !== null) {
    const { message, hint } = holderWords(job, holder);
    return `${lowerFirst(message)} ${hint.replace(/\.$/, '')}`;
  }
  const first = left.find(({ state }) => state === 'dead');
  if (first === undefined || !('path' in first.leftover)) return null;
  const { kind, path } = first.leftover;
  const { sockets = [], pidFiles = [] } = job?.stale ?? {};
  const then =
    sockets.includes(path) || pidFiles.includes(path)
      ? 'run `reconcile apply`, which removes it'
      : `remove it, or let reconcile do that: \`stale: {${kind === 'socket' ? 'sockets' : 'pid_files'}: [${path}]}\``;
  return `${path} is left over from a dead run and may be in its way (${first.why}): ${then}`;
}

/** An address or a path stays as it is. */
function upperFirst(sentence: string): string {
  if (/^[a-z]+:\/\//.test(sentence)) return sentence;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}

function exitWords(lastExit: LastExit | null): string {
  return lastExit === null ? 'nothing known' : describeLastExit(lastExit);
}
