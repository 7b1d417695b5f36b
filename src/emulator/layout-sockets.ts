import type { Job } from './job.ts';
import { pidOf } from './job.ts';
import { block, type Line } from './layout.ts';
import type { Place, SocketSpec } from './sockets/spec.ts';

/**
 * The block `sockets` of a job: what it has open, by name, with launchd's descriptors (samples of macOS 26 and iPadOS 18). One
 * that could not be opened is not in it.
 */
export function socketBlock(job: Job): readonly Line[] {
  const open = job.triggers.flatMap((trigger) => trigger.sockets?.() ?? []);
  if (open.length === 0) return [];
  const names = [...new Set(open.map(({ spec }) => spec.name))];
  const blocks = names.flatMap((name) => {
    const ofName = open.filter(({ spec }) => spec.name === name);
    const [first] = ofName;
    if (first === undefined) return [];
    return [
      block(`"${name}"`, [
        'type = stream',
        ...placeLines(first.spec.place),
        '',
        block(
          'sockets',
          ofName.flatMap(({ fds }) => fds.map((fd) => `${fd} (no bytes to read)`)),
        ),
        '',
        `active = ${pidOf(job) === null ? 0 : 1}`,
        'passive = 1',
        ...flagLines(first.spec),
      ]),
    ];
  });
  return [block('sockets', blocks), ''];
}

function placeLines(place: Place): readonly string[] {
  if (place.kind === 'unix')
    return [`path = ${place.path}`, ...(place.mode === null ? [] : [`mode = ${place.mode.toString(8)}`])];
  return [...(place.host === null ? [] : [`node name = ${place.host}`]), `service name = ${place.service}`];
}

function flagLines({ isBonjour, place }: SocketSpec): readonly string[] {
  return [
    `bonjour = ${isBonjour ? 1 : 0}`,
    `ipv4v6 = ${place.kind === 'internet' && place.family === 'IPv4v6' ? 1 : 0}`,
    'receive_packet_info = 0',
  ];
}
