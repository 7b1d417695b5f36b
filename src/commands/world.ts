import type { Host, Places } from '../model/domain.ts';
import { realClock } from '../sys/clock.ts';
import { realFiles } from '../sys/files.ts';
import { createLaunchctl } from '../sys/launchctl.ts';
import { createLedgerStore } from '../sys/ledger.ts';
import { acquireLock } from '../sys/lock.ts';
import { choosePlaces, launchctlEnvironment, realHost } from '../sys/places.ts';
import type { Ports } from '../sys/ports.ts';
import { realProcesses } from '../sys/processes.ts';
import type { Context } from './context.ts';

/** This machine: who we are, where things lie, and the only ways to look at and to change them. */
export interface World {
  readonly host: Host;
  readonly places: Places;
  readonly ports: Ports;
  /** Whether we may change `system` and `all-users` jobs. */
  readonly mayChangeSystem: boolean;
}

export function openWorld(context: Context): World {
  const { env, options, terminal } = context;
  const host = realHost(env);
  const places = choosePlaces(options, host, env);
  if (places.launchd === 'embedded' && !options.launchd && !env['RECONCILE_LAUNCHD'])
    terminal.note(
      'This is not a Mac: using the embedded launchd (`reconcile embedded stop` ends it and its jobs).',
    );
  const launchctl = createLaunchctl(places.launchctl, launchctlEnvironment(places, env), {
    timeoutMs: options.timeoutMs,
    ...(options.verbose
      ? {
          onCall: (args, { code }, tookMs) =>
            terminal.note(`launchctl ${args.join(' ')}  (${code ?? 'no answer'}, ${tookMs.toFixed(0)} ms)`),
        }
      : {}),
  });
  const ports: Ports = {
    launchctl,
    files: realFiles,
    clock: realClock,
    processes: realProcesses,
    ledger: createLedgerStore(places, realFiles, host.uid),
  };
  return { host, places, ports, mayChangeSystem: !places.systemNeedsRoot || host.uid === 0 };
}

/** Does something that changes jobs while no other reconcile does. */
export async function withLock<T>(
  context: Context,
  { places, ports }: World,
  work: () => Promise<T>,
): Promise<T> {
  const release = await acquireLock(places.userState, {
    timeoutMs: context.options.lockTimeoutMs,
    clock: ports.clock,
    processes: ports.processes,
    signal: context.signal,
    onWait: (holder) => context.terminal.note(`Waiting for another reconcile (process ${holder}) to end …`),
  });
  try {
    return await work();
  } finally {
    await release();
  }
}
