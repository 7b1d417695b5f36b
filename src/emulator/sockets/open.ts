import { chmodSync, chownSync, lstatSync, readFileSync, unlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import type { SocketPort } from '../ports.ts';
import { type Address, addressesOf } from './addresses.ts';
import { bindHandle, listenQuietly, type QuietListener } from './quiet-listener.ts';
import type { Place, SocketSpec } from './spec.ts';

/** Connections that may wait; the kernel may allow fewer. */
const BACKLOG = 128;

/** The sockets of this machine. */
export const systemSockets: SocketPort = {
  listen: (spec) => openAll(spec),
  serve(spec, taken) {
    const { opened, problems } = openAll(spec);
    const servers = opened.map(({ fd, unlink }) => {
      const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, taken);
      // One connection was lost, for want of descriptors perhaps; the next one may be had.
      server.on('error', () => {});
      server.listen({ fd, backlog: BACKLOG });
      return {
        fd,
        close() {
          unlink();
          server.close();
        },
      };
    });
    return { opened: servers, problems };
  },
};

type UnixPlace = Extract<Place, { kind: 'unix' }>;

interface Opened extends QuietListener {
  /** Removes the socket's file, unless somebody has put another one there. */
  unlink(): void;
}

function openAll({ place }: SocketSpec): {
  readonly opened: readonly Opened[];
  readonly problems: readonly string[];
} {
  const places = place.kind === 'unix' ? [place] : addressesOf(place, tables());
  if (typeof places === 'string') return { opened: [], problems: [places] };
  const opened: Opened[] = [];
  const problems: string[] = [];
  for (const one of places)
    try {
      opened.push(openOne(one));
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      // A machine without IPv6 has the other addresses all the same.
      const isMissing = code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL';
      if (isMissing && places.length > 1) continue;
      problems.push(`${'path' in one ? one.path : `${one.host} port ${one.port}`}: ${message}`);
    }
  return { opened, problems };
}

function openOne(place: UnixPlace | Address): Opened {
  if (!('path' in place)) return { ...listenQuietly(bindHandle(place), BACKLOG), unlink: () => {} };
  const { path, mode, owner, group } = place;
  // What an earlier one has left would be in the way for ever. A file of another kind is somebody's own.
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket()) unlinkSync(path);
  // Nobody connects before its mode is what it should be.
  const before = process.umask(mode === null ? 0o022 : 0o177);
  let quiet: QuietListener;
  try {
    quiet = listenQuietly(bindHandle({ path }), BACKLOG);
  } finally {
    process.umask(before);
  }
  try {
    if (process.getuid?.() === 0 && (owner !== null || group !== null))
      chownSync(path, owner ?? 0, group ?? 0);
    if (mode !== null) chmodSync(path, mode);
  } catch (error) {
    unlinkSync(path);
    quiet.close();
    throw error;
  }
  const inode = inodeOf(path);
  const unlink = (): void => {
    if (inode !== null && inodeOf(path) === inode) unlinkSync(path);
  };
  return {
    ...quiet,
    unlink,
    close() {
      unlink();
      quiet.close();
    },
  };
}

function inodeOf(path: string): number | null {
  return lstatSync(path, { throwIfNoEntry: false })?.ino ?? null;
}

function tables(): { readonly hosts: string; readonly services: string } {
  return { hosts: read('/etc/hosts'), services: read('/etc/services') };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
