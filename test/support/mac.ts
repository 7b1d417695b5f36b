import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CLI, type Ended, execute, LAUNCHCTL, until } from './private-home.ts';

const SUPPORT = import.meta.dirname;

/** Numbers that no account here has. */
const UID = 48_501;
const GID = 48_020;

/**
 * As much of a Mac as privilege needs, really run: a mount namespace of its own in which `/bin/launchctl`, `sudo` and the
 * account `ada` exist; behind launchctl one embedded launchd that root runs (the system domain) and one that ada runs (her
 * session). Only for root, on a Linux with mount namespaces.
 */
export interface Mac {
  readonly uid: number;
  readonly home: string;
  /** The `--root`. */
  readonly root: string;
  readonly daemons: string;
  readonly globalAgents: string;
  /** Folder of root's state. */
  readonly systemState: string;
  /** As ada, without a terminal. */
  readonly asUser: (...args: readonly string[]) => Promise<Ended>;
  /** As ada, on a terminal; each answer is typed once its prompt is there. Gives all that the terminal showed. */
  readonly typing: (
    answers: readonly (readonly [prompt: string, answer: string])[],
    ...args: readonly string[]
  ) => Promise<Ended>;
  /** As root, as `sudo` calls it: SUDO_UID is ada's. */
  readonly asSudo: (...args: readonly string[]) => Promise<Ended>;
  /** As root without sudo. */
  readonly asRoot: (...args: readonly string[]) => Promise<Ended>;
  /** Any program, as that uid, inside. */
  readonly run: (
    uid: number,
    argv: readonly string[],
    env?: Readonly<Record<string, string>>,
  ) => Promise<Ended>;
  /** Begins what `asUser` does. */
  readonly begin: (...args: readonly string[]) => ChildProcess;
  /** Pids of processes with these words in their command line. */
  readonly find: (...words: readonly string[]) => readonly number[];
  /** Any program, as root, with pipes. */
  readonly start: (argv: readonly string[], env: Readonly<Record<string, string>>) => ChildProcess;
  readonly launchctl: (...args: readonly string[]) => Promise<Ended>;
  /** Writes a file of ada's below her home. */
  readonly write: (name: string, text: string) => string;
  readonly sudo: (mode: 'nopasswd' | 'password') => void;
  /** Answers that launchctl gives instead: `"bootstrap system": 5`. */
  readonly script: (answers: Readonly<Record<string, number>>) => void;
  readonly logOut: () => void;
  /** `UID launchctl|sudo ARGS`. */
  readonly calls: () => readonly string[];
  readonly end: () => Promise<void>;
}

export const canPretend: boolean =
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  spawnSync('unshare', [
    '-m',
    'sh',
    '-c',
    'mount -t overlay overlay -o lowerdir=/usr/bin:/usr/sbin /mnt && command -v setpriv',
  ]).status === 0;

