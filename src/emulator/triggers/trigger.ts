import type { Definition } from '../definition.ts';
import type { Fidelity } from '../fidelity.ts';
import type { Reason } from '../job.ts';
import type { Clock, Mounts, PathConditions } from '../ports.ts';

/** Something that may start a job, armed when the job is loaded and disarmed when it is forgotten. */
export interface Trigger {
  /** Why the job should run as long as this holds; absent or null: it only fires, or does not hold now. */
  demands?(): Reason | null;
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
