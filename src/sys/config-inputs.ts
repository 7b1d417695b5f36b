import { lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { expandGlob } from './glob.ts';

/** What a declaration was read from: enough to tell, without reading it again, whether it is still the same. */
export interface Inputs {
  /** Files that were read or looked for, by the names they were asked for and by their real paths. */
  readonly paths: Set<string>;
  /** Patterns of `include`, each with the folder it stands in. */
  readonly globs: { readonly pattern: string; readonly folder: string }[];
}

export function createInputs(): Inputs {
  return { paths: new Set(), globs: [] };
}

/**
 * A text that stays the same for as long as nothing of this was touched: identity and times of each file and of each link,
 * and the files that each pattern names now.
 */
export function fingerprint({ paths, globs }: Inputs): string {
  const files = [...paths].map((path) => `${path}\n${identityOf(path)}`);
  const found = globs.map(({ pattern, folder }) => expandGlob(pattern, folder).join('\n'));
  return [...files, ...found].join('\n\n');
}

/** Whether one of the files was touched within the last so many milliseconds; one of the future was before the clock was set back. */
export function touchedWithin({ paths }: Inputs, ms: number): boolean {
  return [...paths].some((path) => {
    try {
      return Math.abs(Date.now() - statSync(path).ctimeMs) < ms;
    } catch {
      return false;
    }
  });
}

function identityOf(path: string): string {
  try {
    return [lstatSync(path, { bigint: true }), statSync(path, { bigint: true })]
      .map(({ dev, ino, size, mtimeNs, ctimeNs, mode, uid }) =>
        [dev, ino, size, mtimeNs, ctimeNs, mode, uid].join(':'),
      )
      .join(' ');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unreadable';
  }
}

/** Folders in which a change may be one of these files, and whether a name there matters. */
export function inputFolders({ paths, globs }: Inputs): ReadonlyMap<string, (name: string) => boolean> {
  const names = new Map<string, Set<string>>();
  const add = (folder: string, name: string): void => {
    const known = names.get(folder);
    if (known === undefined) names.set(folder, new Set([name]));
    else known.add(name);
  };
  for (const path of paths)
    if (path.startsWith('/')) add(dirname(path), path.slice(path.lastIndexOf('/') + 1));
  const patterned = new Set(globs.map(({ pattern, folder }) => globFolder(pattern, folder)));
  const accepting = new Map<string, (name: string) => boolean>(
    [...names].map(([folder, known]) => [folder, (name: string) => known.has(name)]),
  );
  for (const folder of patterned) {
    const known = names.get(folder);
    accepting.set(folder, (name) => (known?.has(name) ?? false) || /\.ya?ml$/.test(name));
  }
  return accepting;
}

/** The deepest folder of a pattern that has no wildcard above it. */
export function globFolder(pattern: string, folder: string): string {
  const fixed = pattern.split('/').slice(0, -1);
  const wild = fixed.findIndex((part) => /[*?[]/.test(part));
  const parts = wild === -1 ? fixed : fixed.slice(0, wild);
  const below = parts.filter((part) => part !== '' && part !== '.').join('/');
  if (pattern.startsWith('/')) return `/${below}`;
  return below === '' ? folder : `${folder}/${below}`;
}
