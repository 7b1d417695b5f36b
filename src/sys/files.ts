import { createHash, randomBytes } from 'node:crypto';
import { type BigIntStats, constants } from 'node:fs';
import {
  chmod,
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  realpath,
  rename,
  unlink,
} from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { type FileIdentity, isSameFile } from '../model/ledger.ts';
import type { Files, Processes } from './ports.ts';

/** A file that is read whole is no larger; a plist or a ledger never is. */
const READ_LIMIT = 64 * 1024 * 1024;

/** `.reconcile-<pid>-<16 hex digits>`: launchd reads only `*.plist`, and the pid tells whether its maker still works. */
const TEMPORARY = /^\.reconcile-(\d+)-[0-9a-f]{16}$/;

/** The file system itself. */
export const realFiles: Files = {
  async list(folder) {
    try {
      return (await readdir(folder)).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  },

  read: (path) => readPart(path, null),
  readEnd: (path, bytes) => readPart(path, bytes),

  async digest(path, before) {
    const handle = await openFile(path);
    try {
      const identity = identityOf(await handle.stat({ bigint: true }));
      if (before !== null && isSameFile(identity, before.identity)) return before;
      const hash = createHash('sha256');
      for await (const chunk of handle.createReadStream({ autoClose: false })) hash.update(chunk);
      return { identity, sha256: hash.digest('hex') };
    } finally {
      await handle.close();
    }
  },

  async identify(path) {
    try {
      const stat = await lstat(path, { bigint: true });
      return {
        kind: stat.isFile()
          ? 'file'
          : stat.isDirectory()
            ? 'folder'
            : stat.isSymbolicLink()
              ? 'symlink'
              : 'other',
        ...identityOf(stat),
      };
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
      throw error;
    }
  },

  async write(path, content, mode) {
    await refuseSymlink(path);
    const folder = dirname(path);
    const temporary = join(folder, `.reconcile-${process.pid}-${randomBytes(8).toString('hex')}`);
    try {
      const handle = await open(temporary, 'wx', 0o600);
      try {
        await handle.writeFile(content);
        // By the handle, so that the umask does not matter.
        await handle.chmod(mode);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, path);
    } catch (error) {
      await unlink(temporary).catch(() => {});
      // A write by its handle names no path, and that of the temporary file tells nobody anything.
      throw Object.assign(error as Error, { path });
    }
    await syncFolder(folder);
  },

  async remove(path) {
    await unlink(path);
    await syncFolder(dirname(path));
  },

  async setMode(path, mode) {
    await refuseSymlink(path);
    await chmod(path, mode);
  },

  async makeFolder(path, mode) {
    try {
      await mkdir(path).catch(async (error) => {
        if (codeOf(error) !== 'ENOENT' || dirname(path) === path) throw error;
        await realFiles.makeFolder(dirname(path), mode);
        // Once more and no oftener: in /proc, ENOENT is the answer even where the parent is there.
        await mkdir(path);
      });
    } catch (error) {
      if (codeOf(error) === 'EEXIST' && (await isFolder(path))) return;
      throw error;
    }
    await chmod(path, mode);
    await syncFolder(dirname(path));
  },
};

/**
 * Removes from a folder the temporary files that runs of ours left when they were killed. Those of a run that is still
 * alive stay; one with our own pid is of an earlier life of it, since this is done before anything is written. Returns
 * the removed names.
 */
export async function removeLeftovers(
  folder: string,
  files: Files,
  processes: Processes,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const name of await files.list(folder)) {
    const maker = TEMPORARY.exec(name)?.[1];
    if (maker === undefined) continue;
    if (Number(maker) !== process.pid && processes.alive(Number(maker))) continue;
    await files.remove(join(folder, name));
    removed.push(name);
  }
  return removed;
}

/** With all links followed; null for what is not there, or no absolute path. */
export async function realPathOf(path: string): Promise<string | null> {
  return isAbsolute(path) ? realpath(path).catch(() => null) : null;
}

function identityOf(stat: BigIntStats): FileIdentity {
  return {
    dev: String(stat.dev),
    ino: String(stat.ino),
    size: String(stat.size),
    mtimeNs: String(stat.mtimeNs),
    ctimeNs: String(stat.ctimeNs),
    uid: Number(stat.uid),
    gid: Number(stat.gid),
    mode: Number(stat.mode) & 0o7777,
  };
}

/** Never blocks on a pipe that poses as a plist, and never reads a device. */
async function openFile(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw Object.assign(new Error(`EINVAL: not a regular file, open '${path}'`), { code: 'EINVAL', path });
}

async function readPart(path: string, last: number | null): Promise<Uint8Array> {
  const handle = await openFile(path);
  try {
    const stat = await handle.stat();
    if (last === null && stat.size > READ_LIMIT)
      throw Object.assign(new Error(`EFBIG: ${stat.size} bytes are too many, read '${path}'`), {
        code: 'EFBIG',
        path,
      });
    if (last === null) return await handle.readFile();
    const length = Math.min(last, stat.size);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, stat.size - length);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function refuseSymlink(path: string): Promise<void> {
  const there = await realFiles.identify(path);
  if (there?.kind !== 'symlink') return;
  throw new ReconcileError(
    'file/symlink',
    `${path} is a symbolic link, which reconcile does not write through.`,
    {
      hint: `Put the file itself there, or remove the link: rm '${path}'`,
      exitCode: EXIT.failed,
    },
  );
}

async function isFolder(path: string): Promise<boolean> {
  const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NONBLOCK).catch(
    () => null,
  );
  await handle?.close();
  return handle !== null;
}

/** A rename is durable once its folder is. Some file systems cannot sync a folder; the rename stands all the same. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => null);
  try {
    await handle?.sync();
  } catch (error) {
    if (codeOf(error) === 'EIO' || codeOf(error) === 'ENOSPC') throw error;
  } finally {
    await handle?.close();
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
