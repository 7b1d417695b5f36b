import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { FileIdentity } from '../model/ledger.ts';
import type { ObservedPlist } from '../model/observed.ts';
import { isDict } from '../model/plist.ts';
import { parseMarker } from '../plist/marker.ts';
import { readPlist } from '../plist/read.ts';
import type { Files } from '../sys/ports.ts';
import { mapBounded } from './bounded.ts';
import { type Memory, rememberedPlist, rememberPlists } from './memory.ts';

/** No plist of a job is as large: the largest that macOS ships has some 100 kB. Bytes. */
export const PLIST_SIZE_LIMIT: number = 4 * 1024 * 1024;
const READS_AT_ONCE = 16;

/**
 * Every `*.plist` of these folders, and the files at `paths` beside them, by path. All of them are parsed: only so is the
 * same Label elsewhere found, and a plist of ours whose ledger entry was lost. A folder that may not be listed is passed
 * over: the files at `paths` are looked at all the same. With a memory, files that are still the same are not read again.
 */
export async function scanPlists(
  folders: readonly string[],
  paths: readonly string[],
  files: Files,
  memory?: Memory,
): Promise<readonly ObservedPlist[]> {
  const needed = new Set(paths);
  const found = new Set(paths);
  for (const folder of new Set(folders)) {
    for (const name of await listReadable(folder, files)) {
      if (name.endsWith('.plist')) found.add(posix.join(folder, name));
    }
  }
  const plists = await mapBounded([...found].sort(), READS_AT_ONCE, (path) =>
    observePlist(path, needed.has(path), files, memory),
  );
  const seen = plists.filter((plist) => plist !== null);
  if (memory !== undefined) rememberPlists(memory, seen);
  return seen;
}

async function listReadable(folder: string, files: Files): Promise<readonly string[]> {
  try {
    return await files.list(folder);
  } catch {
    return [];
  }
}

/** Null: nothing is there. A folder counts as nothing, too, unless a plist is `needed` at its place. */
async function observePlist(
  path: string,
  needed: boolean,
  files: Files,
  memory: Memory | undefined,
): Promise<ObservedPlist | null> {
  const there = await identify(path, files);
  if (there === 'hidden')
    return needed ? unread(path, NOWHERE, 'permission to look into its folder is denied') : null;
  if (there === null || (there.kind === 'folder' && !needed)) return null;
  const { kind, ...identity } = there;
  const known = memory === undefined || kind !== 'file' ? undefined : rememberedPlist(memory, path, identity);
  if (known !== undefined) return known;
  if (kind === 'folder') return unread(path, identity, 'it is a folder');
  if (kind === 'other') return unread(path, identity, 'it is not a plain file');
  if (Number(identity.size) > PLIST_SIZE_LIMIT)
    return unread(path, identity, 'it is far too large for a plist');
  let bytes: Uint8Array;
  try {
    bytes = await files.read(path);
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === 'ENOENT' && kind === 'file') return null;
    return { ...unread(path, identity, words(code)), symlink: kind === 'symlink' };
  }
  const hash = createHash('sha256').update(bytes).digest('hex');
  const reading = readPlist(bytes);
  const value = reading.ok && isDict(reading.value) ? reading.value : null;
  const label = value?.entries['Label'];
  const observed = {
    path,
    identity,
    symlink: kind === 'symlink',
    hash,
    marker: reading.ok ? parseMarker(reading.comments) : null,
    label: typeof label === 'string' ? label : null,
  };
  if (value !== null) return { ...observed, plist: value, problem: null };
  const problem = reading.ok
    ? { message: 'it holds no dictionary', line: null, column: null }
    : reading.problem;
  return { ...observed, plist: null, problem };
}

/** `hidden`: a folder on the way may not be entered. What cannot be looked at is not taken for missing. */
async function identify(path: string, files: Files): Promise<Found | null | 'hidden'> {
  try {
    return await files.identify(path);
  } catch (error) {
    const { code } = error as { code?: string };
    return code === 'EACCES' || code === 'EPERM' ? 'hidden' : null;
  }
}

type Found = Exclude<Awaited<ReturnType<Files['identify']>>, null>;

/** Of a file that cannot be looked at: no mode to correct, and no proof that could ever fit. */
const NOWHERE: FileIdentity = {
  dev: '',
  ino: '',
  size: '',
  mtimeNs: '',
  ctimeNs: '',
  uid: 0,
  gid: 0,
  mode: 0,
};

function unread(path: string, identity: FileIdentity, message: string): ObservedPlist {
  return {
    path,
    identity,
    symlink: false,
    hash: null,
    marker: null,
    label: null,
    plist: null,
    problem: { message, line: null, column: null },
  };
}

function words(code: string | undefined): string {
  if (code === 'EACCES' || code === 'EPERM') return 'permission is denied';
  if (code === 'ENOENT') return 'it leads nowhere';
  return `reading it failed with ${code ?? 'an unknown error'}`;
}
