import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import type { Places } from '../model/domain.ts';
import { choosePlaces, type Environment, RELEASE_VARIABLE, realHost } from './places.ts';

/** A launchd of one's own, in a folder of its own. Nothing else of the machine is touched. */
export interface PrivateWorld {
  /** All of it; absolute. */
  readonly folder: string;
  /** HOME inside it. */
  readonly home: string;
  readonly places: Places;
  /** For programs that are to live in it: our launchctl first in PATH. */
  readonly env: Readonly<Record<string, string>>;
  /** Removes the folder. The launchd must have been stopped before, or ends by itself for want of its folder. */
  remove(): Promise<void>;
}

/** A socket's name may be as long (the rest would be cut off silently); macOS has the lower limit. */
const LONGEST_SOCKET_NAME = 103;

/**
 * Makes a world that ends with this process, even when that is killed: the launchd of it holds a connection to a socket that
 * is ours (src/emulator/owner.ts), ends its jobs when the kernel closes that, and removes the folder.
 *
 * @param os the release of macOS that its launchd plays; without it, what `env` says
 */
export async function makePrivateWorld(env: Environment, os?: string): Promise<PrivateWorld> {
  const folder = await mkdtemp(join(shortTemporaryFolder(), 'reconcile-world-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const home = join(folder, 'home');
    const owner = join(folder, 'owner');
    await mkdir(home);
    const inside = environmentInside(folder, env);
    if (os !== undefined) inside[RELEASE_VARIABLE] = os;
    const places = choosePlaces({ launchd: 'embedded' }, { ...realHost(inside), home }, inside);
    const server = await listen(owner);
    return {
      folder,
      home,
      places,
      env: {
        ...inside,
        PATH: [dirname(places.launchctl), env['PATH'] ?? ''].join(delimiter),
        RECONCILE_EMBEDDED_DIR: places.userState,
        RECONCILE_EMBEDDED_OWNER: owner,
      },
      remove() {
        server.close();
        return remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

function environmentInside(folder: string, env: Environment): Record<string, string> {
  const {
    XDG_CONFIG_HOME: _config,
    RECONCILE_LAUNCHCTL: _launchctl,
    RECONCILE_ROOT: _root,
    RECONCILE_EMBEDDED_DIR: _dir,
    ...rest
  } = env;
  const kept = Object.entries(rest).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return {
    ...Object.fromEntries(kept),
    HOME: join(folder, 'home'),
    XDG_STATE_HOME: join(folder, 'state'),
    RECONCILE_LAUNCHD: 'embedded',
  };
}

/** Holds every connection for as long as this process lives, and never keeps it alive. */
function listen(path: string): Promise<Server> {
  const held = new Set<Socket>();
  const server = createServer((socket) => {
    held.add(socket);
    socket.unref();
    socket.on('error', () => {});
    socket.on('close', () => held.delete(socket));
    socket.resume();
  });
  server.unref();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}

function shortTemporaryFolder(): string {
  const folder = tmpdir();
  return join(folder, 'reconcile-world-123456', 'owner').length > LONGEST_SOCKET_NAME ? '/tmp' : folder;
}
