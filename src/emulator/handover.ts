import type { Socket } from 'node:net';
import type { Definition } from './definition.ts';
import type { Variables } from './environment.ts';
import type { Handover } from './ports.ts';

/** Most processes are handed nothing. */
export const NOTHING: Handover = { listening: [], stdio: null };

/**
 * How a process learns of its sockets: as under systemd, with sd_listen_fds(3), since launch_activate_socket needs a Mac.
 * The third one, LISTEN_PID, is set when the process is made.
 */
export function listenVariables({ listening }: Handover): Variables {
  if (listening.length === 0) return {};
  return {
    LISTEN_FDS: String(listening.length),
    // A colon stands between the names, so none may have one.
    LISTEN_FDNAMES: listening.map(({ name }) => name.replaceAll(':', '_')).join(':'),
  };
}

/** All descriptors of a process, from 0 on. `files` are its standard in, out and error. */
export function descriptorsOf(
  { stdout, stderr }: Definition,
  files: readonly number[],
  { listening, stdio }: Handover,
): (number | Socket)[] {
  const [input = 0, output = 1, error = 2] = files;
  const standard =
    stdio === null
      ? [input, output, error]
      : [stdio, stdout === null ? stdio : output, stderr === null ? stdio : error];
  return [...standard, ...listening.map(({ fd }) => fd)];
}
