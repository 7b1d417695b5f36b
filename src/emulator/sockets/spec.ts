import { isArray, isDict, type PlistDict, type PlistValue } from '../../model/plist.ts';
import type { Definition } from '../definition.ts';

/** Where a socket listens. */
export type Place =
  /** Absolute; as long as the kernel takes (107 bytes). Null: what the kernel or the umask gives. */
  | {
      readonly kind: 'unix';
      readonly path: string;
      readonly mode: number | null;
      readonly owner: number | null;
      readonly group: number | null;
    }
  /** Host and service as in the plist: null is every address of the machine. */
  | {
      readonly kind: 'internet';
      readonly host: string | null;
      readonly service: string;
      readonly family: 'IPv4' | 'IPv6' | 'IPv4v6' | 'any';
    };

/** One entry of `Sockets` (facts §1). */
export interface SocketSpec {
  /** The key that it stands under. */
  readonly name: string;
  readonly place: Place;
  readonly isBonjour: boolean;
}

/** An entry that cannot be served, and why. */
export interface SocketProblem {
  readonly name: string;
  readonly why: string;
}

/** sockaddr_un holds 108 bytes with the final NUL. */
const LONGEST_PATH = 107;

/** How inetd did it: `wait` hands the listening socket over, `nowait` one connection to each of many processes. */
export type InetdStyle = 'wait' | 'nowait';

/** Null: the job is no inetd-style one. */
export function inetdStyle({ plist }: Definition): InetdStyle | null {
  const inetd = plist.entries['inetdCompatibility'];
  return isDict(inetd) ? (inetd.entries['Wait'] === true ? 'wait' : 'nowait') : null;
}

/** All sockets that the plist asks for, in its order; one key may hold one or a list of them. */
export function readSockets({ plist }: Definition): {
  readonly specs: readonly SocketSpec[];
  readonly problems: readonly SocketProblem[];
} {
  const specs: SocketSpec[] = [];
  const problems: SocketProblem[] = [];
  const sockets = plist.entries['Sockets'];
  if (!isDict(sockets)) return { specs, problems };
  for (const [name, value] of Object.entries(sockets.entries))
    for (const entry of isArray(value) ? value : [value]) {
      const read = isDict(entry) ? readSocket(name, entry) : 'it is no dictionary';
      if (typeof read === 'string') problems.push({ name, why: read });
      else specs.push(read);
    }
  return { specs, problems };
}

function readSocket(name: string, { entries }: PlistDict): SocketSpec | string {
  const type = text(entries['SockType'])?.toLowerCase() ?? 'stream';
  if (type !== 'stream') return `only stream sockets are opened here, and its SockType is ${type}`;
  if (text(entries['SockProtocol'])?.toUpperCase() === 'UDP')
    return 'only stream sockets are opened here, and its SockProtocol is UDP';
  if (entries['SockPassive'] === false) return 'only listening sockets are opened here, no SockPassive false';
  if (entries['SecureSocketWithKey'] !== undefined) return 'SecureSocketWithKey is not served here';
  const place = placeOf(entries);
  return typeof place === 'string' ? place : { name, place, isBonjour: isAnnounced(entries['Bonjour']) };
}

function placeOf(entries: PlistDict['entries']): Place | string {
  const path = text(entries['SockPathName']);
  const family = text(entries['SockFamily'])?.toLowerCase() ?? null;
  if (path !== null || family === 'unix') {
    if (path === null || !path.startsWith('/')) return 'its SockPathName is no absolute path';
    if (Buffer.byteLength(path) > LONGEST_PATH)
      return `its SockPathName is longer than ${LONGEST_PATH} bytes, which is all that a socket may have`;
    return {
      kind: 'unix',
      path,
      mode: natural(entries['SockPathMode'], 0o7777),
      owner: natural(entries['SockPathOwner']),
      group: natural(entries['SockPathGroup']),
    };
  }
  const port = entries['SockServiceName'];
  const service = natural(port)?.toString() ?? text(port);
  if (service === null || service === '') return 'it has neither SockServiceName nor SockPathName';
  return { kind: 'internet', host: text(entries['SockNodeName']), service, family: familyOf(family) };
}

function familyOf(word: string | null): 'IPv4' | 'IPv6' | 'IPv4v6' | 'any' {
  switch (word) {
    case 'ipv4':
      return 'IPv4';
    case 'ipv6':
      return 'IPv6';
    case 'ipv4v6':
      return 'IPv4v6';
    default:
      return 'any';
  }
}

function isAnnounced(bonjour: PlistValue | undefined): boolean {
  return bonjour !== undefined && bonjour !== false;
}

function text(value: PlistValue | undefined): string | null {
  return typeof value === 'string' && !value.includes('\0') ? value : null;
}

function natural(value: PlistValue | undefined, most: number = Number.MAX_SAFE_INTEGER): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most ? value : null;
}
