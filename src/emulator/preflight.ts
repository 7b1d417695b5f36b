import { accessSync, closeSync, constants, lstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { STANDARD_PATH } from './environment.ts';

/**
 * The absolute path of a program as launchd finds it: an absolute one as it is, a bare name in the standard folders, anything
 * else nowhere (facts §1: never the job's own PATH).
 */
export function findProgram(program: string): string | null {
  if (program.startsWith('/')) return program;
  if (program.includes('/')) return null;
  for (const folder of STANDARD_PATH.split(':')) {
    const candidate = `${folder}/${program}`;
    if (isExecutableFile(candidate)) return candidate;
  }
  return null;
}

/**
 * Whether exec would succeed: a regular executable file, and when it begins with `#!` its interpreter too. A text without
 * that line is no program for the kernel, though shells run it. Asked before a process is made, since afterwards a missing
 * program, a missing folder and a missing interpreter all look alike (ENOENT).
 */
export function canExecute(path: string): boolean {
  if (!isExecutableFile(path)) return false;
  const head = firstBytes(path);
  // Executable but not readable: a binary, as far as anyone can tell.
  if (head === null) return true;
  if (head.subarray(0, 2).toString('latin1') === '#!') {
    const [interpreter] = head.subarray(2).toString('utf8').split('\n', 1)[0]?.trim().split(/[ \t]/) ?? [];
    return interpreter !== undefined && isExecutableFile(interpreter);
  }
  return head.includes(0);
}

/**
 * The same below another root. Links there lead elsewhere than they seem to from here, so all that is asked is whether there
 * is something.
 */
export function findProgramBelow(root: string, program: string): string | null {
  const candidates = program.startsWith('/')
    ? [program]
    : program.includes('/')
      ? []
      : STANDARD_PATH.split(':').map((folder) => `${folder}/${program}`);
  return (
    candidates.find((path) => lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined) ?? null
  );
}

/** Whether a process can be started in this folder. */
export function canEnter(folder: string): boolean {
  try {
    if (!statSync(folder).isDirectory()) return false;
    accessSync(folder, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isExecutableFile(path: string): boolean {
  try {
    const { mode } = statSync(path);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG || (mode & 0o111) === 0) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function firstBytes(path: string): Buffer | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const head = Buffer.alloc(256);
    return head.subarray(0, readSync(file, head, 0, head.length, 0));
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

/** Too many processes or open files now: another thing than a definition that can never start. */
export function isShortage({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EAGAIN' || code === 'ENOMEM' || code === 'EMFILE' || code === 'ENFILE';
}
