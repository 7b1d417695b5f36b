import { Command as Commander, InvalidArgumentError, Option } from 'commander';
import { suggest } from '../config/suggest.ts';
import { parseRelease, releaseWords } from '../launchd/releases.ts';
import type { Command } from './context.ts';

/** Runs one command: loads it lazily, gives it its arguments. Made by cli.ts, which alone prints and exits. */
export type Run = <Arguments>(
  name: string,
  load: () => Promise<Command<Arguments>>,
  args: Arguments,
  options: RawOptions,
) => Promise<void>;

/** Common options as commander collects them; cli.ts turns them into CommonOptions. */
export interface RawOptions {
  readonly file?: readonly string[];
  readonly target?: readonly string[];
  readonly json?: boolean;
  readonly yes?: boolean;
  readonly input?: boolean;
  readonly color?: 'auto' | 'always' | 'never';
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly timeout?: number;
  readonly lockTimeout?: number;
  readonly launchd?: string;
  readonly launchctl?: string;
  readonly root?: string;
  readonly user?: string;
  readonly as?: string;
}

const repeatable = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  value,
];

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A duration that leaves no time to answer is a slip. */
function timeLimit(text: string): number {
  const ms = duration(text);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('Write a duration above zero, such as 10s.');
}

function release(text: string): string {
  if (parseRelease(text) !== null) return text;
  throw new InvalidArgumentError(`Choose ${releaseWords()}.`);
}

