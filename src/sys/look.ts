import { constants, readFileSync } from 'node:fs';
import { access, lstat, open, realpath, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import type { May, PathLook, Runner } from '../model/requirements.ts';

/** Looks at paths as the user of a job sees them. Changes nothing and never throws. */
export interface Looker {
  at(path: string, runner: Runner): Promise<PathLook>;
  /** The first bytes of a regular file; null when it cannot be read. */
  head(path: string, bytes: number): Promise<Uint8Array | null>;
}

const NOTHING = { uid: null, mode: null, dev: null, may: { read: null, write: null, execute: null } };

/** The file system itself. */
export const realLooker: Looker = {
  async at(path, runner) {
    let symlink = false;
    try {
      const entry = await lstat(path);
      symlink = entry.isSymbolicLink();
      const target = symlink ? await stat(path) : entry;
      const kind = target.isFile() ? 'file' : target.isDirectory() ? 'folder' : 'other';
      const mode = target.mode & 0o7777;
      const bits = { uid: target.uid, gid: target.gid, mode, isFolder: kind === 'folder' };
      return {
        path,
        kind,
        symlink,
        uid: target.uid,
        mode,
        dev: String(target.dev),
        may: await permissions(path, bits, runner),
      };
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      const isMissing = code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
      return { path, kind: isMissing ? 'missing' : 'hidden', symlink, ...NOTHING };
    }
  },

  async head(path, bytes) {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(() => null);
    if (handle === null) return null;
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) return null;
      const length = Math.min(bytes, stat.size);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
      return buffer.subarray(0, bytesRead);
    } catch {
      return null;
    } finally {
      await handle.close();
    }
  },
};

interface Bits {
  readonly uid: number;
  readonly gid: number;
  readonly mode: number;
  readonly isFolder: boolean;
}

/** For ourselves the system is asked, which knows of access lists and read-only volumes; for others the bits must do. */
async function permissions(path: string, bits: Bits, runner: Runner): Promise<PathLook['may']> {
  if (runner.uid === null) return NOTHING.may;
  if (runner.uid === process.getuid?.()) {
    const may = (mode: number): Promise<boolean> =>
      access(path, mode).then(
        () => true,
        () => false,
      );
    return {
      read: await may(constants.R_OK),
      write: await may(constants.W_OK),
      execute: await may(constants.X_OK),
    };
  }
  const reach = await mayReach(path, runner);
  const may = (bit: number): May => both(reach, grants(bits, runner, bit));
  return { read: may(4), write: may(2), execute: may(1) };
}

/** Whether every folder on the way may be searched. */
async function mayReach(path: string, runner: Runner): Promise<May> {
  let reach: May = true;
  try {
    const real = await realpath(path);
    for (let folder = posix.dirname(real); ; folder = posix.dirname(folder)) {
      const { uid, gid, mode } = await stat(folder);
      reach = both(reach, grants({ uid, gid, mode, isFolder: true }, runner, 1));
      if (folder === '/' || reach === false) return reach;
    }
  } catch {
    return null;
  }
}

/** One class of bits decides, as in the kernel; `bit` is 4, 2 or 1. */
function grants({ uid, gid, mode, isFolder }: Bits, runner: Runner, bit: number): May {
  if (runner.uid === 0) return bit !== 1 || isFolder || (mode & 0o111) !== 0;
  if (runner.uid === uid) return (mode & (bit << 6)) !== 0;
  const ofGroup = (mode & (bit << 3)) !== 0;
  const ofOthers = (mode & bit) !== 0;
  if (ofGroup === ofOthers) return ofGroup;
  if (runner.gids === null) return null;
  return runner.gids.includes(gid) ? ofGroup : ofOthers;
}

function both(a: May, b: May): May {
  if (a === false || b === false) return false;
  return a === null || b === null ? null : true;
}

/**
 * The user of a name or a uid, by the files in /etc. A Mac keeps ordinary users elsewhere: then a name is nobody that we
 * know, and of a uid the groups are not known.
 */
export function findRunner(who: string | number): Runner {
  const row = rowsOf('/etc/passwd').find(([name, , uid]) => name === who || uid === String(who));
  if (row === undefined) return { uid: typeof who === 'number' ? who : null, gids: null };
  const [name = '', , uid, gid] = row;
  const others = rowsOf('/etc/group')
    .filter(([, , , members = '']) => members.split(',').includes(name))
    .map(([, , id]) => Number(id));
  return { uid: Number(uid), gids: [Number(gid), ...others] };
}

function rowsOf(file: string): readonly (readonly string[])[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.split(':'));
  } catch {
    return [];
  }
}
