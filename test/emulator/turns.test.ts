import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Definition } from '../../src/emulator/definition.ts';
import type { SpawnListener } from '../../src/emulator/ports.ts';
import { inTurns } from '../../src/emulator/turns.ts';
import { definition, GUI } from './support.ts';

const listener: SpawnListener = { started() {}, failed() {}, ended() {} };
const jobs = ['one', 'two', 'three'].map((label) => definition({ Program: '/bin/true' }, label));

describe('making processes in turns', () => {
  it('makes a few at once, in the order in which they were asked for', () => {
    const made: string[] = [];
    const spawner = inTurns({ spawn: ({ label }) => void made.push(label) });
    for (const job of jobs) spawner.spawn(job, GUI, listener);
    expect(made).toEqual(['one', 'two', 'three']);
  });

  it('hands over what is to be handed over', () => {
    const asked: unknown[][] = [];
    const spawner = inTurns({ spawn: (...all) => void asked.push(all) });
    const all = [definition({}), GUI, listener, { listening: [], stdio: 7 }] as const;
    spawner.spawn(...all);
    expect(asked).toEqual([all]);
  });

  it('leaves for later what would take too long now', async () => {
    const made: string[] = [];
    const slow = (label: string): void => {
      for (const end = performance.now() + 20; performance.now() < end; );
      made.push(label);
    };
    const spawner = inTurns({ spawn: ({ label }) => slow(label) });
    for (const job of jobs) spawner.spawn(job, GUI, listener);
    expect(made).toEqual(['one']);
    await vi.waitFor(() => expect(made).toEqual(['one', 'two', 'three']));
  });

  it('lets everything else go on though each process ends at once and is started again', async () => {
    let makes = 0;
    const again = (job: Definition): void => {
      if (!isOver) spawner.spawn(job, GUI, listener);
    };
    const spawner = inTurns({
      spawn(job) {
        makes += 1;
        again(job);
      },
    });
    let isOver = false;
    for (const job of jobs) again(job);
    await pause(30);
    isOver = true;
    expect(makes).toBeGreaterThan(jobs.length);
  });
});