/** `10s`, `1m30s`, `500ms`, or whole seconds → milliseconds. */
function duration(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const parts = [...text.matchAll(/(\d+)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text)
    throw new InvalidArgumentError('Write a duration such as 10s, 1m30s or 500ms.');
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1 to 9999.');
  return Number(text);
}

function rounds(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number above zero.');
  return Number(text);
}

interface LogFlags {
  readonly f?: true | string;
  readonly follow?: boolean;
  readonly lines?: number;
}

/** What to do about any wrong usage. */
export const USAGE_HINT = 'See `reconcile --help`, or `reconcile COMMAND --help`.';

/** What commander says of an unknown word, without a guess that is too far from it: `foo` is no slip for `boot`. */
export function nearOnly(message: string): string {
  const [, words, word = '', guesses = ''] =
    /^(.*'(.+)')\s*\(Did you mean (?:one of )?(.+)\?\)$/s.exec(message) ?? [];
  return words === undefined || suggest(word, guesses.split(', ')) !== null ? message : words;
}

const EXIT_CODES = `
Exit codes: 0 done · 1 failed, nothing lost · 2 changes pending (--detailed-exitcode) · 3 applied in part ·
  4 a job is down · 64 usage · 65 invalid file · 69 launchctl unusable · 75 locked · 77 needs root or a login session ·
  130 interrupted`;

function oneOf(...choices: readonly string[]): (value: string) => string {
  return (value) => {
    if (choices.includes(value)) return value;
    const all = choices.slice(0, -1).join(', ');
    throw new InvalidArgumentError(`Choose ${all} or ${choices.at(-1)}.`);
  };
}

/**
 * Adds the options that every command takes. Both the program and each command take them, so that they may stand before
 * or after the command's name; `logs` alone keeps `-f` for `--follow`, as everyone's fingers expect.
 */
function withCommonOptions(command: Commander, fileFlags = '-f, --file <path>'): Commander {
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
  add('--timeout <duration>', 'time limit of each launchctl call (default: 10s)', timeLimit);
  add('--lock-timeout <duration>', 'how long to wait for another apply (default: 0)', duration);
  add('--launchd <which>', 'auto, system or embedded', oneOf('auto', 'system', 'embedded'));
  add('--launchctl <path>', 'another launchctl program (means --launchd system)');
  add('--root <dir>', 'where /Library lies, with --launchd system (default: /)');
  add('--user <name>', 'as root: whose jobs are meant (default: who called sudo)');
  add('--as <who>', 'speak for another machine: host=…,user=…,home=…,uid=…,os=…,arch=…');
  return command;
}

/** What `plan` and `apply` both take: whatever is applied could have been looked at first. */
function withPlanOptions(command: Commander): Commander {
  return command
    .addOption(new Option('--refresh <how>', 'full: ask launchd for every job').choices(['proven', 'full']))
    .option('--replace <name>', 'reload this job even if nothing differs (repeatable)', repeatable)
    .option('--no-prune', 'keep jobs that the file no longer declares')
    .option('--adopt', 'take over jobs that are there but not ours')
    .option('--allow-empty', 'a file without instances means: none')
    .option('--take-over-stack', 'this file now owns the stack of that name')
    .option('--release-held', 'also start jobs that were stopped by `stop`')
    .option('--end-leftovers', END_LEFTOVERS);
}

const END_LEFTOVERS = 'end processes of former runs that hold what a job needs before it starts';

/** The options given after the command's name, then those before it; repeatable ones add up, defaults come last. */
function allOptions(command: Commander): RawOptions {
  const merged: Record<string, unknown> = {};
  const defaults: Record<string, unknown> = {};
  for (let at: Commander | null = command; at !== null; at = at.parent)
    for (const [name, value] of Object.entries(at.opts())) {
      if (at.getOptionValueSource(name) === 'default') defaults[name] ??= value;
      else if (Array.isArray(value)) merged[name] = [...value, ...((merged[name] as unknown[]) ?? [])];
      else merged[name] ??= value;
    }
  return { ...defaults, ...merged };
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

  const start = (name: string, description: string, group: string): Commander =>
    program.command(name).description(description).helpGroup(group);

  start('init', 'write a first reconcile.yaml here', 'The file:').action((_, command: Commander) =>
    run('init', async () => (await import('./init.ts')).init, {}, allOptions(command)),
  );
  start('validate', 'check the file, and say all that is wrong with it', 'The file:')
    .argument('[file...]', 'files to check, each by itself (default: the one of -f, or here)')
    .addOption(new Option('--format <how>', 'github: as annotations').choices(['text', 'github']))
    .action((files: readonly string[], own: object, command: Commander) =>
      run(
        'validate',
        async () => (await import('./validate.ts')).validate,
        { ...own, files },
        allOptions(command),
      ),
    );
  start('schema', 'print the JSON Schema of the file', 'The file:').action((_, command: Commander) =>
    run('schema', async () => (await import('./schema.ts')).schema, {}, allOptions(command)),
  );
  start('render', 'write the plists that the file compiles to', 'The file:')
    .option('-o, --output <dir>', 'the folder to write them to (default: standard output)')
    .action((own: { output?: string }, command: Commander) =>
      run('render', async () => (await import('./render.ts')).render, own, allOptions(command)),
    );

  withPlanOptions(start('plan', 'show what differs; change nothing', 'Plan and apply:'))
    .alias('diff')
    .option('--out <file>', 'save the plan, for `apply <file>`')
    .option('--detailed-exitcode', 'exit 2 when changes are pending')
    .option('--against <file>', 'what changes from that file to this one, wherever this is run')
    .addOption(new Option('--format <how>', 'how to print it').choices(['text', 'markdown']))
    .action((own: object, command: Commander) =>
      run('plan', async () => (await import('./plan.ts')).plan, own, allOptions(command)),
    );
  withPlanOptions(start('apply', 'make the changes, after asking', 'Plan and apply:'))
    .argument('[plan]', 'a plan saved by `plan --out`')
    .option('--no-sudo', "never ask for sudo; root's part of the changes is left for later")
    .option('--detach-self', 'if reconcile runs inside a job of this: let a detached process do that job')
    .option('--fail-fast', 'stop at the first failure')
    .option('--parallelism <n>', 'how many jobs at once (default: 4)', wholeNumber)
    .action((saved: string | undefined, own: object, command: Commander) =>
      run('apply', async () => (await import('./apply.ts')).apply, { ...own, saved }, allOptions(command)),
    );
  start('destroy', 'take away all that is ours', 'Plan and apply:')
    .option('--no-sudo', "never ask for sudo; root's part of the changes is left for later")
    .option('--detach-self', 'if reconcile runs inside a job of this: let a detached process do that job')
    .action((own: object, command: Commander) =>
      run('destroy', async () => (await import('./destroy.ts')).destroy, own, allOptions(command)),
    );

  start('status', 'how the jobs are doing', 'Jobs:')
    .argument('[name]', 'an instance, a label, or a unique part of one')
    .option('--detailed-exitcode', 'exit 2 when changes are pending')
    .action((name: string | undefined, own: object, command: Commander) =>
      run('status', async () => (await import('./status.ts')).status, { ...own, name }, allOptions(command)),
    );
  start('start', 'load and start a job', 'Jobs:')
    .argument('<name>')
    .option('--end-leftovers', END_LEFTOVERS)
    .action((name: string, own: { endLeftovers?: boolean }, command: Commander) =>
      run(
        'start',
        async () => (await import('./lifecycle.ts')).startJob,
        { ...own, name },
        allOptions(command),
      ),
    );
  start('stop', 'stop a job; it stays down until `start`', 'Jobs:')
    .argument('<name>')
    .option('--disable', 'for good: also after the next login')
    .option('--detach-self', 'if reconcile runs inside a job of this: let a detached process do that job')
    .action((name: string, own: { disable?: boolean; detachSelf?: boolean }, command: Commander) =>
      run(
        'stop',
        async () => (await import('./lifecycle.ts')).stopJob,
        { ...own, name },
        allOptions(command),
      ),
    );
  start('restart', 'restart a job as it is loaded', 'Jobs:')
    .argument('<name>')
    .option('--end-leftovers', END_LEFTOVERS)
    .option('--detach-self', 'if reconcile runs inside a job of this: let a detached process do that job')
    .action((name: string, own: { detachSelf?: boolean; endLeftovers?: boolean }, command: Commander) =>
      run(
        'restart',
        async () => (await import('./lifecycle.ts')).restartJob,
        { ...own, name },
        allOptions(command),
      ),
    );
  start('logs', "show a job's own output", 'Jobs:')
    .argument('[name]', 'an instance, a label, or a unique part of one')
    .option('-f [path]', '--follow; with a path after it: the file to read')
    .option('--follow', 'go on as it grows, until Ctrl-C')
    .option('-n, --lines <n>', 'how many of the last lines (default: 20)', wholeNumber)
    .action((name: string | undefined, own: LogFlags, command: Commander) => {
      const { f, follow, lines } = own;
      // Fingers write `logs -f web`, `logs web -f` and `logs web -f reconcile.yaml`: each means what it looks like.
      const named = name ?? (typeof f === 'string' ? f : undefined);
      if (named === undefined) return command.error("error: missing required argument 'name'");
      const common = allOptions(command);
      const file = typeof f === 'string' && name !== undefined ? [...(common.file ?? []), f] : common.file;
      return run(
        'logs',
        async () => (await import('./logs.ts')).logs,
        {
          name: named,
          follow: follow === true || f === true || (f !== undefined && name === undefined),
          ...(lines === undefined ? {} : { lines }),
        },
        file === undefined ? common : { ...common, file },
      );
    });
  start('history', 'what was done to the jobs, what was left alone, and why', 'Jobs:')
    .argument('[name]', 'an instance, a label, or a unique part of one')
    .option('--follow', 'go on as it happens, until Ctrl-C')
    .option('-n, --lines <n>', 'how many of the last events (default: 50)', wholeNumber)
    .action((name: string | undefined, own: object, command: Commander) =>
      run(
        'history',
        async () => (await import('./history.ts')).history,
        { ...own, ...(name === undefined ? {} : { name }) },
        allOptions(command),
      ),
    );
  start('forget', 'no longer ours; the job and its plist stay', 'Jobs:')
    .argument('<name>')
    .action((name: string, _, command: Commander) =>
      run('forget', async () => (await import('./forget.ts')).forget, { name }, allOptions(command)),
    );
  start('explain', 'tell in words: a job, a code (5, 78, 113) or a launchd key', 'Jobs:')
    .argument('<topic>', 'an instance or label, a code, or a key such as KeepAlive')
    .option('--exits <list>', 'draw what happens if its runs end so: "1,1,segv,0", "1@30s*3,hang"')
    .option('--for <duration>', 'how far to look ahead (default: 5m, or some of its times)')
    .option('--from <time>', 'when it is loaded, such as "2026-03-29 01:30" (default: now)')
    .option('--compare <policy>', 'beside it, the same under another `restart:` (repeatable)', repeatable)
    .option('--svg [file]', 'draw it as SVG, to a file or to standard output')
    .action((topic: string, own: object, command: Commander) =>
      run(
        'explain',
        async () => (await import('./explain.ts')).explain,
        { ...own, topic },
        allOptions(command),
      ),
    );

  start('audit', 'judge the declared and installed jobs, or the plists of any path', 'Jobs:')
    .argument('[path...]', 'plists, or folders that hold some')
    .addOption(
      new Option('--format <how>', 'how to print it').choices([
        'text',
        'json',
        'markdown',
        'sarif',
        'github',
      ]),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit 2 from this severity on (default: warning)').choices([
        'error',
        'warning',
        'info',
        'never',
      ]),
    )
    .option('--ignore <code>', 'not this rule, or not this area: text/* (repeatable)', repeatable)
    .option('--request <code>', 'also this rule that is off by default (repeatable)', repeatable)
    .option('--all', 'every rule, also those on request')
    .option('--fix', 'print one plist or reconcile file with what can be mended mended')
    .option('--rules', 'list the rules')
    .action((paths: readonly string[], own: object, command: Commander) =>
      run('audit', async () => (await import('./audit.ts')).audit, { ...own, paths }, allOptions(command)),
    );

  start('watch', 'keep launchd equal to the file, until Ctrl-C', 'The loop:')
    .option('--interval <duration>', 'how often to look, beside after each change (default: 10s)', timeLimit)
    .option(
      '--log <file>',
      'write what happens to this file, which never grows beyond 1 MB, instead of standard output',
    )
    .option('--rounds <n>', 'end after so many rounds', rounds)
    .action((own: { interval?: number; log?: string; rounds?: number }, command: Commander) =>
      run('watch', async () => (await import('./watch.ts')).watch, own, allOptions(command)),
    );

  start('import', 'declare jobs that are installed already: labels, plists, folders', 'The file:')
    .argument('[name...]', 'labels, plists, or folders that hold some')
    .option('--all-user', "all of ~/Library/LaunchAgents that is neither ours nor Apple's")
    .option('--homebrew', 'the services of Homebrew: homebrew.mxcl.*')
    .option('-w, --write', 'add them to the file; without it, the YAML is printed')
    .option('--with-secrets', 'copy values that look secret, instead of asking the environment for them')
    .action((names: readonly string[], own: object, command: Commander) =>
      run(
        'import',
        async () => (await import('./import.ts')).importJobs,
        { ...own, names },
        allOptions(command),
      ),
    );

  addAgent(program, run);
  addSides(program, run);
  addDetached(program, run);
  addEmbedded(program, run);
  // Last, so that a command's help names its own options first.
  for (const command of program.commands.flatMap((each) =>
    each.commands.length > 0 ? each.commands : [each],
  ))
    withCommonOptions(command, command.name() === 'logs' ? '--file <path>' : undefined);
  return program;
}

