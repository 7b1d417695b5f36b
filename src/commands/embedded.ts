import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { createLaunchctl } from '../sys/launchctl.ts';
import { choosePlaces, launchctlEnvironment, realHost } from '../sys/places.ts';
import { makePrivateWorld } from '../sys/private-world.ts';
import { runAttached } from '../sys/run-attached.ts';
import { mayGoOn } from './confirm.ts';
import type { Command, Context } from './context.ts';
import { printDocument } from './document.ts';

export interface EmbeddedArguments {
  readonly verb: 'status' | 'stop' | 'reset' | 'run';
  readonly argv: readonly string[];
  /** The release of macOS that a fresh world prints as; default: the variable, or the newest. */
  readonly os?: string;
}

/** Ending jobs takes as long as their ExitTimeOut allows. */
const STOP_TIMEOUT_MS = 10 * 60_000;

/** Looks after the embedded launchd; everything goes through its launchctl. */
export const embedded: Command<EmbeddedArguments> = async ({ verb, argv, os }, context) => {
  const places = choosePlaces({ launchd: 'embedded' }, realHost(context.env), context.env);
  switch (verb) {
    case 'status':
      return showStatus(places, context);
    case 'stop':
      await stop(places, context.env);
      return tell(
        context,
        'The embedded launchd is stopped, and its jobs are ended. The next command starts it again.',
      );
    case 'reset':
      return reset(places, context);
    case 'run':
      return runInFreshWorld(argv, os, context);
  }
};

/** Ends all jobs and removes all that the embedded launchd has, once a person or `--yes` has agreed. */
async function reset(places: Places, context: Context): Promise<number> {
  const { userState } = places;
  if (!existsSync(userState))
    return tell(context, `There is nothing to reset: the embedded launchd has nothing at ${userState}.`);
  const agreed = await mayGoOn(
    `End all jobs of the embedded launchd, and remove ${userState}, for good?`,
    context,
    {
      message: `This removes all jobs, plists and overrides in ${userState}, and there is no terminal to ask on.`,
      hint: 'See what is there with `reconcile embedded status`, then run `reconcile embedded reset --yes`.',
    },
  );
  if (!agreed) {
    context.terminal.note('Nothing was changed.');
    return context.signal.aborted ? EXIT.interrupted : EXIT.failed;
  }
  await stop(places, context.env);
  await rm(userState, { recursive: true, force: true });
  return tell(context, `Everything of the embedded launchd is gone: ${userState}`);
}

function tell(context: Context, message: string): number {
  if (context.options.json) printDocument(context, EXIT.ok, { message });
  else context.terminal.out(message);
  return EXIT.ok;
}

async function ask(places: Places, env: Context['env'], verb: string): Promise<string> {
  const launchctl = createLaunchctl(places.launchctl, launchctlEnvironment(places, env));
  const { code, stdout, stderr } = await launchctl.call([verb], { timeoutMs: STOP_TIMEOUT_MS });
  if (code === 0) return stdout;
  throw new ReconcileError('embedded/unreachable', stderr.trim() || 'The embedded launchd gave no answer.', {
    hint: `Look into ${join(places.userState, 'run')}, end the process named there, then try again.`,
    exitCode: EXIT.failed,
  });
}

const stop = (places: Places, env: Context['env']): Promise<string> => ask(places, env, 'embedded-stop');

/** What our own launchctl answers to `embedded-status`. */
interface EmbeddedStatus {
  readonly pid: number | null;
  readonly macos: number | null;
  readonly services?: readonly { readonly label: string; readonly domain: string }[];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function showStatus(places: Places, context: Context): Promise<number> {
  const status: EmbeddedStatus = JSON.parse(await ask(places, context.env, 'embedded-status'));
  const services = (status.services ?? []).toSorted(
    (a, b) => compare(a.label, b.label) || compare(a.domain, b.domain),
  );
  if (context.options.json) {
    printDocument(context, EXIT.ok, { ...status, services });
    return EXIT.ok;
  }
  const { pid, macos } = status;
  if (pid === null)
    context.terminal.out(`The embedded launchd is not running. Its world: ${places.userState}`);
  else
    context.terminal.out(
      `The embedded launchd is running (pid ${pid}, as macOS ${macos}) with ${services.length} ` +
        `${services.length === 1 ? 'job' : 'jobs'}. Its world: ${places.userState}`,
    );
  return EXIT.ok;
}

/**
 * A fresh world: a private home, our launchctl first in PATH. The working directory and the exit status are kept;
 * afterwards the world is ended and removed, whatever happened.
 */
async function runInFreshWorld(
  argv: readonly string[],
  os: string | undefined,
  { env, cwd, signal }: Context,
): Promise<number> {
  const [program = '', ...args] = argv;
  const world = await makePrivateWorld(env, os);
  try {
    return await runAttached(program, args, { env: world.env, cwd, signal });
  } finally {
    await stop(world.places, world.env).finally(() => world.remove());
  }
}
