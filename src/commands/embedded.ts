import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Places } from '../model/domain.ts';
import { EXIT } from '../model/errors.ts';
import { stopWords } from '../report/embedded-text.ts';
import { choosePlaces, realHost } from '../sys/places.ts';
import { makePrivateWorld } from '../sys/private-world.ts';
import { runAttached } from '../sys/run-attached.ts';
import { mayGoOn } from './confirm.ts';
import type { Command, Context } from './context.ts';
import { printDocument } from './document.ts';
import { embeddedStatus, stopAndTell, stopEmbedded } from './embedded-call.ts';
import { type LifeVerb, live } from './embedded-life.ts';

export interface EmbeddedArguments {
  readonly verb: 'status' | 'stop' | 'reset' | 'run' | LifeVerb;
  readonly argv: readonly string[];
  /** The release of macOS that a fresh world prints as; default: the variable, or the newest. */
  readonly os?: string;
}

/** Looks after the embedded launchd; everything goes through its launchctl. */
export const embedded: Command<EmbeddedArguments> = async ({ verb, argv, os }, context) => {
  const places = choosePlaces({ launchd: 'embedded' }, realHost(context.env), context.env);
  switch (verb) {
    case 'status':
      return showStatus(places, context);
    case 'stop':
      return tell(context, stopWords(await stopAndTell(places, context.env)));
    case 'reset':
      return reset(places, context);
    case 'run':
      return runInFreshWorld(argv, os, context);
    default:
      return live(verb, argv, places, context);
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
  await stopEmbedded(places, context.env);
  await rm(userState, { recursive: true, force: true });
  return tell(context, `Everything of the embedded launchd is gone: ${userState}`);
}

function tell(context: Context, message: string): number {
  if (context.options.json) printDocument(context, EXIT.ok, { message });
  else context.terminal.out(message);
  return EXIT.ok;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

async function showStatus(places: Places, context: Context): Promise<number> {
  const status = await embeddedStatus(places, context.env);
  const services = status.services.toSorted(
    (a, b) => compare(a.label, b.label) || compare(a.domain, b.domain),
  );
  if (context.options.json) {
    printDocument(context, EXIT.ok, { ...status, services });
    return EXIT.ok;
  }
  const { pid, macos, logged_in: loggedIn, asleep, on_demand_only: onDemandOnly } = status;
  if (pid === null)
    context.terminal.out(`The embedded launchd is not running. Its world: ${places.userState}`);
  else
    context.terminal.out(
      `The embedded launchd is running (pid ${pid}, as macOS ${macos}) with ${services.length} ` +
        `${services.length === 1 ? 'job' : 'jobs'}. Its world: ${places.userState}`,
    );
  if (status.leftovers)
    context.terminal.out(
      'It was killed, and what its jobs had running may go on: the next command ends that and loads them anew; `reconcile embedded stop` only ends it.',
    );
  if (pid !== null && !loggedIn)
    context.terminal.out('Nobody is logged in: `reconcile embedded login` loads the agents.');
  if (asleep) context.terminal.out('It is asleep: `reconcile embedded wake` lets jobs start again.');
  for (const domain of onDemandOnly)
    context.terminal.out(
      `${domain} is in on-demand-only mode: \`reconcile embedded on-demand-only off ${domain}\` ends it.`,
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
    await stopEmbedded(world.places, world.env).finally(() => world.remove());
  }
}
