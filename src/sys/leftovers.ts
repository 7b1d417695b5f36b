import { constants, type Stats } from 'node:fs';
import { lstat, open, readFile } from 'node:fs/promises';
import type { Leftover, LeftoverFacts } from '../model/leftover.ts';
import { tryConnect } from './probe.ts';
import { lookAtProcess } from './process-look.ts';

/** A pid file holds a number, and perhaps a name or two. */
const PID_FILE_BYTES = 1_024;
const CONNECT_MS = 2_000;
/** Beyond this a path of a socket is cut short by some systems, and another one would be asked. */
const SOCKET_PATH_BYTES = 103;

type OfFile = Extract<Leftover, { path: string }>;

/** Looks at what a job declares as stale: connects to a socket, asks for the process of a pid file. Changes nothing. */
export async function lookAtLeftover({ kind, path }: OfFile): Promise<LeftoverFacts> {
  const nothing = { uid: -1, mtime: 0, connect: null, isOpen: null, pid: null, process: 'unknown' } as const;
  let stat: Stats;
  try {
    stat = await lstat(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { ...nothing, kind: code === 'ENOENT' || code === 'ENOTDIR' ? null : 'hidden' };
  }
  const facts: LeftoverFacts = { ...nothing, kind: kindOf(stat), uid: stat.uid, mtime: stat.mtimeMs / 1_000 };
  if (kind === 'socket' && facts.kind === 'socket') {
    if (Buffer.byteLength(path) > SOCKET_PATH_BYTES) return { ...facts, connect: 'ENAMETOOLONG' };
    const connect = await tryConnect({ path }, { timeoutMs: CONNECT_MS });
    return { ...facts, connect, isOpen: await isOpenSocket(path) };
  }
  if (kind === 'pid-file' && facts.kind === 'file' && stat.size <= PID_FILE_BYTES) {
    const pid = await readPid(path);
    if (pid === 'hidden') return { ...facts, kind: 'hidden' };
    return pid === null ? facts : { ...facts, pid, process: await lookAtProcess(pid) };
  }
  return facts;
}

function kindOf(stat: Stats): LeftoverFacts['kind'] {
  if (stat.isSocket()) return 'socket';
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'folder';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}

/** The number in its first line; `hidden`: we may not read it. */
async function readPid(path: string): Promise<number | 'hidden' | null> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
      const digits = /^\s*(\d{1,10})\s*(?:\n|$)/.exec(buffer.toString('latin1', 0, bytesRead))?.[1];
      const pid = Number(digits);
      return digits === undefined || pid < 1 ? null : pid;
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EACCES' || code === 'EPERM' ? 'hidden' : null;
  }
}

/** Whether some process has a socket of this name bound, listening or not yet: Linux tells that of all of them. */
async function isOpenSocket(path: string): Promise<boolean | null> {
  if (process.platform !== 'linux') return null;
  try {
    return boundSockets(await readFile('/proc/net/unix', 'utf8')).some(({ name }) => name === path);
  } catch {
    return null;
  }
}

/** A socket of the file system that some process has open. */
export interface BoundSocket {
  /** As it was bound: a path, perhaps relative to the folder that the process was in. */
  readonly name: string;
  readonly inode: string;
  readonly listens: boolean;
}

/** __SO_ACCEPTCON. */
const LISTENS = 0x10000;

/** `Num: RefCount Protocol Flags Type St Inode Path`, one socket a line; abstract names (`@…`) are of no file. */
export function boundSockets(text: string): readonly BoundSocket[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, flags = '', inode = '', name = ''] =
        /^\S+: \S+ \S+ (\S+) \S+ \S+ +(\d+) ([^@].*)$/.exec(line) ?? [];
      return name === '' ? [] : [{ name, inode, listens: (Number.parseInt(flags, 16) & LISTENS) !== 0 }];
    });
}
