import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseRelease, releaseWords } from '../launchd/releases.ts';
import type { Host, Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { quoteForShell } from '../model/shell.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The Mac's own. */
export const MAC_LAUNCHCTL = '/bin/launchctl';

/** Names the release of macOS that an embedded launchd prints as, from its start on. */
export const RELEASE_VARIABLE = 'RECONCILE_EMBEDDED_OS';

/** Names the folder of the embedded launchd, instead of one below the state home. */
export const WORLD_VARIABLE = 'RECONCILE_EMBEDDED_DIR';

/** This machine and the person who runs us. `HOME` counts when it is absolute, as everywhere in Unix. */
export function realHost(env: Environment): Host {
  const uid = process.getuid?.() ?? 0;
  const account = accountOf(uid);
  const home = env['HOME'];
  return {
    host: hostname().split('.')[0] ?? '',
    user: account?.username ?? env['USER'] ?? String(uid),
    uid,
    gid: process.getgid?.() ?? 0,
    home: home !== undefined && isAbsolute(home) ? resolve(home) : (account?.homedir ?? '/'),
    os: process.platform === 'darwin' ? 'macos' : 'linux',
    arch: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    env: Object.fromEntries(
      Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
  };
}

/** A container may run as a uid that no account has. */
function accountOf(uid: number): { username: string; homedir: string } | null {
  try {
    const account = userInfo();
    return account.uid === uid ? account : null;
  } catch {
    return null;
  }
}

/** `--launchd`, `--launchctl` and `--root` as they were given. */
export interface PlacesChoice {
  readonly launchd?: string;
  readonly launchctl?: string;
  readonly root?: string;
}

/**
 * Which launchd, and where everything of it lies (interface §2). An option wins over its variable (`RECONCILE_LAUNCHD`,
 * `RECONCILE_LAUNCHCTL`, `RECONCILE_ROOT`); the embedded launchd lies where `RECONCILE_EMBEDDED_DIR` says, else below the
 * state home. Throws ReconcileError `usage/launchd` (exit 64), also for a release that the
 * embedded launchd does not know.
 */
export function choosePlaces(choice: PlacesChoice, host: Host, env: Environment): Places {
  const named = chooseLaunchctl(choice, host, env);
  const state = join(stateHome(host, env), 'reconcile');
  if (named.launchd === 'embedded') {
    expectRelease(env[RELEASE_VARIABLE]);
    // As its launchctl finds it (src/emulator/address.ts): in one shell, both speak to the same launchd.
    const own = env[WORLD_VARIABLE] || undefined;
    return embeddedPlaces(own === undefined ? join(state, 'embedded') : resolve(own));
  }
  const { launchctl } = named;
  const root = resolve(choice.root ?? (env['RECONCILE_ROOT'] || '/'));
  const own = launchctl === MAC_LAUNCHCTL && root === '/';
  // Each launchd has a ledger and a lock of its own.
  const scope = own ? 'system' : `system-${shortHash(`${launchctl}\0${root}`)}`;
  return {
    launchd: 'system',
    launchctl,
    userAgents: join(host.home, 'Library/LaunchAgents'),
    globalAgents: join(root, 'Library/LaunchAgents'),
    daemons: join(root, 'Library/LaunchDaemons'),
    userState: join(state, scope),
    systemState: join(root, 'var/db/reconcile', scope),
    systemNeedsRoot: launchctl === MAC_LAUNCHCTL,
  };
}

/** The `--root` that these places came from. */
export function rootOf({ daemons }: Pick<Places, 'daemons'>): string {
  return dirname(dirname(daemons));
}

type Chosen = { readonly launchd: 'embedded' } | { readonly launchd: 'system'; readonly launchctl: string };

function chooseLaunchctl({ launchd, launchctl }: PlacesChoice, host: Host, env: Environment): Chosen {
  if (launchctl !== undefined) {
    if (launchd !== undefined && launchd !== 'system')
      throw contradiction(`--launchd ${launchd}`, '--launchctl');
    return { launchd: 'system', launchctl: findProgram(launchctl, env) };
  }
  const variable = env['RECONCILE_LAUNCHCTL'] || undefined;
  if (launchd === undefined && variable !== undefined)
    return { launchd: 'system', launchctl: findProgram(variable, env) };
  const wanted = launchd ?? (env['RECONCILE_LAUNCHD'] || 'auto');
  switch (wanted) {
    case 'embedded':
      return { launchd: 'embedded' };
    case 'system':
      return { launchd: 'system', launchctl: findProgram(variable ?? MAC_LAUNCHCTL, env) };
    case 'auto':
      return host.os === 'macos' ? { launchd: 'system', launchctl: MAC_LAUNCHCTL } : { launchd: 'embedded' };
    default:
      throw new ReconcileError('usage/launchd', `There is no launchd named '${wanted}'.`, {
        hint: 'Choose auto, system or embedded: with --launchd, or in the variable RECONCILE_LAUNCHD.',
        exitCode: EXIT.usage,
      });
  }
}

function expectRelease(release: string | undefined): void {
  if (release === undefined || release === '' || parseRelease(release) !== null) return;
  throw new ReconcileError(
    'usage/launchd',
    `The embedded launchd cannot print as macOS '${release}', which ${RELEASE_VARIABLE} asks for.`,
    { hint: `Choose ${releaseWords()}, or unset ${RELEASE_VARIABLE}.`, exitCode: EXIT.usage },
  );
}

/** Everything of the embedded launchd below one folder; nothing else is touched. */
function embeddedPlaces(folder: string): Places {
  return {
    launchd: 'embedded',
    launchctl: embeddedLaunchctl(dirname(fileURLToPath(import.meta.url))),
    userAgents: join(folder, 'LaunchAgents'),
    globalAgents: join(folder, 'Library/LaunchAgents'),
    daemons: join(folder, 'Library/LaunchDaemons'),
    userState: folder,
    systemState: folder,
    systemNeedsRoot: false,
  };
}

/** Our own code runs as `dist/cli.js`, `dist/chunks/…`, `dist/lib/sys/…` or, in development, `src/sys/…`. */
function embeddedLaunchctl(from: string): string {
  const program = 'embedded/bin/launchctl';
  const folders = [from, join(from, '..'), join(from, '../..'), join(from, '../../dist')];
  return (
    folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? join(from, program)
  );
}

/** The environment that launchctl is called with: for the embedded one, where its world lies and the Node that runs us. */
export function launchctlEnvironment(places: Places, env: Environment): Environment {
  if (places.launchd === 'system') return env;
  const path = [dirname(process.execPath), env['PATH']].filter((part) => part !== undefined && part !== '');
  return { ...env, PATH: path.join(delimiter), [WORLD_VARIABLE]: places.userState };
}

/** How a person calls this launchctl in a shell; stands at the start of the commands that we advise. */
export function launchctlCommand(places: Places): string {
  if (places.launchd === 'embedded')
    return `${WORLD_VARIABLE}=${quoteForShell(places.userState)} ${quoteForShell(places.launchctl)}`;
  return places.launchctl === MAC_LAUNCHCTL ? 'launchctl' : quoteForShell(places.launchctl);
}

/** How a person begins a login session of the embedded launchd. */
export const EMBEDDED_LOGIN = 'reconcile embedded login';

/** A bare name is looked for in PATH, as a shell does; the rest is relative to the working directory. It may not exist. */
export function findProgram(program: string, env: Environment): string {
  if (program.includes('/')) return resolve(program);
  const folders = (env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? resolve(program);
}

function stateHome(host: Host, env: Environment): string {
  const named = env['XDG_STATE_HOME'];
  return named !== undefined && isAbsolute(named) ? resolve(named) : join(host.home, '.local/state');
}

function contradiction(one: string, other: string): ReconcileError {
  return new ReconcileError('usage/launchd', `${one} and ${other} contradict each other.`, {
    hint: 'A launchctl program of your choice means --launchd system; leave one of the two out.',
    exitCode: EXIT.usage,
  });
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
