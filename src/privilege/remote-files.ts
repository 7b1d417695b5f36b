import { posix } from 'node:path';
import type { Places } from '../model/domain.ts';
import type { FileDigest, Files } from '../sys/ports.ts';
import { type Connection, plain } from './connect.ts';
import { isCount, isRecord } from './parse-change.ts';
import type { Handler } from './serve.ts';

/** Reading, for a process that must not read with its own rights. Bytes go as base64. */
export function readHandlers(
  files: Files,
): Readonly<Record<'list' | 'read' | 'readEnd' | 'digest' | 'identify', Handler>> {
  return {
    list: async ({ path }) => files.list(String(path)),
    read: async ({ path }) => Buffer.from(await files.read(String(path))).toString('base64'),
    readEnd: async ({ path, bytes }) =>
      Buffer.from(await files.readEnd(String(path), Number(bytes))).toString('base64'),
    digest: async ({ path }) => files.digest(String(path), null),
    identify: async ({ path }) => files.identify(String(path)),
  };
}

/**
 * Files as root may look at them: its own folders with its own eyes, all others through a process of the user whose jobs
 * are meant, who can show root nothing that is not the user's to see. Nothing is written this way.
 */
export function filesForRoot(
  own: Files,
  user: Connection,
  places: Pick<Places, 'daemons' | 'globalAgents' | 'systemState'>,
): Files {
  const roots = [places.daemons, places.globalAgents, places.systemState];
  const isRoots = (path: string): boolean =>
    roots.some((folder) => path === folder || posix.dirname(path) === folder);
  const readOnly = (path: string): never => {
    throw Object.assign(new Error(`EACCES: root does not write here, ${path}`), { code: 'EACCES', path });
  };
  return {
    async list(folder) {
      if (isRoots(folder)) return own.list(folder);
      const names = await user.ask('list', { path: folder });
      return Array.isArray(names)
        ? names.filter((name) => typeof name === 'string' && name !== '' && !name.includes('/'))
        : [];
    },
    read: async (path) => (isRoots(path) ? own.read(path) : toBytes(await user.ask('read', { path }))),
    readEnd: async (path, bytes) =>
      isRoots(path) ? own.readEnd(path, bytes) : toBytes(await user.ask('readEnd', { path, bytes })),
    digest: async (path, before) =>
      isRoots(path) ? own.digest(path, before) : toDigest(await user.ask('digest', { path })),
    identify: async (path) =>
      isRoots(path) ? own.identify(path) : toIdentity(await user.ask('identify', { path })),
    write: async (path) => readOnly(path),
    remove: async (path) => readOnly(path),
    setMode: async (path) => readOnly(path),
    makeFolder: async (path) => readOnly(path),
  };
}

function toBytes(value: unknown): Uint8Array {
  return Buffer.from(typeof value === 'string' ? value : '', 'base64');
}

function toDigest(value: unknown): FileDigest {
  const fields = isRecord(value) ? value : {};
  const identity = toIdentity(fields['identity']);
  if (identity === null) throw new Error('That is no digest.');
  return { identity, sha256: plain(fields['sha256']) };
}

const KINDS = ['file', 'folder', 'symlink', 'other'] as const;

function toIdentity(value: unknown): Awaited<ReturnType<Files['identify']>> {
  if (!isRecord(value)) return null;
  const kind = KINDS.find((each) => each === value['kind']) ?? 'other';
  const text = (name: string): string => plain(value[name]);
  const count = (name: string): number => {
    const given = value[name];
    return isCount(given) ? given : -1;
  };
  return {
    kind,
    dev: text('dev'),
    ino: text('ino'),
    size: text('size'),
    mtimeNs: text('mtimeNs'),
    ctimeNs: text('ctimeNs'),
    uid: count('uid'),
    gid: count('gid'),
    mode: count('mode'),
  };
}
