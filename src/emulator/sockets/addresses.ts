import { isIPv4, isIPv6 } from 'node:net';
import type { Place } from './spec.ts';

export interface Address {
  readonly host: string;
  readonly family: 4 | 6;
  readonly port: number;
  /** An IPv6 socket that takes IPv4 connections, too. */
  readonly both: boolean;
}

/** The machine's own tables, as text. */
export interface NameTables {
  /** Like /etc/hosts. */
  readonly hosts: string;
  /** Like /etc/services. */
  readonly services: string;
}

/**
 * The addresses to bind for a socket, or why there are none. Names are looked up in the machine's own tables only: a load
 * never waits for the network.
 */
export function addressesOf(
  { host, service, family }: Extract<Place, { kind: 'internet' }>,
  tables: NameTables,
): readonly Address[] | string {
  const port = portOf(service, tables.services);
  if (port === null) return `there is no port ${service}, and no such service in /etc/services`;
  const hosts = hostsOf(host, family, tables.hosts);
  if (hosts.length === 0) return `${host} is no ${family === 'any' ? '' : `${family} `}address of /etc/hosts`;
  return hosts.map((address) => ({
    host: address,
    family: isIPv6(address) ? 6 : 4,
    port,
    both: family === 'IPv4v6' && isIPv6(address),
  }));
}

function portOf(service: string, table: string): number | null {
  if (/^[0-9]+$/.test(service)) return Number(service) <= 0xffff ? Number(service) : null;
  for (const [name, port = '', ...aliases] of rows(table))
    if (port.endsWith('/tcp') && (name === service || aliases.includes(service)))
      return Number(port.slice(0, -'/tcp'.length));
  return null;
}

type Family = Extract<Place, { kind: 'internet' }>['family'];

function hostsOf(host: string | null, family: Family, table: string): readonly string[] {
  if (family === 'IPv4v6') return host === null ? ['::'] : hostsOf(host, 'IPv6', table);
  const known =
    host === null
      ? ['0.0.0.0', '::']
      : isIPv4(host) || isIPv6(host)
        ? [host]
        : rows(table).flatMap(([address = '', ...names]) => (names.includes(host) ? [address] : []));
  const wanted = known.filter(
    (address) => (isIPv4(address) && family !== 'IPv6') || (isIPv6(address) && family !== 'IPv4'),
  );
  return [...new Set(wanted)];
}

/** Lines of words; what follows `#` is a remark. */
function rows(table: string): readonly (readonly string[])[] {
  return table
    .split('\n')
    .map((line) => (line.split('#')[0] ?? '').split(/\s+/).filter((word) => word !== ''))
    .filter((words) => words.length > 0);
}
