import { type Command as Commander, Option } from 'commander';
import { releaseWords } from '../../launchd/releases.ts';
import type { Act } from './run.ts';
import { oneOf, release } from './values.ts';

const PLAIN = [
  ['status', 'whether it runs, where, and what it supervises'],
  ['stop', 'end all its jobs, then the daemon itself'],
  ['boot', 'begin its life without a login: the daemons are loaded'],
  ['login', 'begin a graphical session: the agents are loaded into gui/UID'],
  ['logout', 'end the session with its jobs; daemons stay'],
  ['sleep', 'let nothing start by itself, as in a machine that sleeps'],
  ['wake', 'start what was due meanwhile, each job once'],
  ['reboot', 'end everything, boot, and log in again if there was a session'],
  ['reset', 'stop it, and forget all its jobs, plists and overrides, after asking'],
] as const;

/** The embedded launchd's life, and what a Mac would tell it: docs/embedded-launchd.md. */
export function addEmbeddedCommands(program: Commander, act: Act): void {
  const embedded = program
    .command('embedded')
    .description('the embedded launchd, which supervises jobs where there is no Mac')
    .helpGroup('Elsewhere than on a Mac:')
    .enablePositionalOptions();
  const load = async () => (await import('../embedded.ts')).embedded;

  for (const [verb, description] of PLAIN)
    embedded
      .command(verb)
      .description(description)
      .action((_, command: Commander) => act(command, load, { verb, argv: [] }));
  embedded
    .command('mount')
    .description('tell that a file system is mounted: StartOnMount jobs start')
    .argument('[path]', 'the folder that it is mounted at')
    .action((path: string | undefined, _, command: Commander) =>
      act(command, load, { verb: 'mount', argv: path === undefined ? [] : [path] }),
    );
  embedded
    .command('on-demand-only')
    .description('pend what would start by itself, as launchd does while a login is being restored')
    .argument('<mode>', 'on or off', oneOf('on', 'off'))
    .argument('[domain]', 'default: gui/UID')
    .action((mode: string, domain: string | undefined, _, command: Commander) =>
      act(command, load, {
        verb: 'on-demand-only',
        argv: domain === undefined ? [mode] : [mode, domain],
      }),
    );
  embedded
    .command('run')
    .passThroughOptions()
    .addOption(
      new Option(
        '--os <release>',
        `print as launchctl of macOS ${releaseWords()} does (default: 27)`,
      ).argParser(release),
    )
    .description('run a command in a fresh world of its own, with our launchctl first in its PATH')
    .argument('<command...>', 'after --')
    .action((argv: readonly string[], { os }: { readonly os?: string }, command: Commander) =>
      act(command, load, { verb: 'run', argv, ...(os === undefined ? {} : { os }) }),
    );
}
