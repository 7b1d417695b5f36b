import type { OpenSocket, WaitingSocket } from '../ports.ts';
import { inetdStyle, readSockets, type SocketSpec } from '../sockets/spec.ts';
import type { Trigger, TriggerHost, TriggerKind } from './trigger.ts';

/**
 * Sockets: opened when the job is loaded, closed when it goes; the first connection starts the job, which then accepts by
 * itself (facts §2.8). What cannot be opened is told in the log, and the job is loaded without it.
 */
export const armSockets: TriggerKind = (host) => {
  if (host.sockets === null) return null;
  const { specs, problems } = readSockets(host.definition);
  for (const { name, why } of problems) host.log(`the socket ${name} is not opened: ${why}`);
  if (specs.length === 0) return null;
  return inetdStyle(host.definition) === 'nowait' ? serve(host, specs) : listen(host, specs);
};

/** Those that the process inherits: all from descriptor 3 on, or, for inetd's `wait`, the first in the place of its stdio. */
function listen(host: TriggerHost, specs: readonly SocketSpec[]): Trigger {
  const open = openAll(host, specs, (spec) => host.sockets?.listen(spec));
  const each = (does: (socket: WaitingSocket) => void): void => {
    for (const { opened } of open) for (const socket of opened) does(socket);
  };
  let isWaited = false;
  return {
    demands() {
      // While the job rested nobody has accepted: what waits still waits.
      if (!isWaited)
        each((socket) =>
          socket.await(() => {
            isWaited = true;
            host.lookAgain();
          }),
        );
      return isWaited ? 'ipc (socket)' : null;
    },
    handOver() {
      isWaited = false;
      each((socket) => socket.rest());
      const listening = open.flatMap(({ spec, opened }) => opened.map(({ fd }) => ({ name: spec.name, fd })));
      return inetdStyle(host.definition) === 'wait'
        ? { listening: [], stdio: listening[0]?.fd ?? null }
        : { listening, stdio: null };
    },
    sockets: () => shown(open),
    disarm: () => each((socket) => socket.close()),
  };
}

/** inetd's `nowait`: each connection is accepted here, and is the stdio of a process of its own. */
function serve(host: TriggerHost, specs: readonly SocketSpec[]): Trigger {
  const open = openAll(host, specs, (spec) =>
    host.sockets?.serve(spec, (connection) => {
      connection.on('error', () => connection.destroy());
      host.instances.start({ listening: [], stdio: connection }, () => connection.destroy());
    }),
  );
  return {
    sockets: () => shown(open),
    disarm() {
      for (const { opened } of open) for (const socket of opened) socket.close();
      host.instances.end();
    },
  };
}

interface Open<Kind> {
  readonly spec: SocketSpec;
  readonly opened: readonly Kind[];
}

function openAll<Kind extends OpenSocket>(
  host: TriggerHost,
  specs: readonly SocketSpec[],
  open: (
    spec: SocketSpec,
  ) => { readonly opened: readonly Kind[]; readonly problems: readonly string[] } | undefined,
): readonly Open<Kind>[] {
  return specs.flatMap((spec) => {
    const { opened = [], problems = [] } = open(spec) ?? {};
    for (const problem of problems) host.log(`the socket ${spec.name} cannot be opened: ${problem}`);
    return opened.length === 0 ? [] : [{ spec, opened }];
  });
}

function shown(open: readonly Open<OpenSocket>[]): ReturnType<NonNullable<Trigger['sockets']>> {
  return open.map(({ spec, opened }) => ({ spec, fds: opened.map(({ fd }) => fd) }));
}
