import { spawn } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { realClock } from '../sys/clock.ts';
import { makeFolders } from '../sys/make-folders.ts';
import { processStart, realProcesses } from '../sys/processes.ts';
import { runAttached } from '../sys/run-attached.ts';
import type { Command, Context } from './context.ts';
import { ourselves } from './sides.ts';
import type { World } from './world.ts';

/** How long the helper waits for the command that called it. */
const PATIENCE_MS = 10 * 60_000;
const LOOK_MS = 50;

/**
 * Hands one job to a process of its own session, which outlives the job that we run in: once this command has ended, it
 * runs `reconcile COMMAND …` for that job alone. Gives the path of the file that its words go to. Throws
 * `detach/stdin` (exit 64).
 */
export async function handOver(
  label: string,
  command: readonly string[],
  context: Context,
  world: World,
): Promise<string> {
  const { options, cwd, env } = context;
  if (options.file.includes('-'))
    throw new ReconcileError(
      'detach/stdin',
      'A file from standard input cannot be read again by a detached process.',
      {
        hint: 'Name a file with -f, or leave --detach-self out.',
        exitCode: EXIT.usage,
      },
    );
  const { places, rights } = world;
  const isRoots = rights === 'root-for-user' || rights === 'root-alone';
  const folder = join(isRoots ? places.systemState : places.userState, 'detached');
  makeFolders(folder, 0o700);
  const log = join(folder, `${label}.log`);
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  const output = openSync(log, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
  // Whose job it runs in is no longer so.
  const { XPC_SERVICE_NAME: _, ...own } = env;
  const start = (await processStart(process.pid)) ?? 'unknown';
  const args = [ourselves(), 'detached', String(process.pid), start, ...command, ...commonFlags(context)];
  const child = spawn(process.execPath, args, {
    cwd,
    env: own,
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  await new Promise<void>((started, failed) => {
    child.once('spawn', started);
    child.once('error', failed);
  });
  child.unref();
  return log;
}

/** The same question, for somebody who is not asked anything. */
function commonFlags({ options, cwd }: Context): readonly string[] {
  const { file, launchd, launchctl, root, user, timeoutMs } = options;
  const named = Object.entries({ launchd, launchctl, root, user });
  return [
    ...file.flatMap((path) => ['--file', resolve(cwd, path)]),
    ...named.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value])),
    ...['--timeout', `${timeoutMs}ms`, '--lock-timeout', '60s', '--yes', '--no-input', '--color', 'never'],
  ];
}

export interface DetachedArguments {
  readonly pid: string;
  readonly start: string;
  readonly command: readonly string[];
}

/** The helper: waits for the command that started it, then runs its own. */
export const detached: Command<DetachedArguments> = async (
  { pid, start, command },
  { terminal, env, cwd, signal },
) => {
  const caller = Number(pid);
  const stamp = (): string => new Date().toISOString();
  terminal.out(`${stamp()}  waiting for process ${caller} to end`);
  const deadline = realClock.now() + PATIENCE_MS;
  while (realProcesses.alive(caller) && ((await processStart(caller)) ?? start) === start) {
    if (signal.aborted || realClock.now() > deadline) {
      terminal.out(`${stamp()}  it is still there; nothing was done`);
      return EXIT.failed;
    }
    await realClock.pause(LOOK_MS, signal);
  }
  terminal.out(`${stamp()}  reconcile ${command.join(' ')}`);
  const exitCode = await runAttached(process.execPath, [ourselves(), ...command], {
    env: { ...env },
    cwd,
    signal,
  });
  terminal.out(`${stamp()}  exit code ${exitCode}`);
  return exitCode;
};
