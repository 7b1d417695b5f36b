import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import type { FileIdentity } from '../../src/model/ledger.ts';
import type { Files } from '../../src/sys/ports.ts';

type Kind = 'file' | 'folder' | 'symlink' | 'other';

interface Node {
  kind: Kind;
  content: Uint8Array;
  identity: FileIdentity;
  /** Reading it is refused with this code. */
  refuses: string | null;
}

/** A file system in memory behind the `Files` port: every write makes a new inode and a later time, as a rename does. */
export interface MemoryFiles extends Files {
  /** Puts a file there as if somebody else had: owner, mode and kind at will. */
  put(
    path: string,
    content: string | Uint8Array,
    options?: { uid?: number; mode?: number; kind?: Kind; refuses?: string },
  ): void;
  text(path: string): string | null;
  paths(): readonly string[];
  /** Counts of calls that change something. */
  readonly writes: { count: number };
}

export function createMemoryFiles(uid = 501): MemoryFiles {
  const nodes = new Map<string, Node>();
  const writes = { count: 0 };
  let tick = 0;

  function place(path: string, content: string | Uint8Array, kind: Kind, mode: number, owner: number): Node {
    tick += 1;
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    const time = String(1_790_000_000_000_000_000n + BigInt(tick));
    const identity: FileIdentity = {
      dev: '1',
      ino: String(1000 + tick),
      size: String(bytes.length),
      mtimeNs: time,
      ctimeNs: time,
      uid: owner,
      gid: 20,
      mode,
    };
    const node: Node = { kind, content: bytes, identity, refuses: null };
    nodes.set(path, node);
    return node;
  }

  function fail(code: string, path: string): never {
    throw Object.assign(new Error(`${code}: ${path}`), { code });
  }

  function need(path: string): Node {
    return nodes.get(path) ?? fail('ENOENT', path);
  }

  return {
    writes,
    put(path, content, options = {}) {
      const node = place(path, content, options.kind ?? 'file', options.mode ?? 0o644, options.uid ?? uid);
      node.refuses = options.refuses ?? null;
    },
    text(path) {
      const node = nodes.get(path);
      return node === undefined ? null : new TextDecoder().decode(node.content);
    },
    paths: () => [...nodes.keys()].sort(),
    async list(folder) {
      const names = [...nodes.keys()].filter((path) => posix.dirname(path) === folder && path !== folder);
      return names.map((path) => posix.basename(path)).sort();
    },
    async digest(path) {
      const { identity, content } = need(path);
      return { identity, sha256: createHash('sha256').update(content).digest('hex') };
    },
    async read(path) {
      const node = need(path);
      if (node.refuses !== null) fail(node.refuses, path);
      return node.content;
    },
    async readEnd(path, bytes) {
      const { content } = need(path);
      return content.subarray(Math.max(0, content.length - bytes));
    },
    async identify(path) {
      const node = nodes.get(path);
      return node === undefined ? null : { ...node.identity, kind: node.kind };
    },
    async write(path, content, mode) {
      if (!nodes.has(posix.dirname(path))) fail('ENOENT', path);
      writes.count += 1;
      place(path, content, 'file', mode, uid);
    },
    async remove(path) {
      need(path);
      writes.count += 1;
      nodes.delete(path);
    },
    async setMode(path, mode) {
      const node = need(path);
      writes.count += 1;
      tick += 1;
      node.identity = { ...node.identity, mode, ctimeNs: String(1_790_000_000_000_000_000n + BigInt(tick)) };
    },
    async makeFolder(path, mode) {
      if (nodes.has(path)) return;
      if (path !== '/') await this.makeFolder(posix.dirname(path), mode);
      writes.count += 1;
      place(path, '', 'folder', mode, uid);
    },
  };
}
