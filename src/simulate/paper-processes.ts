import type { Clock, Spawner } from '../emulator/ports.ts';
import type { ExitKind } from '../launchd/keep-alive.ts';
import { signalByName } from '../launchd/signals.ts';
import type { Script } from './script.ts';

/** Told of each process of the job that is looked at, when it starts and when it ends; runs count from 1. */
export interface Witness {
  started(run: number): void;
  ended(run: number, exit: ExitKind): void;
}

/** Processes that exist on paper only: those of one label follow the script, all others keep running. */
export function paperProcesses(label: string, script: Script, clock: Clock, witness: Witness): Spawner {
  let lastPid = 0;
  let runs = 0;
  return {
    spawn(definition, _domain, listener) {
      lastPid += 1;
      const mine = definition.label === label;
      const run = mine ? ++runs : 0;
      const { exit, afterMs } = mine
        ? (script[run - 1] ?? script.at(-1) ?? script[0])
        : { exit: null, afterMs: 0 };
      let lives = true;
      const end = (how: ExitKind): void => {
        if (!lives) return;
        lives = false;
        if (mine) witness.ended(run, how);
        listener.ended(how);
      };
      if (mine) witness.started(run);
      if (exit !== null) clock.after(afterMs, () => end(exit));
      listener.started({
        pid: lastPid,
        // As the kernel does: the end is told later, never from within kill.
        signal: (name) => void clock.after(0, () => end({ signal: signalByName(name)?.number ?? 15 })),
        signalGroup: () => {},
      });
    },
  };
}
