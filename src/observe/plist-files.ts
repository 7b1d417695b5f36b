import { posix } from 'node:path';
import { isDict, type PlistDict } from '../model/plist.ts';
import type { PlistProblem } from '../plist/problem.ts';
import { readPlist } from '../plist/read.ts';
import type { PlistSource } from '../plist/source.ts';
import type { Files } from '../sys/ports.ts';
import { PLIST_SIZE_LIMIT } from './scan.ts';

/** Folders that hold other people's copies, never jobs of one's own. */
const PASSED_OVER: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** Deep enough for any repository; a folder that links to its own parent ends here. */
const MAX_DEPTH = 32;

/**
 * Every `*.plist` in a folder and below it, by byte; links to folders are not followed. Of a file its own path, whatever its
 * name. A folder below that may not be listed stands for what lies in it: reading it tells why. Null when nothing is there.
 */
export async function plistFiles(path: string, files: Files): Promise<readonly string[] | null> {
  const there = await files.identify(path);
  if (there === null) return null;
  const isFolder = there.kind === 'folder' || (there.kind === 'symlink' && (await isListable(path, files)));
  return isFolder ? below(path, 0, files) : [path];
}

async function below(folder: string, depth: number, files: Files): Promise<readonly string[]> {
  if (depth > MAX_DEPTH) return [];
  const found: string[] = [];
  for (const name of await namesIn(folder, depth, files)) {
    if (name === null) return [folder];
    const path = posix.join(folder, name);
    const kind = (await files.identify(path))?.kind;
    if (kind === 'folder') {
      if (!PASSED_OVER.has(name)) found.push(...(await below(path, depth + 1, files)));
    } else if (name.endsWith('.plist')) found.push(path);
  }
  return found;
}

/** A folder that a person named has to be there for them; one below it is told, and the rest is read all the same. */
async function namesIn(folder: string, depth: number, files: Files): Promise<readonly (string | null)[]> {
  try {
    return await files.list(folder);
  } catch (error) {
    if (depth === 0) throw error;
    return [null];
  }
}

/** A link to a folder, named by a person, is meant as the folder. */
async function isListable(path: string, files: Files): Promise<boolean> {
  try {
    await files.list(`${path}/`);
    return true;
  } catch {
    return false;
  }
}

export type PlistFileReading =
  | {
      readonly ok: true;
      readonly plist: PlistDict;
      /** As in `readPlist`. */
      readonly comments: readonly string[];
      readonly source: PlistSource | null;
    }
  | { readonly ok: false; readonly problem: PlistProblem };

/** The dictionary of a plist; what keeps it from being read is a problem, never thrown. */
export async function readPlistFile(path: string, files: Files): Promise<PlistFileReading> {
  const refuse = (message: string): PlistFileReading => ({
    ok: false,
    problem: { message, line: null, column: null },
  });
  const closed = (message: string): PlistFileReading => ({
    ok: false,
    problem: { message, line: null, column: null, isClosed: true },
  });
  let bytes: Uint8Array;
  try {
    const there = await files.identify(path);
    if (there?.kind === 'folder')
      return closed('The folder may not be read, so nothing in it was looked at.');
    if (Number(there?.size ?? 0) > PLIST_SIZE_LIMIT)
      return refuse('The file is far too large for a plist of a job.');
    bytes = await files.read(path);
  } catch (error) {
    return closed(`The file cannot be read: ${(error as Error).message}.`);
  }
  const reading = readPlist(bytes);
  if (!reading.ok) return reading;
  const { value, comments, source } = reading;
  if (!isDict(value)) return refuse('The property list is no dictionary, so it is no job.');
  return { ok: true, plist: value, comments, source };
}
