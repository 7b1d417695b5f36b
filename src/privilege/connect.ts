import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { EXIT, type ExitCode, ReconcileError } from '../model/errors.ts';
import { isRecord } from './parse-change.ts';

export interface SideCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Whom it runs as, where root starts it; else as we do. */
  readonly uid?: number;
  readonly gid?: number;
}

/** A process of ours with other rights, and what it can be asked. */
export interface Connection {
  /** Rejects with the ReconcileError that the other side threw, or with `side/ended` when it is not there any more. */
  ask(
    name: string,
    fields: Readonly<Record<string, unknown>>,
    onEvent?: (event: unknown) => void,
  ): Promise<unknown>;
  /** Lets it finish what it does, and waits until it has ended. */
  end(): Promise<void>;
}

interface Question {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: (event: unknown) => void;
}

/**
 * Starts the other side. It stays in our process group, so that sudo can ask on our terminal, and it ends when we do: its
 * standard input is our pipe. An open connection that is asked nothing does not keep this process alive.
 */
export function connect({ program, args, env, ...identity }: SideCommand): Connection {
  const child = spawn(program, args, { env, cwd: '/', stdio: ['pipe', 'pipe', 'inherit'], ...identity });
  const pipes = [child.stdin, child.stdout] as unknown as readonly Socket[];
  const open = new Map<number, Question>();
  let next = 1;
  let gone: Error | null = null;
  const ended = new Promise<void>((resolve) => {
    const end = (why: string, cause?: unknown): void => {
      gone ??= new ReconcileError('side/ended', `The other process of reconcile has ended (${why}).`, {
        hint: 'What it said itself stands above. The user whose jobs are meant must be able to run reconcile, too.',
        exitCode: EXIT.failed,
        cause,
      });
      for (const { reject } of open.values()) reject(gone);
      open.clear();
      resolve();
    };
    child.on('error', (error) => end(error.message, error));
    child.on('close', (code, signal) => end(signal === null ? `exit code ${code}` : signal));
  });
  // A pipe that breaks is told by `close`.
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout });
  lines.on('error', () => {});
  lines.on('line', (line) => hear(line));
  keepAlive();

  function hear(line: string): void {
    const answer = parse(line);
    const id = answer?.['id'];
    const question = typeof id === 'number' ? open.get(id) : undefined;
    if (answer === null || question === undefined) return;
    if ('event' in answer) {
      question.onEvent(answer['event']);
      return;
    }
    open.delete(id as number);
    keepAlive();
    if ('value' in answer) question.resolve(answer['value']);
    else question.reject(toError(answer['error']));
  }

  function keepAlive(): void {
    for (const each of [child, ...pipes]) {
      if (open.size > 0) each.ref();
      else each.unref();
    }
  }

  return {
    ask(name, fields, onEvent = () => {}) {
      if (gone !== null) return Promise.reject(gone);
      const id = next++;
      return new Promise((resolve, reject) => {
        open.set(id, { resolve, reject, onEvent });
        keepAlive();
        child.stdin.write(`${JSON.stringify({ ...fields, id, do: name })}\n`);
      });
    },
    async end() {
      for (const each of [child, ...pipes]) each.ref();
      child.stdin.end();
      await ended;
    },
  };
}

function parse(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function toError(value: unknown): Error {
  const { code, message, hint, exitCode } = isRecord(value) ? value : {};
  const text = plain(message);
  if (typeof exitCode !== 'number') return Object.assign(new Error(text), { code: plain(code) });
  return new ReconcileError(plain(code), text, {
    ...(typeof hint === 'string' && hint !== '' ? { hint: plain(hint) } : {}),
    exitCode: Object.values(EXIT).includes(exitCode as ExitCode) ? (exitCode as ExitCode) : EXIT.failed,
  });
}

/** Text of the other side, for our terminal: no controls but the end of a line. */
export function plain(value: unknown): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  return typeof value === 'string' ? value.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ') : '';
}
