import { carryOut } from '../apply/carry-out.ts';
import type { Settings } from '../apply/work.ts';
import { isSystemWide } from '../launchd/domains.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Unfinished } from '../model/journal.ts';
import { readHandlers } from '../privilege/remote-files.ts';
import { serveRequests } from '../privilege/serve.ts';
import { changeHandlers, readBeginning } from '../privilege/side.ts';
import { realClock } from '../sys/clock.ts';
import { realFiles } from '../sys/files.ts';
import { createHistory } from '../sys/history.ts';
import { parseEvent } from '../sys/history-file.ts';
import { createJournal } from '../sys/journal.ts';
import { formatJournal } from '../sys/journal-file.ts';
import { createLaunchctl } from '../sys/launchctl.ts';
import { createLedgerStore } from '../sys/ledger.ts';
import { acquireLock } from '../sys/lock.ts';
import { choosePlaces, realHost } from '../sys/places.ts';
import type { History, Ports } from '../sys/ports.ts';
import { realProcesses } from '../sys/processes.ts';
import type { Command } from './context.ts';
import { sweep } from './world.ts';

/**
 * Does a user's part of an apply that root runs, with that user's rights and no others: reads and writes below the user's
 * folders, and asks launchd as the user. Started by root as that user; asked on standard input, answers on standard output.
 */
export const userSide: Command = async (_, { env, options, terminal }) => {
  const host = realHost(env);
  if (host.uid === 0)
    throw new ReconcileError('usage', 'The user side is started by reconcile itself, as a user.', {
      exitCode: EXIT.usage,
    });
  const all = choosePlaces({ launchd: 'system', root: options.root ?? '/' }, host, env);
  // Root's state is none of its business.
  const places = { ...all, systemState: all.userState };
  const ports: Ports = {
    launchctl: createLaunchctl(places.launchctl, env, { timeoutMs: options.timeoutMs }),
    files: realFiles,
    clock: realClock,
    processes: realProcesses,
    ledger: createLedgerStore(places, realFiles, host.uid),
    journal: createJournal(places, realFiles, realProcesses, host.uid),
  };
  const ancestry = realProcesses.ancestry();
  let release = async (): Promise<void> => {};
  let begun: { readonly stack: string; readonly settings: Settings } | null = null;
  const unfinished = new Map<string, Unfinished>();
  let history: History | null = null;
  const handlers = {
    ...readHandlers(realFiles),
    async journal() {
      const own = (await ports.journal.read()).filter(
        ({ domain, plist: path }) => !isSystemWide({ domain, path }, places),
      );
      return own.map((each) => formatJournal({ pid: process.pid, start: null }, each));
    },
    async lock({ lockTimeoutMs }: Readonly<Record<string, unknown>>) {
      const timeoutMs = typeof lockTimeoutMs === 'number' ? lockTimeoutMs : 0;
      release = await acquireLock(places.userState, { ...ports, timeoutMs });
      await sweep([places.userAgents, places.userState], ports);
    },
    async begin(fields: Readonly<Record<string, unknown>>) {
      begun = readBeginning(fields);
      for (const each of await ports.journal.read()) unfinished.set(`${each.domain}/${each.label}`, each);
    },
    async tell({ happening, by }: Readonly<Record<string, unknown>>) {
      const told = parseEvent(
        JSON.stringify({ version: 1, time: new Date().toISOString(), ...Object(happening), by }),
      );
      if (told === null) return;
      history ??= createHistory({ places, mayChangeSystem: false, by: told.by, onLost: terminal.note });
      history.add(told);
      await history.settled();
    },
    ...changeHandlers((change, emit) => {
      if (begun === null) throw new Error('It has not begun.');
      const earlier = unfinished.get(`${change.domain}/${change.label}`) ?? null;
      return carryOut(change, { ports, ...begun, emit, ancestry: () => ancestry }, earlier);
    }),
  };
  try {
    await serveRequests(process.stdin, (line) => terminal.raw(line), handlers);
  } finally {
    await release();
  }
  return EXIT.ok;
};
