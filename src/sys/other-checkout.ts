import { dirname, sep } from 'node:path';
import type { ConfigSource } from '../config/source.ts';

/** Two folders that hold the same files, such as two checkouts of one repository. */
export interface Checkouts {
  /** Where a path of this checkout lies in the other one; a path outside stays as it is. */
  readonly there: (path: string) => string;
  /** The way back. */
  readonly here: (path: string) => string;
}

/**
 * From one file in both: `/repo/jobs/a.yaml` and `/tmp/base/jobs/a.yaml` say that `/repo` lies at `/tmp/base`. Files with
 * different names stand for each other, and their folders too.
 */
export function checkouts(file: string, other: string): Checkouts {
  const [mine, theirs] = withoutCommonEnd(file.split(sep), other.split(sep));
  const folders = mine === file ? ([dirname(file), dirname(other)] as const) : ([mine, theirs] as const);
  const map =
    ([from, to]: readonly [string, string], [fromFile, toFile]: readonly [string, string]) =>
    (path: string): string => {
      if (path === fromFile) return toFile;
      return path.startsWith(from + sep) ? to + path.slice(from.length) : path;
    };
  return {
    there: map(folders, [file, other]),
    here: map([folders[1], folders[0]], [other, file]),
  };
}

function withoutCommonEnd(a: readonly string[], b: readonly string[]): readonly [string, string] {
  let same = 0;
  while (same < a.length - 1 && same < b.length - 1 && a.at(-1 - same) === b.at(-1 - same)) same++;
  return [a.slice(0, a.length - same).join(sep), b.slice(0, b.length - same).join(sep)];
}

/** Reads the other checkout under the paths of this one, so that nothing differs but the content. */
export function sourceElsewhere(source: ConfigSource, { there, here }: Checkouts): ConfigSource {
  return {
    read: (path) => {
      const reading = source.read(there(path));
      return reading.ok ? { ...reading, realPath: here(reading.realPath) } : reading;
    },
    glob: (pattern, folder) => source.glob(pattern, there(folder)).map(here),
  };
}
