import type { Command as Commander } from 'commander';
import type { WatchArguments } from '../watch.ts';
import type { Act } from './run.ts';
import { rounds, timeLimit } from './values.ts';

const HELP_GROUP = 'The loop:';
const INTERVAL = [
  '--interval <duration>',
  'how often to look, beside after each change (default: 10s)',
  timeLimit,
] as const;

/** What keeps launchd equal to the file by itself: docs/design/loop.md. */
export function addLoopCommands(program: Commander, act: Act): void {
  program
    .command('watch')
    .description('keep launchd equal to the file, until Ctrl-C')
    .helpGroup(HELP_GROUP)
    .option(...INTERVAL)
    .option(
      '--log <file>',
      'write what happens to this file, which never grows beyond 1 MB, instead of standard output',
    )
    .option('--rounds <n>', 'end after so many rounds', rounds)
    .option('--stack <name>', 'mind this stack alone: a file that comes to name another is not acted upon')
    .action((own: WatchArguments, command: Commander) =>
      act(command, async () => (await import('../watch.ts')).watch, own),
    );

  const agent = program
    .command('agent')
    .description('the loop as a launchd job of our own, which outlives a logout and a kill')
    .helpGroup(HELP_GROUP);
  agent
    .command('install')
    .description('declare and load it; run it again to change it')
    .option(...INTERVAL)
    .option('--system', "a daemon, for the system's own jobs")
    .action((own: { interval?: number; system?: boolean }, command: Commander) =>
      act(command, async () => (await import('../agent.ts')).agentInstall, own),
    );
  agent
    .command('uninstall')
    .description('take it away; every job that it minds stays as it is')
    .argument('[stack]', 'which, where there are several')
    .action((stack: string | undefined, _, command: Commander) =>
      act(command, async () => (await import('../agent.ts')).agentUninstall, { stack }),
    );
  agent
    .command('status')
    .description('whether it runs, when it last looked, and what it did')
    .action((_, command: Commander) =>
      act(command, async () => (await import('../agent-status.ts')).agentStatus, {}),
    );
}
