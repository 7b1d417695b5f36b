import { EXIT, ReconcileError } from '../model/errors.ts';
import { runProgram } from './exec.ts';
import type { CallResult, Launchctl } from './ports.ts';

/** Interface §7: each call, unless the caller knows better. */
export const CALL_TIMEOUT_MS = 10_000;

export interface LaunchctlOptions {
  readonly timeoutMs?: number;
  /** Told after each call: for `-v`, the trace and the bench. */
  readonly onCall?: (args: readonly string[], result: CallResult, tookMs: number) => void;
}

/**
 * The raw port over a launchctl executable. `SUDO_*` is kept from it, since launchd would hand it on to the jobs
 * (facts §3.2). Throws ReconcileError `launchctl/missing` (exit 69) when the program cannot be run at all.
 */
export function createLaunchctl(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
  options: LaunchctlOptions = {},
): Launchctl {
  const clean = withoutSudo(env);
  const standard = options.timeoutMs ?? CALL_TIMEOUT_MS;
  return {
    async call(args, { timeoutMs = standard, signal } = {}) {
      const started = performance.now();
      let run: Awaited<ReturnType<typeof runProgram>>;
      try {
        run = await runProgram(program, args, {
          env: clean,
          timeoutMs,
          ...(signal === undefined ? {} : { signal }),
        });
      } catch (error) {
        throw cannotRun(program, error);
      }
      const result = {
        code: run.code,
        stdout: run.stdout,
        stderr: run.stderr,
        timedOut: run.end === 'timed-out',
      };
      options.onCall?.(args, result, performance.now() - started);
      return result;
    },
  };
}

function withoutSudo(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && !name.startsWith('SUDO_')) clean[name] = value;
  return clean;
}

function cannotRun(program: string, cause: unknown): ReconcileError {
  const code = (cause as NodeJS.ErrnoException).code;
  const why =
    code === 'ENOENT'
      ? 'there is no such program'
      : code === 'EACCES'
        ? 'it may not be executed'
        : `starting it failed with ${code ?? String(cause)}`;
  return new ReconcileError('launchctl/missing', `launchctl cannot be run at ${program}: ${why}.`, {
    hint: 'On a Mac it is /bin/launchctl. Elsewhere, leave out --launchd and --launchctl to use the embedded launchd, or name another program with --launchctl PATH.',
    exitCode: EXIT.noLaunchctl,
    cause,
  });
}
