import { chmod } from 'node:fs/promises';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { makeFolders } from '../sys/make-folders.ts';
import type { Files } from '../sys/ports.ts';
import { refuseFolder } from './root-ground.ts';

/**
 * Makes the state folder of system jobs, or makes sure that it is root's alone: what root reads there it acts on. Throws
 * ReconcileError `root/unsafe-state` (exit 1).
 */
export async function prepareRootState(folder: string, files: Files): Promise<void> {
  const why = await refuseFolder(folder, files);
  if (why !== null)
    throw new ReconcileError('root/unsafe-state', `Root's own state cannot be kept in ${folder}: ${why}.`, {
      hint: 'Give that folder to root and take the right to write from all others, then apply again.',
      exitCode: EXIT.failed,
    });
  makeFolders(folder, 0o700);
  await chmod(folder, 0o700);
}
