import net from 'node:net';
import { getSystemErrorMap } from 'node:util';

/**
 * A listening socket that this process never accepts from: it only learns that somebody waits, and whoever inherits the
 * descriptor accepts. Node has no such thing: its servers accept all that comes. But the handles below its servers and
 * sockets, tried with Node 20, 22 and 24, add up to it:
 *
 * - a listening handle that is told to read and to stop reading again no longer watches its descriptor, and goes on listening;
 * - a second handle on the same descriptor that is told to read gets an error (a listening socket cannot be read) as soon as
 *   a connection waits, and nothing before; opened anew on its descriptor, it does so again.
 *
 * Of the two only one may ever be closed, since that closes the descriptor of both: the other stays behind, about two
 * kilobytes for each socket that was ever unloaded.
 */
export interface QuietListener {
  /** In this process; to be inherited. */
  readonly fd: number;
  /** Calls back once when a connection waits, maybe at once; until then nothing happens. Again: the first call stands. */
  await(waiting: () => void): void;
  /** Calls back no more. */
  rest(): void;
  close(): void;
}

/** What Node's TCP and pipe handles have; results are 0 or negative errno numbers. */
export interface RawHandle {
  readonly fd: number;
  open(fd: number): number;
  listen(backlog: number): number;
  readStart(): number;
  readStop(): number;
  setBlocking(blocking: boolean): number;
  close(): void;
  onread: () => void;
  readonly constructor: new (type: number) => RawHandle;
}

/** A bound handle, by `bindHandle`. Throws with the name of the errno. */
export function listenQuietly(bound: RawHandle, backlog: number): QuietListener {
  const { fd } = bound;
  try {
    must(bound.open(fd));
    must(bound.listen(backlog));
  } catch (error) {
    bound.close();
    throw error;
  }
  must(bound.readStart());
  must(bound.readStop());
  const probe = new bound.constructor(PLAIN_SOCKET);
  must(probe.open(fd));
  // Who inherits it expects accept to wait, and this process never accepts.
  must(probe.setBlocking(true));
  let told: (() => void) | null = null;
  probe.onread = () => {
    const tell = told;
    // Not from in here: the loop still ends the reading when this returns, and with it one that was begun meanwhile.
    setImmediate(() => {
      if (told !== tell) return;
      told = null;
      tell?.();
    });
  };
  return {
    fd,
    await(waiting) {
      if (told !== null) return;
      told = waiting;
      must(probe.open(fd));
      must(probe.setBlocking(true));
      must(probe.readStart());
    },
    rest() {
      told = null;
      probe.readStop();
    },
    close() {
      told = null;
      probe.readStop();
      probe.close();
    },
  };
}

/** Binds to a path, or to an address and port. Throws with the name of the errno. */
export function bindHandle(
  place:
    | { readonly path: string }
    | { readonly host: string; readonly port: number; readonly family: 4 | 6; readonly both: boolean },
): RawHandle {
  if (typeof create !== 'function')
    throw new Error(`Node ${process.version} cannot listen without accepting; use Node 20, 22 or 24`);
  const made =
    'path' in place
      ? create(place.path, -1, -1)
      : create(
          place.host,
          place.port,
          place.family,
          undefined,
          place.family === 6 && !place.both ? IPV6_ONLY : 0,
        );
  if (typeof made === 'number') must(made);
  return made as RawHandle;
}

/** As libuv has it. */
const IPV6_ONLY = 1;

/** As Node has it, for TCP and for pipes: neither a server nor one that passes handles. */
const PLAIN_SOCKET = 0;

const { _createServerHandle: create } = net as unknown as {
  readonly _createServerHandle?: (
    address: string,
    port: number,
    type: number,
    fd?: number,
    flags?: number,
  ) => RawHandle | number;
};

function must(result: number): void {
  if (result === 0) return;
  const [code, words] = getSystemErrorMap().get(result) ?? [`error ${result}`, 'unknown'];
  throw Object.assign(new Error(`${code}: ${words}`), { code });
}
