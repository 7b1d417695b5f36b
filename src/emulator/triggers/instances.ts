import type { Fidelity } from '../fidelity.ts';
import type { Job } from '../job.ts';
import type { Child, Clock, Handover, Spawner, Timer } from '../ports.ts';

/**
 * Processes that a job has beside the one that its state tells of: one for each connection (inetd, nowait). Each counts as a
 * run and leaves its exit as the last one; none waits for the throttle (facts §2.6), and none is started again.
 */
export interface Instances {
  /** Calls back when the process has been made or could not be: what was handed over can be closed here. */
  start(handover: Handover, settled: () => void): void;
  /** SIGTERM for all, and SIGKILL after ExitTimeOut. */
  end(): void;
}

interface Ports {
  readonly clock: Clock;
  readonly spawner: Spawner;
  readonly fidelity: Fidelity;
  log(line: string): void;
}

export function createInstances(job: Job, { clock, spawner, fidelity, log }: Ports): Instances {
  const { definition, domain } = job;
  const name = `${domain}/${definition.label}`;
  const living = new Map<Child, Timer | null>();
  let isOver = false;

  function terminate(child: Child): void {
    const { exitTimeout } = definition;
    child.signal('SIGTERM');
    if (exitTimeout > 0)
      living.set(
        child,
        clock.after(exitTimeout * 1000, () => child.signal('SIGKILL')),
      );
  }

  return {
    start(handover, settled) {
      let child: Child | null = null;
      const listener = {
        started(made: Child): void {
          child = made;
          living.set(made, null);
          job.runs += 1;
          job.refused = false;
          log(`${name}: one more with pid ${made.pid}`);
          settled();
          // Asked for before the end, and made after it.
          if (isOver) terminate(made);
        },
        failed(why: 'config' | 'fork'): void {
          job.refused = why === 'config';
          if (why === 'config') {
            job.runs += 1;
            job.lastExit = { code: 78 };
          }
          log(`${name}: a connection is dropped, since its process could not be made`);
          settled();
        },
        ended(exit: NonNullable<Job['lastExit']>): void {
          job.lastExit = exit;
          if (child === null) return;
          living.get(child)?.cancel();
          living.delete(child);
          log(`${name}: the one with pid ${child.pid} has ended`);
          if (!definition.abandonProcessGroup) child.signalGroup(fidelity.groupSignal);
        },
      };
      spawner.spawn(definition, domain, listener, handover);
    },
    end() {
      isOver = true;
      for (const child of living.keys()) terminate(child);
    },
  };
}
