import type { Command as Commander } from 'commander';
import type { Act } from './run.ts';

/** Started by ourselves, with other rights or detached, never by a person: docs/design/privilege.md. */
export function addHiddenCommands(program: Commander, act: Act): void {
  program
    .command('root-side', { hidden: true })
    .description("does root's part of an apply, as it is told on standard input")
    .action((_, command: Commander) =>
      act(command, async () => (await import('../root-side.ts')).rootSide, {}),
    );
  program
    .command('user-side', { hidden: true })
    .description("does a user's part of an apply by root, as it is told on standard input")
    .action((_, command: Commander) =>
      act(command, async () => (await import('../user-side.ts')).userSide, {}),
    );
  program
    .command('detached', { hidden: true })
    .passThroughOptions()
    .description('waits for a command to end, then runs another one')
    .argument('<pid>')
    .argument('<start>')
    .argument('<command...>')
    .action((pid: string, start: string, argv: readonly string[], _, command: Commander) =>
      act(command, async () => (await import('../detach.ts')).detached, { pid, start, command: argv }),
    );
}
