import { join } from 'node:path';
import type { Host, Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Connection } from '../privilege/connect.ts';
import { rootPorts } from '../privilege/root-hand.ts';
import { prepareRootState } from '../privilege/root-state.ts';
import { realClock } from '../sys/clock.ts';
import { realFiles, removeLeftovers } from '../sys/files.ts';
import { createHistory } from '../sys/history.ts';
import { createJournal, JOURNAL_FOLDER } from '../sys/journal.ts';
import { createLaunchctl } from '../sys/launchctl.ts';
import { createLedgerStore } from '../sys/ledger.ts';
import { acquireLock, type LockOptions } from '../sys/lock.ts';
import { createNotifier, type Notifier } from '../sys/on-event.ts';
import { launchctlEnvironment } from '../sys/places.ts';
import type { History, Ports } from '../sys/ports.ts';
import { realProcesses } from '../sys/processes.ts';
import { createTriggers, type Triggers } from '../sys/triggers.ts';
import type { Context } from './context.ts';
import { portsToLook, shareHistory, startUserSide } from './sides.ts';
import { chooseWho, type Rights } from './who.ts';

/** This machine: who we are, where things lie, and the only ways to look at and to change them. */
export interface World {
  readonly host: Host;
  readonly places: Places;
  readonly ports: Ports;
  readonly rights: Rights;
  /** Whether we may change `system` and `all-users` jobs. */
  readonly mayChangeSystem: boolean;
  /** A process of the user whose jobs are meant; only where root works for one. */
  readonly userSide: Connection | null;
  /** Where it is told what was done, and what was left alone. */
  readonly history: History;
  /** Looks at the files whose changed content restarts a job. */
  readonly triggers: Triggers;
  /** Runs the command of `on_event`, by what the history is told. */
  readonly notifier: Notifier;
}

/** Throws `usage` (exit 64) for `--as`: nothing but the file can be looked at for another machine. */
export function openWorld(context: Context): World {
  const { env, options, terminal, command } = context;
  if (options.as !== undefined)
    throw new ReconcileError('usage', `\`${command}\` is about this machine; --as speaks for another one.`, {
      hint: 'Leave --as out, or use it with `validate`, `render`, `explain` or `audit`.',
      exitCode: EXIT.usage,
    });
  const { host, places, rights } = chooseWho(context);
  const asked = options.launchd ?? (env['RECONCILE_LAUNCHD'] || 'auto');
  if (places.launchd === 'embedded' && asked === 'auto')
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
  const basis = { launchctl, files: realFiles, clock: realClock, processes: realProcesses };
  const mayChangeSystem = rights !== 'user';
  const by = { command, pid: process.pid };
  const notifier = createNotifier({
    by,
    note: (text) => terminal.note(text, 'always'),
    signal: context.signal,
    ...(rights === 'root-for-user'
      ? // The file may be the user's, and so is its command.
        {
          env: { ...env, HOME: host.home, USER: host.user, LOGNAME: host.user },
          as: { uid: host.uid, gid: host.gid },
        }
      : { env }),
  });
  const written = createHistory({
    // Root writes nothing among what is a user's.
    places: rights === 'own' || rights === 'user' ? places : { ...places, userState: places.systemState },
    mayChangeSystem,
    by,
    onLost: (why) =>
      terminal.note(`What happens is not written down: the history is lost (${why}).`, 'always'),
  });
  const common = { host, places, rights, mayChangeSystem, notifier };
  const alone = {
    ...common,
    userSide: null,
    history: withNotifier(written, notifier),
    triggers: createTriggers(places, realFiles),
  };
  switch (rights) {
    case 'own':
    case 'user': {
      const ports: Ports = {
        ...basis,
        ledger: createLedgerStore(places, realFiles, host.uid),
        journal: createJournal(places, realFiles, realProcesses, host.uid),
      };
      return { ...alone, ports };
    }
    case 'root-alone':
      return { ...alone, ports: rootPorts(places, basis) };
    case 'root-for-user': {
      const userSide = startUserSide(host, places);
      const ports = portsToLook(rootPorts(places, basis), userSide, host, places);
      return {
        ...common,
        ports,
        userSide,
        history: withNotifier(shareHistory(written, userSide, places, by), notifier),
        triggers: createTriggers(places, ports.files, realFiles),
      };
    }
  }
}

/** What is told of is also what a command may be run on. */
function withNotifier(history: History, notifier: Notifier): History {
  return {
    ...history,
    add(happening) {
      history.add(happening);
      notifier.tell(happening);
    },
  };
}

/**
 * Does something that changes jobs while no other reconcile does: none with the same state, and, where system jobs may
 * change, none of any user. What killed runs left of half-written files is removed first.
 */
export async function withLock<T>(
  context: Context,
  { places, ports, rights, userSide, history, triggers }: World,
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
  const releases: (() => Promise<void>)[] = [];
  try {
    // Always in this order, so that two runs never wait for each other.
    if (rights === 'own' || rights === 'user') releases.push(await acquireLock(places.userState, options));
    else await prepareRootState(places.systemState, realFiles);
    if (userSide !== null) await userSide.ask('lock', { lockTimeoutMs: options.timeoutMs });
    if (rights !== 'user' && places.systemState !== places.userState)
      releases.push(await lockSystem(places.systemState, options));
    await sweep(foldersToSweep(places, rights), userSide === null ? ports : { ...ports, files: realFiles });
    triggers.mayMakeKeys();
    return await work();
  } finally {
    await history.settled();
    for (const release of releases.reverse()) await release();
    await userSide?.end();
  }
}

/** Who cannot write there cannot change a system job either: its journal, kept there, comes before the first effect. */
async function lockSystem(folder: string, options: LockOptions): Promise<() => Promise<void>> {
  try {
    return await acquireLock(folder, options);
  } catch (error) {
    if (error instanceof ReconcileError && error.code === 'lock/unwritable') return async () => {};
    throw error;
  }
}

/** What is the user's, a process of the user sweeps. */
function foldersToSweep(places: Places, rights: Rights): readonly string[] {
  const { userAgents, globalAgents, daemons, userState, systemState } = places;
  if (rights === 'own' || rights === 'user')
    return [userAgents, globalAgents, daemons, userState, systemState];
  return [globalAgents, daemons, systemState];
}

/** What cannot be removed does no harm: launchd reads `*.plist` only, and we read no name of this kind. */
export async function sweep(
  folders: readonly string[],
  { files, processes }: Pick<Ports, 'files' | 'processes'>,
): Promise<void> {
  const journals = folders.map((folder) => join(folder, JOURNAL_FOLDER));
  for (const folder of new Set([...folders, ...journals]))
    await removeLeftovers(folder, files, processes).catch(() => []);
}
