import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Writes a first file into the working directory; never over one that is there. */
export const init: Command = async (_, context) => {
  const path = join(context.cwd, 'reconcile.yaml');
  const there = ['reconcile.yaml', 'reconcile.yml'].find((name) => existsSync(join(context.cwd, name)));
  if (there !== undefined)
    throw new ReconcileError(
      'init/exists',
      `${join(context.cwd, there)} is there already; it was left as it is.`,
      {
        hint: 'Edit it, then run `reconcile plan`.',
        exitCode: EXIT.failed,
      },
    );
  await writeFile(path, FIRST_FILE, { flag: 'wx' });
  if (context.options.json) printDocument(context, EXIT.ok, { file: path });
  else
    context.terminal.out(
      `Wrote ${path}.\nNext: read it, then run \`reconcile plan\` and \`reconcile apply\`.`,
    );
  return EXIT.ok;
};
