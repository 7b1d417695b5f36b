import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { timerMs } from './clock.ts';

/** Output over this many bytes (of both streams together) is not believed: the run ends as `too-much-output`. */
export const OUTPUT_LIMIT: number = 64 * 1024 * 1024;

/** From SIGTERM to SIGKILL, for a program that is ended by us. */
const GRACE_MS = 500;

export interface RunOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Default `/`, so that a working directory that is gone never stands in the way. */
  readonly cwd?: string;
  /** The whole process group is ended after this time. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** In bytes; default `OUTPUT_LIMIT`. */
  readonly outputLimit?: number;
  /** Of each stream only the end is kept, so many bytes or a little more, and no amount of output is too much. */
  readonly keepEnd?: number;
  /**
   * It is over when the program itself has ended, and what that left in its process group is ended too. Default: when
   * nobody holds its output any more.
   */
  readonly untilExit?: boolean;
  /** Whom it runs as, with no further groups; only root can choose. Default: as we do. */
  readonly as?: { readonly uid: number; readonly gid: number };
  /** For its standard input; default: nothing. */
  readonly input?: string;
}

/** How a run came to its end. */
export type RunEnd = 'exited' | 'signalled' | 'timed-out' | 'too-much-output' | 'aborted';

export interface Run {
  readonly end: RunEnd;
  /** Only when it exited by itself. */
  readonly code: number | null;
  /** Only when it was ended by one that is not ours. */
  readonly signal: NodeJS.Signals | null;
  /** Empty after `too-much-output`. */
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program without a shell, with nothing on its standard input unless given, and waits for it. It leads a process group of its
 * own: the Ctrl-C of a terminal does not reach it in the middle of its work, and a time limit ends all that it started.
 * Rejects with Node's error (`code: 'ENOENT'`) only when it could not be started.
 */
export function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<Run> {
  const limit = options.outputLimit ?? OUTPUT_LIMIT;
  return new Promise((resolve, reject) => {
    const stdin = options.input === undefined ? 'ignore' : 'pipe';
    const child: ChildProcessByStdio<Writable | null, Readable, Readable> = spawn(program, args, {
      cwd: options.cwd ?? '/',
      env: options.env,
      detached: true,
      stdio: [stdin, 'pipe', 'pipe'] as ['pipe', 'pipe', 'pipe'],
      ...options.as,
    });
    // Whether it reads what it is given is its own affair.
    child.stdin?.on('error', () => {});
    child.stdin?.end(options.input);
    let forced: RunEnd | null = null;
    let size = 0;
    let killer: NodeJS.Timeout | undefined;

    const endBy = (reason: RunEnd): void => {
      if (forced !== null) return;
      forced = reason;
      endGroup();
    };
    const endGroup = (): void => {
      signalGroup(child.pid, 'SIGTERM');
      clearTimeout(killer);
      killer = setTimeout(() => {
        signalGroup(child.pid, 'SIGKILL');
        // A descendant that left the group may still hold the pipes; it must not hold us.
        child.stdout.destroy();
        child.stderr.destroy();
      }, GRACE_MS);
    };
    const collect = (stream: NodeJS.ReadableStream): Buffer[] => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => {
        if (options.keepEnd !== undefined) return keepEnd(chunks, chunk, options.keepEnd);
        size += chunk.length;
        if (size > limit) endBy('too-much-output');
        else chunks.push(chunk);
      });
      return chunks;
    };
    const stdout = collect(child.stdout);
    const stderr = collect(child.stderr);
    const timer = setTimeout(() => endBy('timed-out'), timerMs(options.timeoutMs));
    const onAbort = (): void => endBy('aborted');
    options.signal?.addEventListener('abort', onAbort, { once: true });
    if (options.signal?.aborted) onAbort();
    const finish = (): void => {
      clearTimeout(timer);
      clearTimeout(killer);
      options.signal?.removeEventListener('abort', onAbort);
    };

    child.on('error', (error) => {
      if (child.pid !== undefined) return;
      finish();
      reject(error);
    });
    child.on('exit', () => {
      if (options.untilExit !== true || forced !== null) return;
      clearTimeout(timer);
      endGroup();
    });
    child.on('close', (code, signal) => {
      finish();
      const end = forced ?? (signal === null ? 'exited' : 'signalled');
      const keep = end !== 'too-much-output';
      resolve({
        end,
        code: end === 'exited' ? code : null,
        signal: end === 'signalled' ? signal : null,
        stdout: keep ? Buffer.concat(stdout).toString('utf8') : '',
        stderr: keep ? Buffer.concat(stderr).toString('utf8') : '',
      });
    });
  });
}

/** Adds a chunk, and drops those that lie wholly before the end that is kept. */
function keepEnd(chunks: Buffer[], chunk: Buffer, bytes: number): void {
  chunks.push(chunk);
  let kept = chunks.reduce((sum, { length }) => sum + length, 0);
  while (chunks[0] !== undefined && kept - chunks[0].length >= bytes) kept -= chunks.shift()?.length ?? 0;
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has just ended by itself.
  }
}
