import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { EXIT, ReconcileError } from '../model/errors.ts';

const NAMES = ['reconcile.yaml', 'reconcile.yml'];

/** The working directory and, inside a repository or home, its parents up to the top of it. */
function foldersUpward(cwd: string, home: string): readonly string[] {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    folders.push(folder);
    if (existsSync(join(folder, '.git')) || folder === home) return folders;
    if (folder === dirname(folder)) return [cwd];
  }
}

/**
 * Which files declare the jobs (interface §1): `-f` → RECONCILE_FILE → the working directory and its parents →
 * `$XDG_CONFIG_HOME/reconcile`. `-` stands for standard input. Absolute paths; whether a named one exists is found by
 * reading it. Throws `file/missing` (exit 65) when nothing was named and nothing is found.
 */
export function findFiles(
  named: readonly string[],
  cwd: string,
  home: string,
  env: Readonly<Record<string, string>>,
): readonly string[] {
  const absolute = (path: string): string => (path === '-' ? path : resolve(cwd, path));
  if (named.length > 0) return named.map(absolute);
  if (env['RECONCILE_FILE']) return [absolute(env['RECONCILE_FILE'])];
  const folders = [
    ...foldersUpward(cwd, home),
    join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'reconcile'),
  ];
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find(existsSync);
  if (found !== undefined) return [found];
  throw new ReconcileError('file/missing', `No ${NAMES[0]} was found here or above ${cwd}.`, {
    hint: 'Run `reconcile init` to write a first one, or name the file with -f.',
    exitCode: EXIT.invalidFile,
  });
}
