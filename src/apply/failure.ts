import { describeLaunchctlCode, launchctlCode } from '../launchd/codes.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Failure } from '../model/report.ts';
import type { Answer } from '../sys/client.ts';

/** An action that was refused: what happened in one sentence, and what to do next. */
export function refuse(code: string, message: string, hint: string): ReconcileError {
  return new ReconcileError(code, message, { hint, exitCode: EXIT.failed });
}

/** How a refusal is told. */
export interface Telling {
  /** How a person calls launchctl. */
  readonly launchctlCommand: string;
  /** What the number may mean was looked at, and nothing of the kind was found. */
  readonly lookedAt?: boolean;
}

/** launchd's no, in words by its number (facts §3.4): `launchctl/119`, or `launchctl/no-answer`. */
export function refusedBy(answer: Answer, target: string, telling: Telling): ReconcileError {
  if (answer.code === null)
    return refuse(
      'launchctl/no-answer',
      answer.timedOut
        ? `launchctl ${answer.verb} ${target} did not end in time and was stopped.`
        : `launchctl ${answer.verb} ${target} was ended by a signal.`,
      `Look what launchd has now: ${telling.launchctlCommand} print ${target}. With a slow machine, give it more time: --timeout 30s.`,
    );
  return refusedWith(answer.code, `launchctl ${answer.verb} ${target}`, target, telling);
}

/** Says so little that its usual meanings are worth nothing once they have been looked at. */
const WASTEBASKET = 5;

function refusedWith(code: number, call: string, target: string, telling: Telling): ReconcileError {
  const { launchctlCommand, lookedAt = false } = telling;
  const known = launchctlCode(code);
  const saysNothing = lookedAt && code === WASTEBASKET;
  const meaning = saysNothing
    ? 'launchctl answers that to almost anything.'
    : (known?.meaning ?? 'launchctl does not document this number.');
  const next = known?.next
    .replaceAll('DOMAIN/LABEL', target)
    .replaceAll('`launchctl ', `\`${launchctlCommand} `);
  return refuse(
    `launchctl/${code}`,
    `${call} was refused with ${describeLaunchctlCode(code)}. ${meaning}${lookedAt ? ' Looking found nothing of the kind.' : ''}`,
    next === undefined || saysNothing ? whatLaunchdSays(launchctlCommand) : next,
  );
}

/** Only the Mac's own launchd writes to the log of the system (facts §3.4). */
function whatLaunchdSays(launchctlCommand: string): string {
  return launchctlCommand === 'launchctl'
    ? `Run the same again, and look what launchd itself says: log show --last 2m --predicate 'process == "launchd"'`
    : 'Run the same again with --verbose, which shows each call of launchctl and what it ended with.';
}

/** Any error of an action as data. Words for what a file system refuses; what we do not expect is our own fault. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ReconcileError)
    return { code: error.code, message: error.message, hint: error.hint ?? '' };
  const { code, path, message } = error as NodeJS.ErrnoException;
  const where = path ?? 'a file';
  switch (code) {
    case undefined:
      return {
        code: 'internal',
        message: `reconcile met something that it did not expect: ${message}.`,
        hint: 'This is a fault of reconcile; please report it with this text.',
      };
    case 'ENOSPC':
    case 'EDQUOT':
      return {
        code: 'file/disk-full',
        message: `There is no space left to write ${where}.`,
        hint: 'Make room and apply again; nothing was left half written.',
      };
    case 'EROFS':
      return {
        code: 'file/read-only',
        message: `${where} is on a volume that cannot be written.`,
        hint: 'Mount it for writing, or declare the job for another folder.',
      };
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'file/not-permitted',
        message: `You may not change ${where}.`,
        hint: 'Look who owns it and its folder: ls -le; a folder below your home should be yours.',
      };
    default:
      return {
        code: 'file/failed',
        message: `${message}.`,
        hint: 'Put that right and apply again.',
      };
  }
}
