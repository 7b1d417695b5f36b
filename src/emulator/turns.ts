import type { Spawner } from './ports.ts';

/** How long processes are made before everything else has its turn. */
const TURN_MS = 10;

/**
 * Makes processes a few at a time, first asked first made; a few are made at once. When hundreds of jobs are due together, or
 * crash faster than they can be started, the daemon would otherwise do nothing else: the end of one process starts the next,
 * and launchctl is never answered.
 */
export function inTurns(spawner: Spawner): Spawner {
  const waiting: (() => void)[] = [];
  let isMaking = false;
  /** Milliseconds of this turn that are used up. */
  let spent = 0;
  let isTurnComing = false;

  function run(make: () => void): void {
    const began = performance.now();
    isMaking = true;
    try {
      make();
    } finally {
      isMaking = false;
      spent += performance.now() - began;
    }
  }

  function work(): void {
    while (!isMaking && spent < TURN_MS) {
      const make = waiting.shift();
      if (make === undefined) break;
      run(make);
    }
    if (isTurnComing || (waiting.length === 0 && spent === 0)) return;
    isTurnComing = true;
    setImmediate(() => {
      isTurnComing = false;
      spent = 0;
      work();
    });
  }

  return {
    spawn(...asked) {
      waiting.push(() => spawner.spawn(...asked));
      work();
    },
  };
}
