#!/usr/bin/env node
import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { type Command as Commander, CommanderError } from 'commander';
import type { Command, CommonOptions, Context, Terminal } from './commands/context.ts';
import { buildProgram, namedCommand, nearOnly, USAGE_HINT } from './commands/tree/program.ts';
import type { RawOptions } from './commands/tree/run.ts';
import { isOn } from './commands/variables.ts';
import { EXIT, ReconcileError } from './model/errors.ts';
import type { Style } from './report/style.ts';

/** Replaced by the build with the version of package.json. */
declare const RECONCILE_VERSION: string;

const { env, stdout, stderr, stdin } = process;
const interruption = new AbortController();
const readerGone = new AbortController();
// Every job that is asked how it is listens, and there is no limit to jobs.
setMaxListeners(0, interruption.signal);

/** The first time that standard output could not be written for another cause than that nobody reads it. */
let outputLost: NodeJS.ErrnoException | null = null;

/**
 * What is under way goes on, whoever still listens: a reader that went away (`| head -1`) is no failure, and a terminal
 * that was closed or a full disk loses the text, not the work.
 */
function outliveOutput(): void {
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    readerGone.abort(error.code);
    if (error.code !== 'EPIPE') outputLost ??= error;
  });
  stderr.on('error', () => {});
  process.on('exit', () => {
    if (outputLost === null) return;
    if (process.exitCode === EXIT.ok) process.exitCode = EXIT.failed;
    stderr.write(
      `error[output/lost]: Standard output could not be written: ${outputLost.message}.\n` +
        'hint: Only text is lost, the work went on; see where things are with `reconcile status`.\n',
    );
  });
}

/** Within this time a signal is the same press of Ctrl-C, which npx and its like pass on once more. */
const SAME_PRESS_MS = 300;

/**
 * The first Ctrl-C lets the jobs in progress end; the second ends at once. A hang-up is nobody who presses again: shell
 * and kernel each send one when a terminal is closed.
 */
function listenForInterruption(): void {
  let first = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (!interruption.signal.aborted) {
        first = performance.now();
        interruption.abort(signal);
      } else if (signal !== 'SIGHUP' && performance.now() - first > SAME_PRESS_MS)
        process.exit(EXIT.interrupted);
    });
}

function wantsColor(choice: RawOptions['color'], stream: NodeJS.WriteStream): boolean {
  if (choice === 'always') return true;
  if (choice === 'never' || env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] && env['FORCE_COLOR'] !== '0') return true;
  if (env['CLICOLOR_FORCE'] && env['CLICOLOR_FORCE'] !== '0') return true;
  return stream.isTTY === true && env['TERM'] !== 'dumb' && env['CLICOLOR'] !== '0';
}

function speaksUnicode(): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return locale === '' ? process.platform === 'darwin' : /utf-?8/i.test(locale);
}

function makeTerminal(raw: RawOptions): Terminal {
  const style = (stream: NodeJS.WriteStream): Style => ({
    color: wantsColor(raw.color, stream),
    unicode: speaksUnicode(),
  });
  return {
    out: (text) => void stdout.write(text.endsWith('\n') || text === '' ? text : `${text}\n`),
    note: (text, always) => {
      if (raw.quiet !== true || always === 'always') stderr.write(text.endsWith('\n') ? text : `${text}\n`);
    },
    raw: (text) => void stdout.write(text),
    progress: (text) => void stderr.write(text),
    closed: readerGone.signal,
    ask: async (question) => {
      const lines = createInterface({ input: stdin, output: stderr });
      // A line that is being edited takes Ctrl-C before the process does.
      lines.on('SIGINT', () => interruption.abort());
      try {
        const answer = await lines.question(`${question} [y/N] `, { signal: interruption.signal });
        return /^\s*y(es)?\s*$/i.test(answer);
      } catch {
        if (!interruption.signal.aborted) stderr.write('\n');
        return false; // Ctrl-C or the end of input is a no.
      } finally {
        lines.close();
      }
    },
    interactive:
      stdin.isTTY === true &&
      stderr.isTTY === true &&
      raw.input !== false &&
      !isOn(env, 'RECONCILE_NO_INPUT'),
    style: style(stdout),
    noteStyle: style(stderr),
    columns: stdout.columns || Number.parseInt(env['COLUMNS'] ?? '', 10) || 80,
    readInput: () => readFileSync(0, 'utf8'),
  };
}

