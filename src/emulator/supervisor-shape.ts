import type { Domain } from '../model/domain.ts';
import type { Definition } from './definition.ts';
import type { Fidelity } from './fidelity.ts';
import type { Job } from './job.ts';
import type { Clock, Mounts, PathConditions, SocketPort, Spawner } from './ports.ts';

export interface SupervisorPorts {
  readonly clock: Clock;
  readonly spawner: Spawner;
  readonly paths: PathConditions;
  readonly mounts: Mounts;
  /** Absent: no socket of a job is ever opened. */
  readonly sockets?: SocketPort;
  readonly fidelity: Fidelity;
  /** One line for the log. */
  log(line: string): void;
  /** Told of a trigger that fired in vain, since the job had a process already (facts §2.8). */
  missed?(job: Job): void;
}

/** The engine: loaded jobs, and when they start, stop and start again (facts §2). Knows no file, socket or real clock. */
export interface Supervisor {
  /** `disabled` (only where such jobs can be loaded at all): nothing but a kickstart starts it. */
  load(definition: Definition, domain: Domain, disabled?: boolean): 'loaded' | 'already' | 'leaving';
  /** Stops it if it runs; the label is gone when its process is (facts §2.7). `gone` is told then. */
  remove(
    domain: Domain,
    label: string,
    gone?: () => void,
  ): 'removed' | 'leaving' | 'leaving-already' | 'unknown';
  /** `done` is told when a start was made (pid) or could not be made (null). */
  kickstart(
    domain: Domain,
    label: string,
    options: { readonly kill: boolean },
    done: (pid: number | null) => void,
  ): 'accepted' | 'running' | 'leaving' | 'unknown';
  signal(domain: Domain, label: string, name: NodeJS.Signals): 'sent' | 'not-running' | 'unknown';
  find(domain: Domain, label: string): Job | null;
  /** In the order of loading. */
  list(domain: Domain): readonly Job[];
  /**
   * While the machine sleeps, jobs start on demand only; what was to start meanwhile starts when it wakes. Processes go on: it
   * is launchd's own doing that sleeps.
   */
  sleep(asleep: boolean): void;
  /** In a domain that is in on-demand-only mode any other spawn is pended until the mode ends (facts §2.2 rule 2). */
  onDemandOnly(domain: Domain, on: boolean): void;
  readonly holds: Readonly<Holds>;
  /** The end of a session: removes the domain's jobs; `done` is told when the last process has been reaped. */
  endDomain(domain: Domain, done: () => void): void;
  /** The end of everything: removes every job and starts none any more; `done` as with `endDomain`. */
  shutdown(done: () => void): void;
}

/** What keeps jobs from being started by anything but a demand. */
export interface Holds {
  asleep: boolean;
  readonly onDemandOnly: Set<Domain>;
}
