import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { type Environment, findProgram } from './places.ts';

/**
 * Runs a program on our own terminal and waits for it. Signals that we get are passed on: `signal` is aborted with their name
 * as the reason. Gives its exit status, or 128 + the number of the signal that ended it, as a shell does. Throws `run/missing`
 * (exit 127) when there is no such program, `run/refused` (exit 126) when it cannot be executed.
 */
export function runAttached(
  program: string,
  args: readonly string[],
  options: {
    readonly env: Readonly<Record<string, string>>;
    readonly cwd: string;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  const { env, cwd, signal } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, cwd, stdio: 'inherit' });
    const pass = (): void => {
      const name = isSignal(signal.reason) ? signal.reason : 'SIGTERM';
      // The terminal has sent Ctrl-C to both of us.
      if (name === 'SIGINT' && isatty(0)) return;
      child.kill(name);
    };
    signal.addEventListener('abort', pass);
    child.once('spawn', () => {
      if (signal.aborted) pass();
    });
    child.once('error', (cause) => reject(cannotRun(program, cause, env)));
    child.once('exit', (code, endedBy) => {
      signal.removeEventListener('abort', pass);
      resolve(code ?? 128 + (endedBy === null ? 0 : constants.signals[endedBy]));
    });
  });
}

function isSignal(reason: unknown): reason is NodeJS.Signals {
  return typeof reason === 'string' && reason in constants.signals;
}

/** Why a program could not be started, as `run/missing` (exit 127) or `run/refused` (exit 126). */
export function cannotRun(program: string, cause: NodeJS.ErrnoException, env: Environment): ReconcileError {
  const isThere = existsSync(findProgram(program, env));
  // A folder of PATH that may not be looked into makes EACCES of what is in none of them.
  const isMissing = !isThere && (cause.code === 'ENOENT' || !program.includes('/'));
  if (isMissing)
    return new ReconcileError('run/missing', `${program} cannot be run: there is no such program.`, {
      hint: program.includes('/') ? 'Check the path.' : 'Check its name, and that its folder is in PATH.',
      exitCode: EXIT.notFound,
      cause,
    });
  if (cause.code === 'ENOENT')
    return new ReconcileError(
      'run/refused',
      `${program} cannot be run: the interpreter that its first line names is missing.`,
      { hint: 'Install it, or correct the first line of the script.', exitCode: EXIT.notExecutable, cause },
    );
  return new ReconcileError('run/refused', `${program} cannot be run: ${reasonOf(cause)}.`, {
    hint: 'Check that it is a program, and executable: ls -l.',
    exitCode: EXIT.notExecutable,
    cause,
  });
}

function reasonOf(cause: NodeJS.ErrnoException): string {
  return cause.code === 'EACCES' ? 'it may not be executed' : cause.message;
}
