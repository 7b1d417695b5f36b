import { realpath } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Change } from '../model/plan.ts';
import type { Files } from '../sys/ports.ts';

/** The file system under root's feet: whether somebody else could move it while root works there. */

/**
 * Why a folder is not root's alone, as a sentence, or null. It and every folder above it must belong to root and be
 * writable by nobody else; a link on the way counts only where root made it. Above the folder itself one that is sticky
 * will do, as /tmp is: there nobody can move away what is root's. The part of the path that is not there yet is root's
 * to make.
 */
export async function refuseFolder(folder: string, files: Files): Promise<string | null> {
  for (const path of new Set([folder, await realOf(folder)])) {
    let isDirect = true;
    for (let at = path; ; at = posix.dirname(at)) {
      const there = await files.identify(at);
      const why = there === null ? null : refuseStep(at, there, isDirect);
      if (why !== null) return why;
      if (at === '/') break;
      if (there !== null) isDirect = false;
    }
  }
  return null;
}

type Found = NonNullable<Awaited<ReturnType<Files['identify']>>>;

function refuseStep(path: string, there: Found, isDirect: boolean): string | null {
  if (there.uid !== 0) return `${path} belongs to uid ${there.uid}, not to root`;
  if (there.kind === 'symlink') return null;
  if (there.kind !== 'folder') return `${path} is not a folder`;
  const isSticky = (there.mode & 0o1000) !== 0;
  if ((there.mode & 0o022) === 0 || (isSticky && !isDirect)) return null;
  return `${path} can be written by others than root (mode ${there.mode.toString(8)})`;
}

/** The real path of as much of it as is there. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || path === '/') throw error;
    return posix.join(await realOf(posix.dirname(path)), posix.basename(path));
  }
}

/** Why root does not do this change where it is to be done, or null. Reads only. */
export async function refuseByGround(change: Change, files: Files): Promise<string | null> {
  for (const action of change.actions) {
    if (!('path' in action) || action.path === undefined) continue;
    const folder = action.action === 'make-folder' ? action.path : posix.dirname(action.path);
    const why = await refuseFolder(folder, files);
    if (why !== null) return why;
    if (action.action === 'make-folder') continue;
    const there = await files.identify(action.path);
    if (there !== null && there.kind !== 'file') return `${action.path} is not a plain file`;
  }
  return null;
}
