import { type Command as Commander, Option } from 'commander';
import { NAMED, withDetachSelf, withEndLeftovers } from './options.ts';
import type { Act, RawOptions } from './run.ts';
import { repeatable, wholeNumber } from './values.ts';

/** What looks at jobs, and acts on a single one. */
export function addJobCommands(program: Commander, act: Act): void {
  const add = (name: string, description: string): Commander =>
    program.command(name).description(description).helpGroup('Jobs:');

  add('status', 'how the jobs are doing')
    .argument('[name]', NAMED)
    .option('--detailed-exitcode', 'exit 2 when changes are pending')
    .action((name: string | undefined, own: object, command: Commander) =>
      act(command, async () => (await import('../status.ts')).status, { ...own, name }),
    );
  withEndLeftovers(add('start', 'load and start a job').argument('<name>')).action(
    (name: string, own: { endLeftovers?: boolean }, command: Commander) =>
      act(command, async () => (await import('../lifecycle.ts')).startJob, { ...own, name }),
  );
  withDetachSelf(
    add('stop', 'stop a job; it stays down until `start`')
      .argument('<name>')
      .option('--disable', 'for good: also after the next login'),
  ).action((name: string, own: { disable?: boolean; detachSelf?: boolean }, command: Commander) =>
    act(command, async () => (await import('../lifecycle.ts')).stopJob, { ...own, name }),
  );
  withDetachSelf(withEndLeftovers(add('restart', 'restart a job as it is loaded').argument('<name>'))).action(
    (name: string, own: { detachSelf?: boolean; endLeftovers?: boolean }, command: Commander) =>
      act(command, async () => (await import('../lifecycle.ts')).restartJob, { ...own, name }),
  );
  addLogs(add('logs', "show a job's own output"), act);
  add('history', 'what was done to the jobs, what was left alone, and why')
    .argument('[name]', NAMED)
    .option('--follow', 'go on as it happens, until Ctrl-C')
    .option('-n, --lines <n>', 'how many of the last events (default: 50)', wholeNumber)
    .action((name: string | undefined, own: object, command: Commander) =>
      act(command, async () => (await import('../history.ts')).history, {
        ...own,
        ...(name === undefined ? {} : { name }),
      }),
    );
  add('forget', 'no longer ours; the job and its plist stay')
    .argument('<name>')
    .action((name: string, _, command: Commander) =>
      act(command, async () => (await import('../forget.ts')).forget, { name }),
    );
  add('explain', 'tell in words: a job, a code (5, 78, 113) or a launchd key')
    .argument('<topic>', 'an instance or label, a code, or a key such as KeepAlive')
    .option('--exits <list>', 'draw what happens if its runs end so: "1,1,segv,0", "1@30s*3,hang"')
    .option('--for <duration>', 'how far to look ahead (default: 5m, or some of its times)')
    .option('--from <time>', 'when it is loaded, such as "2026-03-29 01:30" (default: now)')
    .option('--compare <policy>', 'beside it, the same under another `restart:` (repeatable)', repeatable)
    .option('--svg [file]', 'draw it as SVG, to a file or to standard output')
    .action((topic: string, own: object, command: Commander) =>
      act(command, async () => (await import('../explain.ts')).explain, { ...own, topic }),
    );
  add('audit', 'judge the declared and installed jobs, or the plists of any path')
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
    .action((paths: readonly string[], own: { readonly format?: 'json' }, command: Commander) => {
      // A failure is told in JSON, too.
      if (own.format === 'json') command.setOptionValue('json', true);
      return act(command, async () => (await import('../audit.ts')).audit, { ...own, paths });
    });
}

interface LogFlags {
  readonly f?: true | string;
  readonly follow?: boolean;
  readonly lines?: number;
}

/** Fingers write `logs -f web`, `logs web -f` and `logs web -f reconcile.yaml`: each means what it looks like. */
function addLogs(logs: Commander, act: Act): void {
  logs
    .argument('[name]', NAMED)
    .option('-f [path]', '--follow; with a path after it: the file to read')
    .option('--follow', 'go on as it grows, until Ctrl-C')
    .option('-n, --lines <n>', 'how many of the last lines (default: 20)', wholeNumber)
    .action((name: string | undefined, { f, follow, lines }: LogFlags, command: Commander) => {
      const named = name ?? (typeof f === 'string' ? f : undefined);
      if (named === undefined) return command.error("error: missing required argument 'name'");
      if (typeof f === 'string' && name !== undefined) {
        const { file = [] }: RawOptions = command.opts();
        command.setOptionValue('file', [...file, f]);
      }
      return act(command, async () => (await import('../logs.ts')).logs, {
        name: named,
        follow: follow === true || f === true || (f !== undefined && name === undefined),
        ...(lines === undefined ? {} : { lines }),
      });
    });
}
