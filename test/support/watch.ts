import { type ChildProcess, spawn } from 'node:child_process';
import { CLI, until, type World } from './private-home.ts';

/** An event of `watch --json`. */
export type Told = Readonly<Record<string, unknown>> & { readonly event: string };

/** A loop that runs beside the test. */
export interface Watching {
  readonly pid: number;
  /** All that it told so far. */
  readonly events: () => readonly Told[];
  /** Waits until it has told that; gives the first such event, of those from `from` on. */
  readonly told: (event: string, fits?: (told: Told) => boolean, from?: number) => Promise<Told>;
  readonly stderr: () => string;
  /** Nobody reads what it tells from now on. */
  readonly leave: () => void;
  /** Waits for its end. */
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Sends a signal and waits for its end. */
  readonly end: (signal?: NodeJS.Signals) => Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** `reconcile watch --json ARGS` in a world, every 200 ms unless told otherwise. */
export function startWatch(world: World, ...args: readonly string[]): Watching {
  const child: ChildProcess = spawn(
    process.execPath,
    [CLI, 'watch', '--json', '--interval', '200ms', ...args],
    { env: { ...world.env }, cwd: world.home, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  );
  const events = (): readonly Told[] =>
    stdout
      .slice(0, stdout.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return {
    pid: child.pid ?? 0,
    events,
    stderr: () => stderr,
    leave: () => child.stdout?.destroy(),
    ended,
    told: async (event, fits = () => true, from = 0) => {
      try {
        return await until(
          `the event ${event}`,
          () => events().find((told, index) => index >= from && told.event === event && fits(told)),
          60_000,
        );
      } catch (error) {
        throw new Error(`${(error as Error).message}; it told\n${stdout}\n${stderr}`);
      }
    },
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}
