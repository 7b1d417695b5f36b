import { join } from 'node:path';
import { createLoopStore, LOOP_FOLDER, type LoopStore } from '../loop/store.ts';
import { toldBy } from '../loop/told.ts';
import type { Plan } from '../model/plan.ts';
import type { Report } from '../model/report.ts';
import { lockHolder } from '../sys/lock.ts';
import { sweep, type World } from './world.ts';

/** The state folder of who does the work here. */
export function loopFolder({ rights, places }: Pick<World, 'rights' | 'places'>): string {
  return rights === 'own' || rights === 'user' ? places.userState : places.systemState;
}

export function loopStoreOf(world: Pick<World, 'rights' | 'places' | 'ports'>, stack: string): LoopStore {
  return createLoopStore(loopFolder(world), stack, world.ports.files);
}

/** Held by the one loop over that stack. */
export function loopLock(world: Pick<World, 'rights' | 'places'>, stack: string): string {
  return join(loopFolder(world), LOOP_FOLDER, `${stack}.lock`);
}

/** Removes what killed loops, and commands that told one something, left of half-written files. */
export function sweepLoopFiles(world: World, stack: string): Promise<void> {
  const folder = join(loopFolder(world), LOOP_FOLDER);
  return sweep([folder, join(folder, `${stack}.told`)], world.ports);
}

/** The process of the loop over that stack; null: none runs. */
export function runningLoop(world: World, stack: string): Promise<number | null> {
  return lockHolder(loopLock(world, stack), world.ports.processes);
}

/**
 * What a person does by hand is a word to the loop: a job that it leaves alone, or counts the crashes of, begins anew. Never
 * fails: the deed itself is done.
 *
 * @param began when the command did, in milliseconds since 1970
 */
export async function tellLoop(world: World, plan: Plan, report: Report, began: number): Promise<void> {
  try {
    const store = loopStoreOf(world, plan.stack);
    const { state } = await store.read();
    const done = toldBy(plan, report, state);
    if (done.length > 0) await store.tell(done, began);
  } catch {
    // The loop finds the job as it is now, and goes on counting from before.
  }
}
