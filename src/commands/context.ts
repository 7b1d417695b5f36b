import type { Style } from '../report/style.ts';

/** The person at the keyboard, or the pipe. The only way out for text; made by cli.ts. */
export interface Terminal {
  /** To standard output. */
  out(text: string): void;
  /** To standard output as it stands, without a newline of ours. */
  raw(text: string): void;
  /** Progress, warnings, hints: to standard error. Silent with `--quiet` unless `always`. */
  note(text: string, always?: 'always'): void;
  /** To standard error as it stands, without a newline: a line that will change. */
  progress(text: string): void;
  /** Aborted when standard output cannot be written any more, with the system's code: `EPIPE` when its reader has gone away. */
  readonly closed: AbortSignal;
  /** Asks on standard error and reads a line; only called when `interactive`. */
  ask(question: string): Promise<boolean>;
  /** Both ends are terminals and `--no-input` was not given. */
  readonly interactive: boolean;
  /** For standard output. */
  readonly style: Style;
  /** For standard error. */
  readonly noteStyle: Style;
  /** Of standard output; 80 where it is no terminal and COLUMNS is not set. */
  readonly columns: number;
  /** All of standard input, for `-f -`. */
  readInput(): string;
}

/** Options that every command takes (interface §2). */
export interface CommonOptions {
  readonly file: readonly string[];
  readonly target: readonly string[];
  readonly json: boolean;
  readonly yes: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** Each launchctl call. */
  readonly timeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly launchd?: string;
  readonly launchctl?: string;
  readonly root?: string;
  /** `--user NAME`: whose jobs root applies. */
  readonly user?: string;
  /** `--as host=…,user=…`: another machine. */
  readonly as?: string;
}

export interface Context {
  /** As typed: `plan`, `embedded stop`. */
  readonly command: string;
  /** With `--json` it prints a value a line, not one document: `watch`, `--follow`. */
  readonly prints: 'document' | 'lines';
  readonly terminal: Terminal;
  readonly options: CommonOptions;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Aborted by Ctrl-C or SIGTERM. */
  readonly signal: AbortSignal;
}

/** One command: its own arguments and options in, an exit code out (interface §3; `embedded run` gives that of its program). */
export type Command<Arguments = Record<string, never>> = (
  args: Arguments,
  context: Context,
) => Promise<number>;
