import { type Signal, signalByNumber } from './signals.ts';

/** What the exit code of a *job's process* says; not to be mixed up with launchctl's own codes. */
export interface ExitCode {
  readonly code: number;
  /** sysexits name (`EX_CONFIG`), as `print` adds it to the code; null for all others. */
  readonly name: string | null;
  /** A sentence. */
  readonly meaning: string;
  /** A sentence. */
  readonly next: string;
}

const READ_LOG = 'Read the job’s own output: `reconcile logs NAME`.';

const SYSEXITS: readonly (readonly [name: string, meaning: string])[] = [
  ['EX_USAGE', 'The program says that it was called with wrong arguments.'],
  ['EX_DATAERR', 'The program says that its input is wrong.'],
  ['EX_NOINPUT', 'The program says that an input file is missing or cannot be read.'],
  ['EX_NOUSER', 'The program says that a user does not exist.'],
  ['EX_NOHOST', 'The program says that a host does not exist.'],
  ['EX_UNAVAILABLE', 'The program says that something it needs is not available.'],
  ['EX_SOFTWARE', 'The program says that it has met an error of its own.'],
  ['EX_OSERR', 'The program says that the system refused it something.'],
  ['EX_OSFILE', 'The program says that a system file is missing or wrong.'],
  ['EX_CANTCREAT', 'The program says that it cannot create an output file.'],
  ['EX_IOERR', 'The program says that reading or writing failed.'],
  ['EX_TEMPFAIL', 'The program says that it may work later.'],
  ['EX_PROTOCOL', 'The program says that the other side spoke out of turn.'],
  ['EX_NOPERM', 'The program says that it lacks a permission.'],
  [
    'EX_CONFIG',
    'Either the program says that it is configured wrongly, or launchd could not start it at all: the program or its interpreter is missing, the working directory is not there, or a log file cannot be opened.',
  ],
];

const FIRST_SYSEXIT = 64;

/**
 * The meaning of a process's exit code, 0 to 255; null outside. Codes without a common meaning say that they are the
 * program's own (facts §3.4, §4.1).
 */
export function exitCode(code: number): ExitCode | null {
  if (!Number.isInteger(code) || code < 0 || code > 255) return null;
  const sysexit = SYSEXITS[code - FIRST_SYSEXIT];
  if (sysexit !== undefined) {
    const [name, meaning] = sysexit;
    return { code, name, meaning, next: code === 78 ? CONFIG_NEXT : READ_LOG };
  }
  const { meaning, next } = plainExit(code);
  return { code, name: null, meaning, next };
}

/** `78: EX_CONFIG` for a sysexits code, else the number: the words of `last exit code` (facts §4.1). */
export function describeExitCode(code: number): string {
  const name = SYSEXITS[code - FIRST_SYSEXIT]?.[0];
  return name === undefined ? `${code}` : `${code}: ${name}`;
}

/** The signal that a shell wraps into an exit code (143 is SIGTERM), or null. For launchd it is an ordinary failure. */
export function shellSignal(code: number): Signal | null {
  return signalByNumber(code - 128);
}

const CONFIG_NEXT =
  'Check that the program and its interpreter are there, that the working directory exists, and that the job’s user may write its log files.';

function plainExit(code: number): { readonly meaning: string; readonly next: string } {
  const signal = shellSignal(code);
  if (signal !== null)
    return {
      meaning: `A shell that was the job’s process reports that the command in it was ended by ${signal.name}; for launchd this is an ordinary failure, never a crash.`,
      next: 'Let the shell end in `exec COMMAND`, so that launchd sees the signal itself.',
    };
  switch (code) {
    case 0:
      return {
        meaning: 'The process ended well.',
        next: 'Nothing to do; whether launchd starts it again is up to KeepAlive.',
      };
    case 1:
      return { meaning: 'The process failed; it does not say why by this number.', next: READ_LOG };
    case 2:
      return {
        meaning: 'The process failed; shells and many programs mean wrong usage by it.',
        next: 'Check the arguments, then read the job’s own output: `reconcile logs NAME`.',
      };
    case 126:
      return {
        meaning: 'A shell found the command but could not execute it.',
        next: 'Check that the file is executable and that macOS lets launchd’s jobs into its folder.',
      };
    case 127:
      return {
        meaning: 'A shell did not find the command; launchd’s PATH is /usr/bin:/bin:/usr/sbin:/sbin.',
        next: 'Write the command’s absolute path, or add its folder with `path:`.',
      };
    default:
      return { meaning: 'A failure that the program has chosen this number for.', next: READ_LOG };
  }
}