const DEFAULT_TIMEOUT_MS = 10_000;

/** A flag that asks for another form wins over the variable. */
function wantsJson(raw: RawOptions, args: unknown): boolean {
  const { format, svg } = args as { readonly format?: unknown; readonly svg?: unknown };
  return raw.json ?? (isOn(env, 'RECONCILE_JSON') && format === undefined && svg === undefined);
}

function commonOptions(raw: RawOptions, args: unknown): CommonOptions {
  return {
    file: raw.file ?? [],
    target: raw.target ?? [],
    json: wantsJson(raw, args),
    yes: raw.yes ?? false,
    quiet: raw.quiet ?? false,
    verbose: raw.verbose ?? env['RECONCILE_LOG'] === 'debug',
    timeoutMs: raw.timeout ?? DEFAULT_TIMEOUT_MS,
    lockTimeoutMs: raw.lockTimeout ?? 0,
    ...(raw.launchd === undefined ? {} : { launchd: raw.launchd }),
    ...(raw.launchctl === undefined ? {} : { launchctl: raw.launchctl }),
    ...(raw.root === undefined ? {} : { root: raw.root }),
    ...(raw.user === undefined ? {} : { user: raw.user }),
    ...(raw.as === undefined ? {} : { as: raw.as }),
  };
}

function environment(): Record<string, string> {
  const record: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(env)) if (value !== undefined) record[name] = value;
  return record;
}

/** Null when it was removed, or a folder above it was. */
function workingFolder(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}

function follows(args: unknown): boolean {
  return (args as { readonly follow?: boolean }).follow === true;
}

async function run<Arguments>(
  name: string,
  load: () => Promise<Command<Arguments>>,
  args: Arguments,
  raw: RawOptions,
): Promise<void> {
  const folder = workingFolder();
  const context: Context = {
    command: name,
    prints: name === 'watch' || follows(args) ? 'lines' : 'document',
    terminal: makeTerminal(raw),
    options: commonOptions(raw, args),
    env: environment(),
    cwd: folder ?? '/',
    signal: interruption.signal,
  };
  let exitCode: number;
  try {
    if (folder === null)
      throw new ReconcileError('system/no-folder', 'The working directory is not there any more.', {
        hint: 'Change to a folder that is there, such as `cd ~`, then run the command again.',
        exitCode: EXIT.failed,
      });
    exitCode = await (await load())(args, context);
  } catch (error) {
    const { describeFailure } = await import('./commands/failure.ts');
    exitCode = describeFailure(error, context);
  }
  process.exitCode = exitCode;
}

/** Usage errors, help and version: commander has printed the first to standard error already. */
function endOfParsing(error: unknown, program: Commander): void {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error.exitCode === 0 || !(process.argv.includes('--json') || isOn(env, 'RECONCILE_JSON'))) return;
  const document = {
    format_version: '1.0',
    command: namedCommand(program, process.argv.slice(2)),
    exit_code: EXIT.usage,
    diagnostics: [
      {
        code: 'usage',
        severity: 'error',
        message: nearOnly(error.message.replace(/^error: /, '')),
        file: null,
        line: null,
        column: null,
        hint: USAGE_HINT,
      },
    ],
  };
  const isLines = document.command === 'watch' || process.argv.includes('--follow');
  stdout.write(`${JSON.stringify(document, null, isLines ? 0 : 2)}\n`);
}

outliveOutput();
listenForInterruption();
const program = buildProgram(RECONCILE_VERSION, run);
try {
  await program.parseAsync(process.argv);
} catch (error) {
  endOfParsing(error, program);
}
