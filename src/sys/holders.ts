import { readdirSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { runProgram } from './exec.ts';
import { boundPaths } from './leftovers.ts';

/** Where a program listens. */
export type ListenPlace = { readonly port: number } | { readonly path: string };

/** The processes that listen there; `unknown`: somebody does, and it cannot be told who. Never throws. */
export async function findHolders(place: ListenPlace): Promise<readonly number[] | 'unknown'> {
  return process.platform === 'linux' ? findInProc(place) : findByLsof(place);
}

async function findInProc(place: ListenPlace): Promise<readonly number[] | 'unknown'> {
  const inodes = new Set(await inodesOf(place));
  if (inodes.size === 0) return [];
  const pids = pidsOfSockets(inodes);
  return pids.length === 0 ? 'unknown' : pids;
}

async function inodesOf(place: ListenPlace): Promise<readonly string[]> {
  const read = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
  if ('path' in place) {
    const inode = boundPaths(await read('/proc/net/unix')).get(place.path);
    return inode === undefined ? [] : [inode];
  }
  const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map(read));
  return tables.flatMap((text) => listeningInodes(text, place.port));
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
