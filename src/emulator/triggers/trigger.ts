import type { Definition } from '../definition.ts';
import type { Fidelity } from '../fidelity.ts';
import type { Reason } from '../job.ts';
import type { Clock, Handover, Mounts, PathConditions, SocketPort } from '../ports.ts';
import type { SocketSpec } from '../sockets/spec.ts';
import type { Instances } from './instances.ts';

/** Something that may start a job, armed when the job is loaded and disarmed when it is forgotten. */
export interface Trigger {
  /** Why the job should run as long as this holds; absent or null: it only fires, or does not hold now. Asked whenever it rests. */
  demands?(): Reason | null;
  /** What the process that is being started inherits; the trigger leaves it alone until `demands` is asked again. */
  handOver?(): Handover;
  /** The sockets that it has open, for `print`. */
  sockets?(): readonly { readonly spec: SocketSpec; readonly fds: readonly number[] }[];
  disarm(): void;
}

/** What a trigger may ask of the engine for the one job that it belongs to. */
export interface TriggerHost {
  readonly definition: Definition;
  readonly clock: Clock;
  readonly paths: PathConditions;
  readonly mounts: Mounts;
  readonly fidelity: Fidelity;
  /** The machine sleeps: what `fire` asks for waits until it wakes, any number of firings for one start. */
  asleep(): boolean;
  /** Null in a world without sockets. */
  readonly sockets: SocketPort | null;
  /** Processes of the job beside its own. */
  readonly instances: Instances;
  log(line: string): void;
  /**
   * Asks for one start, throttled like any other. While the job has a process already, the firing is `missed`, or `kept`:
   * any number of them is one start when the process has ended.
   */
  fire(reason: Reason, whileRunning: 'missed' | 'kept'): void;
  /** Whether the job should run may have changed: asks `demands` and the KeepAlive conditions again. */
  lookAgain(): void;
}

/** One kind of trigger: arms it for a job whose definition has it, else null. One file each, listed in `kinds.ts`. */
export type TriggerKind = (host: TriggerHost) => Trigger | null;
