import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { EXIT, ReconcileError } from '../model/errors.ts';

function reasonOf(cause: NodeJS.ErrnoException): string {
  if (cause.code === 'ENOENT') return 'there is no such program';
  return cause.code === 'EACCES' ? 'it may not be executed' : cause.message;
}

/**
 * Runs a program on our own terminal and waits for it. Signals that we get are passed on. Gives its exit status, or
 * 128 + the signal's number, as a shell does. Throws `run/missing` (exit 64) when there is no such program.
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
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: options.env, cwd: options.cwd, stdio: 'inherit' });
    const pass = (): void => void child.kill('SIGTERM');
    options.signal.addEventListener('abort', pass);
    child.once('error', (cause) =>
      reject(
        new ReconcileError('run/missing', `${program} cannot be run: ${reasonOf(cause)}.`, {
          hint: 'Check its name and that it is executable.',
          exitCode: EXIT.usage,
          cause,
        }),
      ),
    );
    child.once('exit', (code, signal) => {
      options.signal.removeEventListener('abort', pass);
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
    });
  });
}
