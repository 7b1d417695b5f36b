import { LAUNCHCTL_CODES, type LaunchctlCode } from './code-table.ts';

/** The sub-commands whose outcome is judged. */
export type Verb =
  | 'bootstrap'
  | 'bootout'
  | 'enable'
  | 'disable'
  | 'kickstart'
  | 'kill'
  | 'print'
  | 'print-disabled'
  | 'list';

/**
 * What a launchctl call came to. None of them says that a job runs: only `print` does.
 *
 * - `done`: accepted
 * - `already`: it is so already (bootstrap: loaded; kickstart: running)
 * - `in-progress`: accepted, still going on (bootout)
 * - `busy`: already loaded or still being taken out; ask `print`, then try again
 * - `not-loaded`, `not-running`, `disabled`: as they say
 * - `no-domain`: no such session now, or it is closing; says nothing of the job
 * - `pended`: the domain starts nothing by itself for now
 * - `not-permitted`: only another user, root, or nobody may do that
 * - `unclear`: the wastebasket code 5 and its like; ask `print`
 * - `refused`: a definite no; the code tells why
 * - `no-answer`: ended by a signal, the time limit, or with a number that is none of launchctl's
 */
export type CallOutcome =
  | 'done'
  | 'already'
  | 'in-progress'
  | 'busy'
  | 'not-loaded'
  | 'not-running'
  | 'disabled'
  | 'no-domain'
  | 'pended'
  | 'not-permitted'
  | 'unclear'
  | 'refused'
  | 'no-answer';

const BY_CODE: ReadonlyMap<number, LaunchctlCode> = new Map(LAUNCHCTL_CODES.map((row) => [row.code, row]));

/** What a number of launchctl's means; null for a number that it does not use. */
export function launchctlCode(code: number): LaunchctlCode | null {
  return BY_CODE.get(code) ?? null;
}

/** `37: Operation already in progress`, as launchctl writes it behind "Bootstrap failed: ". */
export function describeLaunchctlCode(code: number): string {
  return `${code}: ${launchctlCode(code)?.text ?? 'Unknown error'}`;
}

/**
 * Codes that mean a verb came to what was asked for, whether by this call or before it (facts §3.3, §3.5). `print` has the
 * last word in any case: bootout is asynchronous, and 37 is also given while a job is being taken out.
 */
export const ACCEPTED: Readonly<Record<Verb, readonly number[]>> = {
  bootstrap: [0],
  bootout: [0, 3, 36, 113],
  enable: [0],
  disable: [0],
  kickstart: [0, 37],
  kill: [0],
  print: [0],
  'print-disabled': [0],
  list: [0],
};

/** Whether the call came to what was asked for: see `ACCEPTED`. */
export function isAccepted(verb: Verb, code: number | null, stderr: string): boolean {
  const number = decidingCode(code, stderr);
  return number !== null && ACCEPTED[verb].includes(number);
}

/**
 * The number that decides: launchctl's exit status, save where it is unhelpful (1, or a number that is not launchctl's) and
 * standard error has a line that ends in `N: TEXT`. The words never decide. Null stays null.
 */
export function decidingCode(code: number | null, stderr: string): number | null {
  if (code === null || (code !== 1 && BY_CODE.has(code))) return code;
  return numberIn(stderr) ?? code;
}

/** Judges a finished call by its number alone. `code` null: ended by a signal or the time limit. */
export function outcomeOf(verb: Verb, code: number | null, stderr: string): CallOutcome {
  const number = decidingCode(code, stderr);
  switch (number) {
    case null:
      return 'no-answer';
    case 0:
      return 'done';
    case 3:
      return verb === 'kill' ? 'not-running' : verb === 'bootstrap' ? 'refused' : 'not-loaded';
    case 17:
      return verb === 'bootstrap' ? 'already' : 'refused';
    case 36:
      return 'in-progress';
    case 37:
      return verb === 'kickstart' ? 'already' : 'busy';
    case 113:
      return 'not-loaded';
    case 112:
    case 124:
    case 125:
      return 'no-domain';
    case 119:
      return 'disabled';
    case 146:
      return 'pended';
    case 1:
    case 13:
    case 144:
    case 150:
      return 'not-permitted';
    case 5:
    case 130:
    case 131:
    case 132:
      return 'unclear';
    default:
      return BY_CODE.has(number) ? 'refused' : 'no-answer';
  }
}

/** The last `N: TEXT` that begins a line or follows a colon and a space, where N is a code that we know. */
function numberIn(stderr: string): number | null {
  for (const line of stderr.split('\n').reverse()) {
    const match = /(?:^|: )([0-9]{1,3}): [^:]+$/.exec(line.trimEnd());
    const number = match === null ? null : Number(match[1]);
    if (number !== null && BY_CODE.has(number)) return number;
  }
  return null;
}
