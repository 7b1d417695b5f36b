import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { DEFAULT_FIDELITY } from '../../src/emulator/fidelity.ts';
import { toldMounts } from '../../src/emulator/mounts.ts';
import type { Spawner } from '../../src/emulator/ports.ts';
import { createSupervisor } from '../../src/emulator/supervisor.ts';
import { dict } from '../../src/model/plist.ts';
import { createVirtualClock } from '../../src/simulate/virtual-clock.ts';
import { definition, GUI } from './support.ts';

const JOBS = 500;
const RESTARTS = 10_000;

/** Seconds between two starts of this job, and milliseconds that its process lives: below, at and above the throttle. */
const throttleOf = (index: number): number => 1 + (index % 11);
const lifeOf = (index: number): number => 37 + ((index * 7919) % 14_000);
/** The job after which a start is late at the earliest: whole seconds of life count, rounded down (facts §2.6). */
function gapOf(index: number): number {
  const life = lifeOf(index);
  return life + Math.max(0, throttleOf(index) - Math.floor(life / 1000)) * 1000;
}

describe('hundreds of jobs that crash again and again', () => {
  it('start exactly when the throttle allows: none is missed, none is double, and nothing is left behind', () => {
    const clock = createVirtualClock();
    const began = clock.now();
    const nextStart = new Float64Array(JOBS).fill(began);
    const runs = new Float64Array(JOBS);
    const wrong: string[] = [];
    let living = 0;
    const spawner: Spawner = {
      spawn({ label }, _domain, listener) {
        const index = Number(label.slice('org.example.'.length));
        if (clock.now() !== nextStart[index])
          wrong.push(`${label}: start ${runs[index]} at ${clock.now()}, not ${nextStart[index]}`);
        nextStart[index] = clock.now() + gapOf(index);
        runs[index] = (runs[index] ?? 0) + 1;
        living += 1;
        listener.started({ pid: 1000 + index, signal: () => {}, signalGroup: () => {} });
        clock.after(lifeOf(index), () => {
          living -= 1;
          listener.ended({ signal: 11 });
        });
      },
    };
    const supervisor = createSupervisor({
      clock,
      spawner,
      paths: { exists: () => false, holdsEntries: () => false, watch: () => ({ close: () => {} }) },
      mounts: toldMounts(),
      fidelity: DEFAULT_FIDELITY,
      log: () => {},
    });
    for (let index = 0; index < JOBS; index += 1) {
      const keys = {
        KeepAlive: dict([['Crashed', true]]),
        ThrottleInterval: throttleOf(index),
        StartCalendarInterval: dict([['Month', 12]]),
      };
      supervisor.load(definition(keys, `org.example.${index}`), GUI);
    }

    const total = (): number => runs.reduce((sum, count) => sum + count, 0);
    const runUntil = (restarts: number): void => {
      while (total() < JOBS + restarts) clock.advance(1000);
    };
    runUntil(RESTARTS);
    const before = heapUsed();
    runUntil(2 * RESTARTS);
    // Ten thousand restarts that kept a hundred bytes each would show.
    expect(heapUsed() - before).toBeLessThan(1_000_000);

    expect(wrong).toEqual([]);
    const elapsed = clock.now() - began;
    const expected = Array.from({ length: JOBS }, (_, index) => 1 + Math.floor(elapsed / gapOf(index)));
    expect([...runs]).toEqual(expected);
    expect(supervisor.list(GUI).map((job) => job.runs)).toEqual(expected);
    // Of each job: the end of its process or its throttle, and its calendar.
    expect(clock.armed()).toBe(2 * JOBS);

    for (let index = 0; index < JOBS; index += 1) supervisor.remove(GUI, `org.example.${index}`);
    clock.advance(60_000);
    expect(supervisor.list(GUI)).toEqual([]);
    expect([living, clock.armed()]).toEqual([0, 0]);
  }, 60_000);
});

/** Bytes that are reachable, after a full collection. */
function heapUsed(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