function addAgent(program: Commander, run: Run): void {
  const agent = program
    .command('agent')
    .description('the loop as a launchd job of our own, which outlives a logout and a kill')
    .helpGroup('The loop:');
  agent
    .command('install')
    .description('declare and load it; run it again to change it')
    .option('--interval <duration>', 'how often it looks, beside after each change (default: 10s)', timeLimit)
    .option('--system', "a daemon, for the system's own jobs")
    .action((own: { interval?: number; system?: boolean }, command: Commander) =>
      run('agent install', async () => (await import('./agent.ts')).agentInstall, own, allOptions(command)),
    );
  agent
    .command('uninstall')
    .description('take it away; every job that it minds stays as it is')
    .argument('[stack]', 'which, where there are several')
    .action((stack: string | undefined, _, command: Commander) =>
      run(
        'agent uninstall',
        async () => (await import('./agent.ts')).agentUninstall,
        { stack },
        allOptions(command),
      ),
    );
  agent
    .command('status')
    .description('whether it runs, when it last looked, and what it did')
    .action((_, command: Commander) =>
      run(
        'agent status',
        async () => (await import('./agent-status.ts')).agentStatus,
        {},
        allOptions(command),
      ),
    );
}

/** Started by ourselves, with other rights, never by a person: docs/design/privilege.md. */
function addSides(program: Commander, run: Run): void {
  program
    .command('root-side', { hidden: true })
    .description("does root's part of an apply, as it is told on standard input")
    .action((_, command: Commander) =>
      run('root-side', async () => (await import('./root-side.ts')).rootSide, {}, allOptions(command)),
    );
  program
    .command('user-side', { hidden: true })
    .description("does a user's part of an apply by root, as it is told on standard input")
    .action((_, command: Commander) =>
      run('user-side', async () => (await import('./user-side.ts')).userSide, {}, allOptions(command)),
    );
}

