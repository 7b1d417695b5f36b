import type { Socket } from 'node:net';
import type { TimeZone } from '../launchd/calendar.ts';
import type { ExitKind } from '../launchd/keep-alive.ts';
import type { Domain } from '../model/domain.ts';
import type { Definition } from './definition.ts';
import type { SocketSpec } from './sockets/spec.ts';

/** A one-shot timer. Cancelling one that has fired does nothing. */
export interface Timer {
  cancel(): void;
}

/** Time as the engine sees it: real in the daemon, virtual in tests and in predictions. */
export interface Clock {
  /** Milliseconds, monotonic. */
  now(): number;
  after(milliseconds: number, run: () => void): Timer;
  /** What the calendar says: milliseconds since 1970, UTC. It may be set, and then jumps. */
  wall(): number;
  /** Where `wall` is read as local time. */
  readonly zone: TimeZone;
  /**
   * Calls back once: when the wall clock has reached this instant, or earlier when somebody has set it, so that whoever waits
   * may look again.
   */
  at(instant: number, run: () => void): Timer;
}

/** A process of a job. Signals by name; one that has ended takes them silently. */
export interface Child {
  readonly pid: number;
  signal(name: NodeJS.Signals): void;
  /** To what is left of its process group, once the process itself has ended. */
  signalGroup(name: 'SIGTERM' | 'SIGKILL'): void;
}

export interface SpawnListener {
  started(child: Child): void;
  /** `config`: it cannot be executed as defined (78, EX_CONFIG); `fork`: no process could be made now. */
  failed(why: 'config' | 'fork'): void;
  ended(exit: ExitKind): void;
}

/** Starts processes. The listener may be called before `spawn` returns. */
export interface Spawner {
  spawn(definition: Definition, domain: Domain, listener: SpawnListener, handover?: Handover): void;
}

/** Labels that were enabled or disabled; shared by `gui/UID` and `user/UID`, kept for ever (facts §3.6). */
export interface Overrides {
  /** Label → true when disabled. */
  read(domain: Domain): Readonly<Record<string, boolean>>;
  set(domain: Domain, label: string, disabled: boolean): void;
}

/**
 * How much of a path is watched: whether it is there; with the entries of a folder, too; or everything: its content, and all
 * that lies below it.
 */
export type Reach = 'presence' | 'entries' | 'tree';

/** What conditions and triggers ask of the file system. */
export interface PathConditions {
  exists(path: string): boolean;
  /** A folder that has anything in it, hidden files too. */
  holdsEntries(folder: string): boolean;
  /** Calls back when something may have changed, maybe many times in a row. The paths need not exist. Default: presence. */
  watch(paths: readonly string[], changed: () => void, reach?: Reach): { close(): void };
}

/** Mounts of file systems, told by whoever knows of them. */
export interface Mounts {
  watch(mounted: () => void): { close(): void };
}

/** A socket that a job listens on. */
export interface OpenSocket {
  /** In this process; a job's process inherits it. */
  readonly fd: number;
  close(): void;
}

/** One that nobody accepts from but the job itself. */
export interface WaitingSocket extends OpenSocket {
  /** Calls back once when a connection waits, maybe at once. */
  await(waiting: () => void): void;
  /** Calls back no more. */
  rest(): void;
}

/** Opens what `Sockets` asks for. One entry may be several sockets (IPv4 and IPv6); those that cannot be had are problems. */
export interface SocketPort {
  listen(spec: SocketSpec): {
    readonly opened: readonly WaitingSocket[];
    readonly problems: readonly string[];
  };
  /** Accepts, and gives each connection on. */
  serve(
    spec: SocketSpec,
    taken: (connection: Socket) => void,
  ): { readonly opened: readonly OpenSocket[]; readonly problems: readonly string[] };
}

/** What a process is given beside its files. */
export interface Handover {
  /** For its descriptors from 3 on, which LISTEN_FDS, LISTEN_FDNAMES and LISTEN_PID tell. */
  readonly listening: readonly { readonly name: string; readonly fd: number }[];
  /** In the place of standard in, and of standard out and error where the plist names no file (inetd). */
  readonly stdio: number | Socket | null;
}
