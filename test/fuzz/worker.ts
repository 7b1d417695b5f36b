import { parentPort, workerData } from 'node:worker_threads';
import { type Kind, makeCase } from './cases.ts';
import { judge } from './judge.ts';
import { seedsOf } from './seeds.ts';

/** What a worker is asked to try: the cases `first`, `first + step`, … below `count`. */
export interface Task {
  readonly kind: Kind;
  readonly seed: number;
  readonly first: number;
  readonly step: number;
  readonly count: number;
  readonly root: string;
  readonly folder: string | null;
  /** The case under way, for the one who watches. */
  readonly current: Int32Array;
}

export interface Tally {
  readonly tried: number;
  readonly read: number;
  readonly refused: number;
  /** Milliseconds, and the case. */
  readonly slowest: readonly [milliseconds: number, index: number];
  /** Largest heap seen, in bytes. */
  readonly heap: number;
  readonly failures: readonly { readonly index: number; readonly error: string }[];
}

/** Looking at the heap takes time, so not after each. */
const HEAP_EVERY = 512;
const FAILURES_KEPT = 20;

function run({ kind, seed, first, step, count, root, folder, current }: Task): Tally {
  const seeds = seedsOf(root, folder);
  const counts = { read: 0, refused: 0 };
  const failures: { index: number; error: string }[] = [];
  let tried = 0;
  let slowest: [number, number] = [0, first];
  let heap = 0;
  for (let index = first; index < count && failures.length < FAILURES_KEPT; index += step) {
    Atomics.store(current, 0, index);
    const bytes = makeCase(kind, seed, index, seeds);
    const start = performance.now();
    try {
      counts[judge(kind, bytes)] += 1;
    } catch (error) {
      failures.push({
        index,
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      });
    }
    const took = performance.now() - start;
    if (took > slowest[0]) slowest = [took, index];
    tried += 1;
    if (tried % HEAP_EVERY === 0) heap = Math.max(heap, process.memoryUsage().heapUsed);
  }
  return { tried, ...counts, slowest, heap, failures };
}

parentPort?.postMessage(run(workerData as Task));
