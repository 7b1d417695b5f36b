/// <reference lib="esnext.disposable" preserve="true" />
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseDomainListing } from '../launchd/print-domain.ts';
import { parseService } from '../launchd/print-service.ts';
import type { Release } from '../launchd/releases.ts';
import type { Domain } from '../model/domain.ts';
import type { DomainListing, Service } from '../model/service.ts';
import { runProgram } from '../sys/exec.ts';
import { createLaunchctl } from '../sys/launchctl.ts';
import { launchctlEnvironment } from '../sys/places.ts';
import { makePrivateWorld } from '../sys/private-world.ts';
import { cannotRun } from '../sys/run-attached.ts';
import { watchLog } from './watch-log.ts';

export interface EmbeddedLaunchdOptions {
  /** What programs inside find beside HOME, PATH and the variables of this world. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The release of macOS that `launchctl` prints as. */
  readonly os?: Release;
}

export interface Answer {
  /** Null: ended by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Default: the working directory. */
  readonly cwd?: string;
  /** Beside those of the world. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: one minute. The program is ended then. */
  readonly timeoutMs?: number;
}

export interface WaitOptions {
  /** Default: `gui/UID`. */
  readonly domain?: Domain;
  /** Default: 30 seconds. */
  readonly timeoutMs?: number;
}

