import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const DIST = join(import.meta.dirname, '..', '..', 'dist');
export const CLI: string = join(DIST, 'cli.js');
export const LAUNCHCTL: string = join(DIST, 'embedded', 'bin', 'launchctl');

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A private home with an embedded launchd of its own, and the built command to use in it. */
export interface World {
  readonly home: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs `reconcile ARGS` in the home, without a terminal. */
  readonly reconcile: (...args: readonly string[]) => Promise<Ended>;
  /** The same with `--json`, parsed; the exit code stands in `exit_code`. */
  readonly json: (...args: readonly string[]) => Promise<Readonly<Record<string, unknown>>>;
  readonly launchctl: (...args: readonly string[]) => Promise<Ended>;
  /** Writes a file below the home; returns its path. */
  readonly write: (name: string, text: string) => string;
  readonly read: (name: string) => string;
  /** Ends its launchd and all its jobs, and removes the home. */
  readonly end: () => Promise<void>;
}

export function execute(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { env, cwd, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, stdout, stderr });
    }).stdin?.end();
  });
}

export function createWorld(extraEnv: Readonly<Record<string, string>> = {}): World {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'reconcile-test-')));
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: home,
    USER: process.env['USER'] ?? 'tester',
    LANG: 'C.UTF-8',
    RECONCILE_LAUNCHD: 'embedded',
    ...extraEnv,
  };
  const reconcile = (...args: readonly string[]): Promise<Ended> =>
    execute(process.execPath, [CLI, ...args], env, home);
  return {
    home,
    env,
    reconcile,
    json: async (...args) => {
      const { stdout, stderr } = await reconcile(...args, '--json');
      try {
        return JSON.parse(stdout);
      } catch {
        throw new Error(`no JSON from reconcile ${args.join(' ')}:\n${stdout}\n${stderr}`);
      }
    },
    launchctl: (...args) =>
      execute(
        LAUNCHCTL,
        args,
        { RECONCILE_EMBEDDED_DIR: join(home, '.local/state/reconcile/embedded'), ...env },
        home,
      ),
    write: (name, text) => {
      const path = join(home, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      return path;
    },
    read: (name) => readFileSync(join(home, name), 'utf8'),
    end: async () => {
      await reconcile('embedded', 'stop');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** Looks again and again until `look` gives something, and gives that; fails with what it last saw. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  deadlineMs = 30_000,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > end) throw new Error(`${what} did not come about within ${deadlineMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