/** Started by ourselves too: docs/design/privilege.md. */
function addDetached(program: Commander, run: Run): void {
  program
    .command('detached', { hidden: true })
    .passThroughOptions()
    .description('waits for a command to end, then runs another one')
    .argument('<pid>')
    .argument('<start>')
    .argument('<command...>')
    .action((pid: string, start: string, argv: readonly string[], _, command: Commander) =>
      run(
        'detached',
        async () => (await import('./detach.ts')).detached,
        { pid, start, command: argv },
        allOptions(command),
      ),
    );
}

function addEmbedded(program: Commander, run: Run): void {
  const embedded = program
    .command('embedded')
    .description('the embedded launchd, which supervises jobs where there is no Mac')
    .helpGroup('Elsewhere than on a Mac:')
    .enablePositionalOptions();
  const load = async () => (await import('./embedded.ts')).embedded;
  const plain = [
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
  for (const [verb, description] of plain)
    embedded
      .command(verb)
      .description(description)
      .action((_, command: Commander) =>
        run(`embedded ${verb}`, load, { verb, argv: [] }, allOptions(command)),
      );
  embedded
    .command('mount')
    .description('tell that a file system is mounted: StartOnMount jobs start')
    .argument('[path]', 'the folder that it is mounted at')
    .action((path: string | undefined, _, command: Commander) =>
      run(
        'embedded mount',
        load,
        { verb: 'mount', argv: path === undefined ? [] : [path] },
        allOptions(command),
      ),
    );
  embedded
    .command('on-demand-only')
    .description('pend what would start by itself, as launchd does while a login is being restored')
    .argument('<mode>', 'on or off', oneOf('on', 'off'))
    .argument('[domain]', 'default: gui/UID')
    .action((mode: string, domain: string | undefined, _, command: Commander) =>
      run(
        'embedded on-demand-only',
        load,
        { verb: 'on-demand-only', argv: domain === undefined ? [mode] : [mode, domain] },
        allOptions(command),
      ),
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
      run(
        'embedded run',
        load,
        { verb: 'run', argv, ...(os === undefined ? {} : { os }) },
        allOptions(command),
      ),
    );
}
