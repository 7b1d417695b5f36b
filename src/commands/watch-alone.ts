import { EXIT, ReconcileError } from '../model/errors.ts';
import { acquireLock, type Release } from '../sys/lock.ts';
import { endOfLoop } from './agents.ts';
import { loopLock } from './loop-files.ts';
import type { World } from './world.ts';

/** The lock of the one loop over a stack. */
export interface Alone {
  /** Takes it again if it was removed. Throws `watch/running` when another loop has it by now. */
  stay(): Promise<void>;
  /** Whether it had to be taken again since this was last asked. */
  wasRemoved(): boolean;
  release(): Promise<void>;
}

/** Two loops over one stack would count each other's work. Throws ReconcileError `watch/running` (exit 75). */
export async function beAlone(world: World, stack: string, signal: AbortSignal): Promise<Alone> {
  let release = await takeLoopLock(world, stack, signal, (pid, end) => ({
    message: `A loop over the stack ${stack} runs already: process ${pid}.`,
    hint: `See \`reconcile agent status\`; to end that one: ${end}`,
  }));
  let removed = false;
  return {
    async stay() {
      if (await release.stands()) return;
      release = await takeLoopLock(world, stack, signal, (pid, end) => ({
        message: `The lock of this loop was removed while it ran, and process ${pid} is the loop over the stack ${stack} by now; this one ends.`,
        hint: `Nothing is to be done: that one goes on. To end it: ${end}`,
      }));
      removed = true;
    },
    wasRemoved() {
      const was = removed;
      removed = false;
      return was;
    },
    release: () => release(),
  };
}

async function takeLoopLock(
  world: World,
  stack: string,
  signal: AbortSignal,
  taken: (pid: number, end: string) => { readonly message: string; readonly hint: string },
): Promise<Release> {
  try {
    return await acquireLock(loopLock(world, stack), {
      timeoutMs: 0,
      clock: world.ports.clock,
      processes: world.ports.processes,
      signal,
    });
  } catch (error) {
    if (!(error instanceof ReconcileError) || error.code !== 'lock/held') throw error;
    const pid = Number(/process (\d+)/.exec(error.message)?.[1]);
    const { message, hint } = taken(pid, await endOfLoop(world, stack, pid));
    throw new ReconcileError('watch/running', message, { hint, exitCode: EXIT.locked, cause: error });
  }
}
