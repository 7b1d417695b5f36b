import { type Command as Commander, Option } from 'commander';
import type { Act } from './run.ts';

/** What reads, checks and writes the file, whatever launchd has. */
export function addFileCommands(program: Commander, act: Act): void {
  const add = (name: string, description: string): Commander =>
    program.command(name).description(description).helpGroup('The file:');

  add('init', 'write a first reconcile.yaml here').action((_, command: Commander) =>
    act(command, async () => (await import('../init.ts')).init, {}),
  );
  add('validate', 'check the file, and say all that is wrong with it')
    .argument('[file...]', 'files to check, each by itself (default: the one of -f, or here)')
    .addOption(new Option('--format <how>', 'github: as annotations').choices(['text', 'github']))
    .action((files: readonly string[], own: object, command: Commander) =>
      act(command, async () => (await import('../validate.ts')).validate, { ...own, files }),
    );
  add('schema', 'print the JSON Schema of the file').action((_, command: Commander) =>
    act(command, async () => (await import('../schema.ts')).schema, {}),
  );
  add('render', 'write the plists that the file compiles to')
    .option('-o, --output <dir>', 'the folder to write them to (default: standard output)')
    .action((own: { output?: string }, command: Commander) =>
      act(command, async () => (await import('../render.ts')).render, own),
    );
  add('import', 'declare jobs that are installed already: labels, plists, folders')
    .argument('[name...]', 'labels, plists, or folders that hold some')
    .option('--all-user', "all of ~/Library/LaunchAgents that is neither ours nor Apple's")
    .option('--homebrew', 'the services of Homebrew: homebrew.mxcl.*')
    .option('-w, --write', 'add them to the file; without it, the YAML is printed')
    .option('--with-secrets', 'copy values that look secret, instead of asking the environment for them')
    .action((names: readonly string[], own: object, command: Commander) =>
      act(command, async () => (await import('../import.ts')).importJobs, { ...own, names }),
    );
}
