import { EXIT, ReconcileError } from '../model/errors.ts';
import { type CheckedHand, openRootHand, rootPorts } from '../privilege/root-hand.ts';
import { prepareRootState } from '../privilege/root-state.ts';
import { serveRequests } from '../privilege/serve.ts';
import { changeHandlers, readBeginning } from '../privilege/side.ts';
import { happeningOf } from '../report/happening.ts';
import { realClock } from '../sys/clock.ts';
import { invokingUid } from '../sys/config-source.ts';
import { realFiles } from '../sys/files.ts';
import { createHistory } from '../sys/history.ts';
import { createLaunchctl } from '../sys/launchctl.ts';
import { acquireLock } from '../sys/lock.ts';
import { choosePlaces, MAC_LAUNCHCTL, realHost } from '../sys/places.ts';
import { realProcesses } from '../sys/processes.ts';
import type { Command } from './context.ts';
import { sweep } from './world.ts';

/**
 * Does root's part of an apply that a user runs. Started as `sudo NODE CLI root-side`; asked on standard input, answers on
 * standard output. Nothing of the asker's environment counts: launchd is the Mac's own, and who asks is what sudo says.
 */
export const rootSide: Command = async (_, { env, options, terminal }) => {
  if (process.getuid?.() !== 0)
    throw new ReconcileError('root/needed', 'The root side is started with sudo, by reconcile itself.', {
      hint: 'Run `reconcile apply`; it asks for sudo when it is needed.',
      exitCode: EXIT.needsRoot,
    });
  const clean = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', HOME: '/var/root' };
  const places = choosePlaces({ launchd: 'system', root: options.root ?? '/' }, realHost(clean), clean);
  let release = async (): Promise<void> => {};
  let hand: CheckedHand | null = null;
  const handlers = {
    async begin(fields: Readonly<Record<string, unknown>>) {
      const { stack, settings, lockTimeoutMs, mayAdopt } = readBeginning(fields);
      if (hand !== null) throw new Error('It has begun already.');
      const launchctl = createLaunchctl(MAC_LAUNCHCTL, clean, { timeoutMs: settings.timeoutMs });
      const basis = { launchctl, files: realFiles, clock: realClock, processes: realProcesses };
      await prepareRootState(places.systemState, realFiles);
      release = await acquireLock(places.systemState, { ...basis, timeoutMs: lockTimeoutMs });
      await sweep([places.daemons, places.globalAgents, places.systemState], basis);
      const uid = invokingUid(env);
      const history = createHistory({
        places: { ...places, userState: places.systemState },
        mayChangeSystem: true,
        by: { command: 'root-side', pid: process.pid },
        onLost: (why) => terminal.note(`Root's history is lost: ${why}`, 'always'),
      });
      const checked = await openRootHand(
        { places, uid, stack, settings, mayAdopt },
        rootPorts(places, basis),
      );
      hand = async (change, emit) => {
        const end = await checked(change, emit);
        const happening = happeningOf(change, end.result, stack);
        if (happening !== null) history.add(happening);
        return end;
      };
    },
    ...changeHandlers((change, emit) => {
      if (hand === null) throw new Error('It has not begun.');
      return hand(change, emit);
    }),
  };
  try {
    await serveRequests(process.stdin, (line) => terminal.raw(line), handlers);
  } finally {
    await release();
  }
  return EXIT.ok;
};
