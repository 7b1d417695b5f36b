import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Command } from './context.ts';
import { printDocument } from './document.ts';

const FIRST_FILE = `# Completion and checks in your editor: run \`reconcile schema > .reconcile.schema.json\` beside this file, and make
# this the first line:  # yaml-language-server: $schema=.reconcile.schema.json
version: 1
name: dotfiles # the stack that owns these jobs
label_prefix: local.\${user}

# What every job gets, unless it says otherwise.
defaults:
  restart: on-failure # stays down after exit 0, comes back after a failure or a signal

instances:
  # A job that keeps running. No shell runs: the words are the program and its arguments.
  hello:
    description: Says hello once a minute.
    script: |
      while true; do
        echo "hello, it is $(date)"
        sleep 60
      done
    logs: true # ~/Library/Logs/<label>/out.log and err.log

  # A job that runs at a time of day:
  # backup:
  #   command: ~/bin/backup --quiet
  #   start: { schedule: "30 3 * * 1-5" }
`;

/** Writes a first file into the working directory, or to `-f`; never over one that is there. */
export const init: Command = async (_, context) => {
  const { cwd, options } = context;
  if (options.file.length > 1 || options.file[0] === '-')
    throw new ReconcileError('usage', '`init` writes one file.', {
      hint: 'Name it with one -f, or leave -f out for reconcile.yaml here.',
      exitCode: EXIT.usage,
    });
  const named = options.file[0];
  const path = resolve(cwd, named ?? 'reconcile.yaml');
  const names = named === undefined ? ['reconcile.yaml', 'reconcile.yml'] : [named];
  const there = names.map((name) => resolve(cwd, name)).find((each) => existsSync(each));
  if (there !== undefined)
    throw new ReconcileError('init/exists', `${there} is there already; it was left as it is.`, {
      hint: 'Edit it, then run `reconcile plan`.',
      exitCode: EXIT.failed,
    });
  await writeFile(path, FIRST_FILE, { flag: 'wx' });
  const flag = named === undefined ? '' : ` -f ${named}`;
  if (options.json) printDocument(context, EXIT.ok, { file: path });
  else
    context.terminal.out(
      `Wrote ${path}.\nNext: read it, then run \`reconcile plan${flag}\` and \`reconcile apply${flag}\`.`,
    );
  return EXIT.ok;
};
