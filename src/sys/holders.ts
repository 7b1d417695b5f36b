import { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import { runProgram } from './exec.ts';
import { boundSockets } from './leftovers.ts';

/** Where a program listens. */
export type ListenPlace = { readonly port: number } | { readonly path: string };

/** The processes that listen there; `unknown`: somebody does, and it cannot be told who. Never throws. */
export async function findHolders(place: ListenPlace): Promise<readonly number[] | 'unknown'> {
  return process.platform === 'linux' ? findInProc(place) : findByLsof(place);
}

async function findInProc(place: ListenPlace): Promise<readonly number[] | 'unknown'> {
  if ('path' in place) return findAtPath(place.path);
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(readText));
  return ownersOf(tables.flatMap((text) => listeningInodes(text, place.port)));
}

/** A program may have bound the socket by a name that is relative to the folder that it is in. */
async function findAtPath(path: string): Promise<readonly number[] | 'unknown'> {
  const bound = boundSockets(await readText('/proc/net/unix')).filter(({ listens }) => listens);
  const owners = ownersOf(bound.filter(({ name }) => name === path).map(({ inode }) => inode));
  if (owners === 'unknown') return owners;
  const real = join(attempt(() => realpathSync(dirname(path))) ?? dirname(path), basename(path));
  const relative = bound
    .filter(({ name }) => !isAbsolute(name) && real.endsWith(`/${normalize(name)}`))
    .flatMap(({ name, inode }) =>
      pidsOfSockets(new Set([inode])).filter(
        (pid) => join(attempt(() => readlinkSync(`/proc/${pid}/cwd`)) ?? '', name) === real,
      ),
    );
  return [...new Set([...owners, ...relative])];
}

function ownersOf(inodes: readonly string[]): readonly number[] | 'unknown' {
  if (inodes.length === 0) return [];
  const pids = pidsOfSockets(new Set(inodes));
  return pids.length === 0 ? 'unknown' : pids;
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

const LISTEN = '0A';

/** `sl local_address rem_address st … uid timeout inode`, one socket a line; addresses and ports in hex. */
export function listeningInodes(text: string, port: number): readonly string[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      const isIt = state === LISTEN && Number.parseInt(local.split(':')[1] ?? '', 16) === port;
      return isIt && inode !== undefined ? [inode] : [];
    });
}

/** Of our own processes, and, as root, of all. */
function pidsOfSockets(inodes: ReadonlySet<string>): readonly number[] {
  const wanted = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  const pids = attempt(() => readdirSync('/proc').filter((name) => /^\d+$/.test(name))) ?? [];
  return pids
    .filter((pid) =>
      (attempt(() => readdirSync(`/proc/${pid}/fd`)) ?? []).some((fd) =>
        wanted.has(attempt(() => readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? ''),
      ),
    )
    .map(Number);
}

async function findByLsof(place: ListenPlace): Promise<readonly number[] | 'unknown'> {
  const asked = 'path' in place ? ['--', place.path] : [`-iTCP:${place.port}`, '-sTCP:LISTEN'];
  try {
    const options = { env: { LC_ALL: 'C' }, timeoutMs: 10_000 };
    const { end, stdout } = await runProgram('/usr/sbin/lsof', ['-nP', '-Fp', ...asked], options);
    // It ends with 1 both when there is none and when there was trouble with some.
    return end === 'exited' ? parseLsof(stdout) : 'unknown';
  } catch {
    return 'unknown';
  }
}

/** `-Fp`: a line `p412` a process, followed by lines about its files. */
export function parseLsof(text: string): readonly number[] {
  const pids = text.split('\n').flatMap((line) => /^p(\d+)$/.exec(line)?.[1] ?? []);
  return [...new Set(pids.map(Number))];
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
