import { type Command as Commander, Option } from 'commander';
import { duration, oneOf, repeatable, timeLimit } from './values.ts';

/**
 * Adds the options that every command takes. Both the program and each command take them, so that they may stand before
 * or after the command's name; `logs` alone keeps `-f` for `--follow`, as everyone's fingers expect.
 */
export function withCommonOptions(command: Commander, fileFlags = '-f, --file <path>'): Commander {
  const add = <T>(flags: string, description: string, parse?: (value: string, previous: T) => T): void => {
    const option = new Option(flags, description).helpGroup('Common options:');
    if (parse !== undefined) option.argParser(parse);
    command.addOption(option);
  };
  add(fileFlags, 'the file to read (repeatable, - is standard input)', repeatable);
  add('-t, --target <glob>', 'only these instances or labels (repeatable)', repeatable);
  add('--json', 'one JSON document on standard output');
  add('-y, --yes', 'do not ask');
  add('--no-input', 'never ask, even on a terminal');
  add('--color <when>', 'auto, always or never', oneOf('auto', 'always', 'never'));
  add('-q, --quiet', 'only results and errors');
  add('-v, --verbose', 'also tell every call of launchctl');
  add(
    '--timeout <duration>',
    'time limit of each launchctl call, and of the wait for a healthy job (default: 10s)',
    timeLimit,
  );
  add('--lock-timeout <duration>', 'how long to wait for another apply (default: 0)', duration);
  add('--launchd <which>', 'auto, system or embedded', oneOf('auto', 'system', 'embedded'));
  add('--launchctl <path>', 'another launchctl program (means --launchd system)');
  add('--root <dir>', 'where /Library lies, with --launchd system (default: /)');
  add('--user <name>', 'as root: whose jobs are meant (default: who called sudo)');
  add('--as <who>', 'speak for another machine: host=…,user=…,home=…,uid=…,os=…,arch=…');
  return command;
}

/** What `plan` and `apply` both take: whatever is applied could have been looked at first. */
export function withPlanOptions(command: Commander): Commander {
  return withEndLeftovers(
    command
      .addOption(new Option('--refresh <how>', 'full: ask launchd for every job').choices(['proven', 'full']))
      .option('--replace <name>', 'reload this job even if nothing differs (repeatable)', repeatable)
      .option('--no-prune', 'keep jobs that the file no longer declares')
      .option('--adopt', 'take over jobs that are there but not ours')
      .option('--allow-empty', 'a file without instances means: none')
      .option('--take-over-stack', 'this file now owns the stack of that name')
      .option('--release-held', 'also start jobs that were stopped by `stop`'),
  );
}

/** For whatever starts a job: see src/observe/leftovers.ts. */
export function withEndLeftovers(command: Commander): Commander {
  return command.option(
    '--end-leftovers',
    'end processes of former runs that hold what a job needs before it starts',
  );
}

/** For whatever may end the job that we run in ourselves: see src/commands/detach.ts. */
export function withDetachSelf(command: Commander): Commander {
  return command.option(
    '--detach-self',
    'if reconcile runs inside a job of this: let a detached process do that job',
  );
}

/** For whatever changes jobs in every domain at once: docs/design/privilege.md. */
export function withoutSudo(command: Commander): Commander {
  return command.option('--no-sudo', "never ask for sudo; root's part of the changes is left for later");
}

/** How an instance is named by a person: see src/commands/names.ts. */
export const NAMED = 'an instance, a label, or a unique part of one';
