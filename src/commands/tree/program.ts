import { Command as Commander } from 'commander';
import { suggest } from '../../config/suggest.ts';
import { addChangeCommands } from './change.ts';
import { addEmbeddedCommands } from './embedded.ts';
import { addFileCommands } from './file.ts';
import { addHiddenCommands } from './hidden.ts';
import { addJobCommands } from './jobs.ts';
import { addLoopCommands } from './loop.ts';
import { withCommonOptions } from './options.ts';
import { actWith, type Run } from './run.ts';

/** What to do about any wrong usage. */
export const USAGE_HINT = 'See `reconcile --help`, or `reconcile COMMAND --help`.';

const EXIT_CODES = `
Exit codes: 0 done · 1 failed, nothing lost · 2 changes pending (--detailed-exitcode) · 3 applied in part ·
  4 a job is down · 64 usage · 65 invalid file · 69 launchctl unusable · 75 locked · 77 needs root or a login session ·
  130 interrupted`;

/** What commander says of an unknown word, without a guess that is too far from it: `foo` is no slip for `boot`. */
export function nearOnly(message: string): string {
  const [, words, word = '', guesses = ''] =
    /^(.*'(.+)')\s*\(Did you mean (?:one of )?(.+)\?\)$/s.exec(message) ?? [];
  return words === undefined || suggest(word, guesses.split(', ')) !== null ? message : words;
}

/**
 * Which command the words of a wrong call mean: `plan`, `embedded stop`. Values of options stand among the words, so the
 * first that is a command counts; without any, the first word that is no option.
 */
export function namedCommand(tree: Commander, argv: readonly string[]): string {
  const words = argv.filter((word) => !word.startsWith('-'));
  const [index, command] = firstCommand(tree, words);
  if (command === undefined) return words[0] ?? '';
  const [, below] = firstCommand(command, words.slice(index + 1));
  return below === undefined ? command.name() : `${command.name()} ${below.name()}`;
}

function firstCommand(tree: Commander, words: readonly string[]): readonly [number, Commander | undefined] {
  const find = (word: string | undefined): Commander | undefined =>
    tree.commands.find((each) => each.name() === word || each.aliases().includes(word ?? ''));
  const index = words.findIndex((word) => find(word) !== undefined);
  return [index, find(words[index])];
}

/** The tree of commands; every action loads its command lazily, so that start-up pays only for the one that is used. */
export function buildProgram(version: string, run: Run): Commander {
  const program = withCommonOptions(new Commander('reconcile'))
    .enablePositionalOptions()
    .description('A small Terraform for launchd: declare background jobs, see what differs, apply only that.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command')
    .showSuggestionAfterError()
    .configureOutput({
      outputError: (text, write) => write(`${nearOnly(text.trimEnd())}\nhint: ${USAGE_HINT}\n`),
    })
    .addHelpText('after', EXIT_CODES)
    // Both are inherited by the sub-commands made after this, and by those alone.
    .exitOverride();

  const act = actWith(run);
  for (const add of [
    addFileCommands,
    addChangeCommands,
    addJobCommands,
    addLoopCommands,
    addHiddenCommands,
    addEmbeddedCommands,
  ])
    add(program, act);
  // Last, so that a command's help names its own options first.
  for (const command of program.commands.flatMap((each) =>
    each.commands.length > 0 ? each.commands : [each],
  ))
    withCommonOptions(command, command.name() === 'logs' ? '--file <path>' : undefined);
  return program;
}
