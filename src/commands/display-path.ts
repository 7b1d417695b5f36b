import { isAbsolute, relative } from 'node:path';

/** From the working directory where it lies below, which is also what code scanning and annotations want. */
export function displayPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  return short === '' || short.startsWith('..') || isAbsolute(short) ? path : short;
}
