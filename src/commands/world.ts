import { join } from 'node:path';
import type { Host, Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { realClock } from '../sys/clock.ts';
import { realFiles, removeLeftovers } from '../sys/files.ts';
import { createJournal, JOURNAL_FOLDER } from '../sys/journal.ts';
import { createLaunchctl } from '../sys/launchctl.ts';
import { createLedgerStore } from '../sys/ledger.ts';
import { acquireLock, type LockOptions, type Release } from '../sys/lock.ts';
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

/** Throws `usage` (exit 64) for `--as`: nothing but the file can be looked at for another machine. */
export function openWorld(context: Context): World {
  const { env, options, terminal, command } = context;
  if (options.as !== undefined)
    throw new ReconcileError('usage', `\`${command}\` is about this machine; --as speaks for another one.`, {
      hint: 'Leave --as out, or use it with `validate`, `render` or `explain`.',
      exitCode: EXIT.usage,
    });
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
    journal: createJournal(places, realFiles, realProcesses, host.uid),
  };
  return { host, places, ports, mayChangeSystem: !places.systemNeedsRoot || host.uid === 0 };
}

/**
 * Does something that changes jobs while no other reconcile does: none with the same state, and, where system jobs may
 * change, none of any user. What killed runs left of half-written files is removed first.
 */
export async function withLock<T>(
  context: Context,
  { places, ports, mayChangeSystem }: World,
  work: () => Promise<T>,
): Promise<T> {
  const options = {
    timeoutMs: context.options.lockTimeoutMs,
    clock: ports.clock,
    processes: ports.processes,
    signal: context.signal,
    onWait: (holder: number) =>
      context.terminal.note(`Waiting for another reconcile (process ${holder}) to end ...`),
  };
  const releases: Release[] = [];
  try {
    // Always in this order, so that two runs never wait for each other.
    releases.push(await acquireLock(places.userState, options));
    if (mayChangeSystem && places.systemState !== places.userState)
      releases.push(await lockSystem(places.systemState, options));
    await sweep(places, ports);
    return await work();
  } finally {
    for (const release of releases.reverse()) await release();
  }
}

/** Who cannot write there cannot change a system job either: its journal, kept there, comes before the first effect. */
async function lockSystem(folder: string, options: LockOptions): Promise<Release> {
  try {
    return await acquireLock(folder, options);
  } catch (error) {
    if (error instanceof ReconcileError && error.code === 'lock/unwritable') return async () => {};
    throw error;
  }
}

/** What cannot be removed does no harm: launchd reads `*.plist` only, and we read no name of this kind. */
async function sweep(places: Places, { files, processes }: Ports): Promise<void> {
  const states = [places.userState, places.systemState];
  const journals = states.map((state) => join(state, JOURNAL_FOLDER));
  const folders = [places.userAgents, places.globalAgents, places.daemons, ...states, ...journals];
  for (const folder of new Set(folders)) await removeLeftovers(folder, files, processes).catch(() => []);
}
