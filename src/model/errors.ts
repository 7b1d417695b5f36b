/** Exit codes of interface §3; the last two are those of a shell, for `embedded run` alone. */
export const EXIT = {
  ok: 0,
  failed: 1,
  changes: 2,
  partial: 3,
  down: 4,
  usage: 64,
  invalidFile: 65,
  noLaunchctl: 69,
  locked: 75,
  needsRoot: 77,
  interrupted: 130,
  notExecutable: 126,
  notFound: 127,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/**
 * The world refused: launchctl cannot be run, no permission, lock held, wrong usage. Carries a stable code, one sentence,
 * what to do next, and the exit code that the command ends with. Never shown with a stack trace.
 */
export class ReconcileError extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(
    code: string,
    message: string,
    options: { hint?: string; exitCode: ExitCode; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ReconcileError';
    this.code = code;
    this.hint = options.hint;
    this.exitCode = options.exitCode;
  }
}
