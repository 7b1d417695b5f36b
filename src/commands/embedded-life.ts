import { resolve } from 'node:path';
import type { Places } from '../model/domain.ts';
import { EXIT, type ExitCode, ReconcileError } from '../model/errors.ts';
import { type LifeEvent, lifeWords } from '../report/embedded-text.ts';
import type { Context } from './context.ts';
import { printDocument } from './document.ts';
import { askEmbedded, embeddedStatus, stopEmbedded } from './embedded-call.ts';

export type LifeVerb = 'boot' | 'login' | 'logout' | 'sleep' | 'wake' | 'reboot' | 'mount' | 'on-demand-only';

/** What happens to a machine, done to the embedded one. Text, or JSON with `events`, one for each thing that happened. */
export async function live(
  verb: LifeVerb,
  argv: readonly string[],
  places: Places,
  context: Context,
): Promise<ExitCode> {
  const ask = async (...words: readonly string[]): Promise<LifeEvent> =>
    JSON.parse(await askEmbedded(places, context.env, ...words)) as LifeEvent;
  const events =
    verb === 'reboot'
      ? await reboot(places, context, ask)
      : [await ask(`embedded-${verb}`, ...wordsOf(verb, argv, context))];
  if (context.options.json) printDocument(context, EXIT.ok, { events });
  else for (const line of lifeWords(events)) context.terminal.out(line);
  return EXIT.ok;
}

function wordsOf(verb: LifeVerb, argv: readonly string[], { cwd }: Context): readonly string[] {
  return verb === 'mount' ? argv.map((path) => resolve(cwd, path)) : argv;
}

/** Everything ends, and what is not on disk is lost. Whoever was logged in is logged in again, as by automatic login. */
async function reboot(
  places: Places,
  context: Context,
  ask: (...words: readonly string[]) => Promise<LifeEvent>,
): Promise<readonly LifeEvent[]> {
  const { pid, logged_in: loggedIn, services } = await embeddedStatus(places, context.env);
  if (pid === null)
    throw new ReconcileError('embedded/not-now', 'The embedded launchd is not running.', {
      hint: '`reconcile embedded boot` starts it.',
      exitCode: EXIT.failed,
    });
  await stopEmbedded(places, context.env);
  const shutdown: LifeEvent = {
    event: 'shutdown',
    pid,
    domain: null,
    loaded: [],
    started: [],
    waiting: [],
    passed_over: [],
    ended: services.map(({ label }) => label),
  };
  const boot = await ask('embedded-boot');
  return loggedIn ? [shutdown, boot, await ask('embedded-login')] : [shutdown, boot];
}
