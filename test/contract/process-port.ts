import { execFile, execFileSync, spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { dict } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';
import { LAUNCHCTL } from '../support/embedded-world.ts';
import { whyHarmful } from './harmless.ts';
import type { Answer, Port } from './port.ts';
import { listProcesses } from './process-list.mjs';
import { argvOf, longSleep } from './program.ts';

const APPLE_PREFIX = 'com.example.reconcile-contract';
const APPLE_LAUNCHCTL = '/bin/launchctl';
const CLEAN = join(import.meta.dirname, 'clean.mjs');
/** Between two looks. */
const LOOK_EVERY_MS = 120;
/** A launchctl that takes longer hangs. */
const CALL_LIMIT_MS = 30_000;

/** The embedded launchd as people get it: the built launchctl and a daemon in a private world. */
export function openEmbedded(): ProcessPort {
  const port = openProcesses('embedded', LAUNCHCTL, (folder) => ({
    RECONCILE_EMBEDDED_DIR: join(folder, 'world'),
  }));
  return {
    ...port,
    async restart() {
      await port.call('embedded-stop');
    },
    async close() {
      const { stdout } = await port.call('embedded-status');
      const { pid } = JSON.parse(stdout) as { readonly pid: number };
      await port.call('embedded-stop');
      await port.wait('the end of the daemon', async () => (port.isAlive(pid) ? null : true));
      await port.close();
    },
  };
}

/**
 * launchd itself, of a person at their Mac: only labels of this run are touched, all of them are booted out, and those that
 * were disabled are enabled again. (What cannot be undone: launchd keeps a line for each label that was ever enabled or
 * disabled.) What a run that was killed has left is taken away at the start of the next; a process of its own does it at once
 * when this one dies.
 *
 * @param launchctl another one, for tests of the suite itself
 */
export function openApple(
  launchctl: string = APPLE_LAUNCHCTL,
  environment: NodeJS.ProcessEnv = {},
): ProcessPort {
  const port = openProcesses('apple', launchctl, () => environment);
  const env = { ...process.env, ...environment };
  execFileSync(process.execPath, [CLEAN, launchctl], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const guard = spawn(process.execPath, [CLEAN, launchctl, '--after', port.run], {
    env,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  (guard.stdin as Socket).unref();
  const overridden = new Set<string>();

  /** Targets of this run that are loaded. */
  async function loaded(): Promise<readonly string[]> {
    const targets: string[] = [];
    for (const domain of [port.gui, port.user]) {
      const { stdout } = await port.call('print', domain);
      for (const [, label] of stdout.matchAll(LISTED)) targets.push(`${domain}/${label}`);
    }
    return targets.filter((target) => target.includes(`/${port.labelPrefix}.`));
  }

  return {
    ...port,
    async call(...args) {
      const harm = whyHarmful(args, port);
      if (harm !== null) throw new Error(`Not asked: ${harm}.`);
      const [verb, ...targets] = args;
      if (verb === 'disable') for (const target of targets) overridden.add(target);
      return port.call(...args);
    },
    async close() {
      for (const target of overridden) await port.call('enable', target);
      for (const target of await loaded()) await port.call('bootout', target);
      await port.wait('all jobs of this run to be gone', async () =>
        (await loaded()).length === 0 ? true : null,
      );
      await port.close();
      // Nothing is left to guard, and launchctl is not to be asked any more.
      guard.kill('SIGKILL');
    },
  };
}

/** A row of the services of a domain: pid, last exit, label (facts §4.2). */
const LISTED = /^\s+[0-9]+\s+\S+\s+(\S+)$/gm;

/** A launchd with real processes. */
export interface ProcessPort extends Port {
  readonly run: string;
  /** Of the labels of this run. */
  readonly labelPrefix: string;
  /** Where everything of this run lies. */
  readonly folder: string;
}

let opened = 0;

/** Nine digits: the pid, so that others can tell whether this run is alive, and a count. */
function nextRun(): string {
  opened += 1;
  return `${String(process.pid).padStart(7, '0')}${String(opened % 100).padStart(2, '0')}`;
}

function openProcesses(
  launchd: Port['launchd'],
  program: string,
  environment: (folder: string) => NodeJS.ProcessEnv,
): ProcessPort {
  const uid = process.getuid?.() ?? 0;
  const run = nextRun();
  const labelPrefix = launchd === 'apple' ? `${APPLE_PREFIX}.${run}` : 'org.example.contract';
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `launchctl-contract-${run}-`)));
  const home = join(folder, 'home');
  mkdirSync(home);
  const env = {
    ...process.env,
    HOME: home,
    RECONCILE_CONTRACT_PLANTED: 'of the caller',
    ...environment(folder),
  };

  const port: ProcessPort = {
    run,
    labelPrefix,
    folder,
    launchd,
    processes: 'real',
    root: uid === 0,
    uid,
    gui: `gui/${uid}`,
    user: `user/${uid}`,
    call: (...args) => execute(program, args, env),
    job(name, spec, keys = {}) {
      const label = `${labelPrefix}.${name}`;
      const own = join(folder, name);
      mkdirSync(own);
      const path = join(folder, `${label}.plist`);
      const plist = dict([
        ['Label', label],
        ...Object.entries({ ProgramArguments: argvOf(spec, own, run), ...keys }),
      ]);
      writeFileSync(path, writePlist(plist), { mode: 0o644 });
      return { label, path, plist, folder: own };
    },
    write(name, content, mode = 0o644) {
      const path = join(folder, name);
      // The mode as it is, whatever the umask.
      rmSync(path, { force: true });
      writeFileSync(path, content);
      execFileSync('chmod', [mode.toString(8), path]);
      return path;
    },
    nowhere: (name) => join(folder, 'nowhere', name),
    async wait(what, look, seconds = 30) {
      for (const deadline = performance.now() + seconds * 1000; ; ) {
        const seen = await look();
        if (seen !== null) return seen;
        if (performance.now() > deadline) throw new Error(`Waited ${seconds} seconds in vain for: ${what}`);
        await pause(LOOK_EVERY_MS);
      }
    },
    async ready(job) {
      await port.wait(`${job.label} to be ready`, async () =>
        existsSync(join(job.folder, 'ready')) ? true : null,
      );
    },
    starts: async (job) =>
      readdirSync(job.folder)
        .filter((name) => name.startsWith('start.'))
        .map((name) => statSync(join(job.folder, name)).mtimeMs)
        .sort((a, b) => a - b),
    isAlive(pid) {
      try {
        process.kill(pid, 0);
        return true;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code !== 'ESRCH';
      }
    },
    observe: () => {},
    restart: null,
    async close() {
      await port
        .wait('the end of all processes', async () => (leftOver(folder, run).length === 0 ? true : null), 10)
        .catch(() => {
          throw new Error(`Processes are left:\n${leftOver(folder, run).join('\n')}`);
        })
        .finally(() => rmSync(folder, { recursive: true, force: true }));
    },
  };
  return port;
}

/** Every process of this run has its folder or its sleep among its arguments. */
function leftOver(folder: string, run: string): readonly string[] {
  return listProcesses()
    .filter(({ args }) => args.includes(folder) || args.includes(longSleep(run)))
    .map(({ pid, args }) => `${pid} ${args}`);
}

function execute(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Answer> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [...args],
      { env, maxBuffer: 1 << 26, timeout: CALL_LIMIT_MS },
      (error, stdout, stderr) => {
        if (error === null) resolve({ code: 0, stdout, stderr });
        else if (typeof error.code === 'number') resolve({ code: error.code, stdout, stderr });
        else if (error.killed) resolve({ code: null, stdout, stderr });
        else reject(error);
      },
    );
  });
}