/** A launchd in a folder of its own, with real processes. It ends with this process, even when that is killed. */
export interface EmbeddedLaunchd {
  /** An empty folder, HOME of what runs inside. Absolute. */
  readonly home: string;
  /** Where LaunchAgents lie that a login loads, as `~/Library/LaunchAgents` does on a Mac. */
  readonly agents: string;
  /** `gui/UID` of whoever runs the tests: where LaunchAgents belong. */
  readonly domain: Domain;
  /** For child processes: HOME, and our `launchctl` first in PATH. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * Copies a plist into `agents`, writable for its owner alone as launchd wants it (a checkout may be group-writable), and loads
   * it. Gives the path of the copy. Throws with launchctl's own words when it is refused.
   */
  install(plist: string): Promise<string>;
  /** `launchctl ARGS`. A refusal is an answer; throws only when there is no answer. */
  launchctl(args: readonly string[]): Promise<Answer>;
  /** `reconcile ARGS` of this package. */
  reconcile(args: readonly string[], options?: RunOptions): Promise<Answer>;
  /** Any other program. */
  run(program: string, args?: readonly string[], options?: RunOptions): Promise<Answer>;
  /** What `launchctl print` says of a job; null when it is not loaded. */
  service(label: string, domain?: Domain): Promise<Service | null>;
  /** What `launchctl print DOMAIN` says: the jobs that are loaded, and what is disabled. */
  services(domain?: Domain): Promise<DomainListing>;
  /**
   * Waits until a loaded job is as you want it, and gives it. Launchd's own log tells when to look, so nothing is polled.
   * Throws when the time is over, with what was seen last.
   */
  waitFor(label: string, holds: (service: Service) => boolean, options?: WaitOptions): Promise<Service>;
  /** Waits until a job is not loaded (any more). */
  waitUntilGone(label: string, options?: WaitOptions): Promise<void>;
  /** Ends all jobs and the launchd, and removes its folder. The second call does nothing. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const RUN_TIMEOUT_MS = 60_000;
const WAIT_TIMEOUT_MS = 30_000;
/** Ending jobs takes as long as their ExitTimeOut allows. */
const STOP_TIMEOUT_MS = 10 * 60_000;
/** Of `print`: the job, or its domain, is not there (facts §3.3). */
const NOT_FOUND = [112, 113];

/**
 * Starts a launchd of your own, for a test of LaunchAgents where there is no Mac:
 *
 *     await using launchd = await createEmbeddedLaunchd();
 *     await launchd.install('agents/com.example.agent.plist');
 *     await launchd.waitFor('com.example.agent', ({ state }) => state === 'running');
 *
 * What it does as macOS does is told in docs/embedded-launchd.md.
 */
export async function createEmbeddedLaunchd(options: EmbeddedLaunchdOptions = {}): Promise<EmbeddedLaunchd> {
  const { env: given = process.env, os } = options;
  const world = await makePrivateWorld(given, os === undefined ? undefined : String(os));
  const { places, env, home } = world;
  const client = createLaunchctl(places.launchctl, launchctlEnvironment(places, env), {
    timeoutMs: RUN_TIMEOUT_MS,
  });
  const domain: Domain = `gui/${process.getuid?.() ?? 0}`;
  let stopping: Promise<void> | null = null;

  async function launchctl(args: readonly string[], timeoutMs = RUN_TIMEOUT_MS): Promise<Answer> {
    if (stopping !== null && args[0] !== 'embedded-stop')
      throw new Error('This embedded launchd has been stopped.');
    const { code, stdout, stderr, timedOut } = await client.call(args, { timeoutMs });
    if (timedOut)
      throw new Error(`launchctl ${args.join(' ')} has not answered within ${timeoutMs / 1000} seconds.`);
    return { code, stdout, stderr };
  }

  async function run(program: string, args: readonly string[] = [], given: RunOptions = {}): Promise<Answer> {
    const { cwd = process.cwd(), timeoutMs = RUN_TIMEOUT_MS } = given;
    const inside = { ...env, ...given.env };
    const { code, stdout, stderr, end } = await runProgram(program, args, {
      cwd,
      timeoutMs,
      env: inside,
    }).catch((cause: NodeJS.ErrnoException) => {
      throw cannotRun(program, cause, inside);
    });
    if (end !== 'exited' && end !== 'signalled')
      throw new Error(
        `${program} ${args.join(' ')}: ${end === 'timed-out' ? `not done within ${timeoutMs / 1000} seconds` : end}.\n${stderr}`,
      );
    return { code, stdout, stderr };
  }

  async function service(label: string, where: Domain = domain): Promise<Service | null> {
    const { code, stdout, stderr } = await launchctl(['print', `${where}/${label}`]);
    if (NOT_FOUND.includes(code ?? 0)) return null;
    if (code !== 0) throw new Error(`launchctl print ${where}/${label}: ${code}: ${stderr}`);
    const reading = parseService(stdout, { domain: where, label });
    if (!reading.ok) throw new Error(`launchctl print ${where}/${label}: ${reading.why}`);
    return reading.service;
  }

  async function wait<T>(
    what: string,
    { timeoutMs = WAIT_TIMEOUT_MS }: WaitOptions,
    look: () => Promise<{ readonly done: T } | { readonly seen: string }>,
  ): Promise<T> {
    const log = watchLog(join(places.userState, 'run'), timeoutMs);
    try {
      for (;;) {
        const news = log.next();
        const looked = await look();
        if ('done' in looked) return looked.done;
        if (!(await news))
          throw new Error(
            `${what}: not within ${timeoutMs / 1000} seconds. Seen last: ${looked.seen}.\n${log.tail()}`,
          );
      }
    } finally {
      log.close();
    }
  }

  const stop = (): Promise<void> => {
    stopping ??= launchctl(['embedded-stop'], STOP_TIMEOUT_MS).then(() => world.remove());
    return stopping;
  };

  // The log is there to be watched, and what cannot start says so here.
  const { code, stderr } = await launchctl(['managername']);
  if (code !== 0) {
    await world.remove();
    throw new Error(stderr.trim());
  }
  return {
    home,
    agents: places.userAgents,
    domain,
    env,
    async install(plist) {
      const path = join(places.userAgents, basename(plist));
      await writeFile(path, await readFile(plist), { mode: 0o644 });
      await chmod(path, 0o644);
      const { code: refused, stderr: why } = await launchctl(['bootstrap', domain, path]);
      if (refused !== 0) throw new Error(`launchctl bootstrap ${domain} ${path}: ${refused}: ${why.trim()}`);
      return path;
    },
    launchctl: (args) => launchctl(args),
    run,
    reconcile: (args, given) => run(process.execPath, [commandLine(), ...args], given),
    service,
    async services(where = domain) {
      const { code: refused, stdout, stderr: why } = await launchctl(['print', where]);
      if (refused !== 0) throw new Error(`launchctl print ${where}: ${refused}: ${why}`);
      const reading = parseDomainListing(stdout, where);
      if (!reading.ok) throw new Error(`launchctl print ${where}: ${reading.why}`);
      return reading.listing;
    },
    waitFor: (label, holds, given = {}) =>
      wait(label, given, async () => {
        const seen = await service(label, given.domain);
        if (seen === null) return { seen: 'not loaded' };
        return holds(seen) ? { done: seen } : { seen: describe(seen) };
      }),
    waitUntilGone: (label, given = {}) =>
      wait(`${label} gone`, given, async () => {
        const seen = await service(label, given.domain);
        return seen === null ? { done: undefined } : { seen: describe(seen) };
      }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** This runs as `dist/lib/testing/…` or, in development, as `src/testing/…`. */
function commandLine(): string {
  const here = fileURLToPath(import.meta.url);
  return join(here, here.endsWith('.ts') ? '../../../dist/cli.js' : '../../../cli.js');
}

function describe({ state, runs, lastExit }: Service): string {
  const end = lastExit === null ? 'never exited' : `last exit ${Object.values(lastExit).join(' ')}`;
  return `state ${state ?? 'unknown'}, ${runs ?? 0} runs, ${end}`;
}