function commandLine(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

export async function createMac(): Promise<Mac> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'reconcile-mac-')));
  const make = (name: string, mode = 0o755): string => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
    return path;
  };
  chmodSync(folder, 0o755);
  const home = make('Users/ada');
  const root = make('root');
  const daemons = make('root/Library/LaunchDaemons');
  const globalAgents = make('root/Library/LaunchAgents');
  make('root/var/db');
  const bin = make('bin');
  const state = make('launchd', 0o777);
  make('launchd/root');
  chownSync(make('launchd/user'), UID, GID);
  chownSync(home, UID, GID);
  const socket = join(state, 'socket');
  const script = (name: string): void => {
    const call = `exec '${process.execPath}' '${join(SUPPORT, 'mac-call.mjs')}' '${socket}' ${name} "$@"`;
    writeFileSync(join(bin, name), `#!/bin/sh\n${call}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  script('launchctl');
  script('sudo');
  writeFileSync(join(state, 'sudo'), 'nopasswd');
  const passwd = join(folder, 'passwd');
  writeFileSync(passwd, `${readFileSync('/etc/passwd', 'utf8')}ada:x:${UID}:${GID}::${home}:/bin/sh\n`);

  const inside = `mount -t overlay overlay -o lowerdir=${bin}:/usr/bin /usr/bin && mount --bind ${passwd} /etc/passwd && exec "$@"`;
  const command = (uid: number, argv: readonly string[]): readonly string[] => [
    '-m',
    'sh',
    '-c',
    inside,
    'sh',
    ...(uid === 0 ? argv : ['setpriv', `--reuid=${uid}`, `--regid=${GID}`, '--clear-groups', '--', ...argv]),
  ];
  const PATH = `/usr/bin:/bin:${dirname(process.execPath)}`;
  const environment = {
    PATH,
    HOME: home,
    USER: 'ada',
    LANG: 'C.UTF-8',
    RECONCILE_LAUNCHD: 'system',
    RECONCILE_ROOT: root,
  };
  const run: Mac['run'] = (uid, argv, env = {}) =>
    execute('unshare', command(uid, argv), { ...environment, ...env }, home);
  const cli = (args: readonly string[]): readonly string[] => [process.execPath, CLI, ...args];
  const start: Mac['start'] = (argv, env) =>
    spawn('unshare', command(0, argv), { env: { ...environment, ...env }, cwd: '/' });

  const helper = start(
    [process.execPath, join(SUPPORT, 'mac-helper.mjs'), socket, state, LAUNCHCTL, String(UID), String(GID)],
    {},
  );
  await until('the helper', () => existsSync(socket));

  return {
    uid: UID,
    home,
    root,
    daemons,
    globalAgents,
    systemState: join(root, 'var/db/reconcile'),
    asUser: (...args) => run(UID, cli(args)),
    begin: (...args) =>
      spawn('unshare', command(UID, cli(args)), { env: environment, cwd: home, stdio: 'ignore' }),
    find: (...words) =>
      readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .filter((name) => {
          const line = commandLine(name);
          return words.every((word) => line.includes(word));
        })
        .map(Number),
    typing: (answers, ...args) => {
      const quoted = cli(args)
        .map((word) => `'${word}'`)
        .join(' ');
      const child = spawn('unshare', command(UID, ['script', '-qec', quoted, '/dev/null']), {
        env: { ...environment, TERM: 'dumb' },
        cwd: home,
      });
      const left = [...answers];
      let stdout = '';
      child.stdout.on('data', (data) => {
        stdout += data;
        const [next] = left;
        if (next === undefined || !stdout.includes(next[0])) return;
        left.shift();
        child.stdin.write(`${next[1]}\n`);
      });
      return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr: '' })));
    },
    asSudo: (...args) =>
      run(0, cli(args), { HOME: '/root', USER: 'root', SUDO_UID: String(UID), SUDO_GID: String(GID) }),
    asRoot: (...args) => run(0, cli(args), { HOME: '/root', USER: 'root' }),
    run,
    start,
    launchctl: (...args) => run(0, ['launchctl', ...args]),
    write: (name, text) => {
      const path = join(home, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
      chownSync(path, UID, GID);
      chownSync(dirname(path), UID, GID);
      return path;
    },
    sudo: (mode) => writeFileSync(join(state, 'sudo'), mode),
    script: (answers) => writeFileSync(join(state, 'scripted.json'), JSON.stringify(answers)),
    logOut: () => writeFileSync(join(state, 'logged-out'), ''),
    calls: () =>
      existsSync(join(state, 'calls.log'))
        ? readFileSync(join(state, 'calls.log'), 'utf8').trim().split('\n')
        : [],
    end: async () => {
      for (const [world, uid] of [
        ['root', 0],
        ['user', UID],
      ] as const)
        await run(uid, [LAUNCHCTL, 'embedded-stop'], { RECONCILE_EMBEDDED_DIR: join(state, world) });
      helper.kill('SIGKILL');
      execFileSync('rm', ['-rf', folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
