import type { Change } from '../model/plan.ts';

export interface Schedule<Done> {
  readonly changes: readonly Change[];
  /** At least 1. */
  readonly parallelism: number;
  /** Runs when all that the change comes after is done; `before` holds what that came to. */
  run(change: Change, before: readonly Done[]): Promise<Done>;
}

/**
 * Runs the changes in plan order, as many at once as allowed, each after those it names in `after`. The results are in
 * plan order, however they ended. Changes that wait for each other in a circle go in plan order.
 */
export async function runInOrder<Done>({
  changes,
  parallelism,
  run,
}: Schedule<Done>): Promise<readonly Done[]> {
  const byLabel = new Map<string, number[]>();
  for (const [index, { label }] of changes.entries())
    byLabel.set(label, [...(byLabel.get(label) ?? []), index]);
  const needs = changes.map(({ after }, index) =>
    after.flatMap((label) => byLabel.get(label) ?? []).filter((other) => other !== index),
  );
  const done = new Map<number, Done>();
  const running = new Map<number, Promise<void>>();
  const waiting = new Set(changes.keys());

  while (waiting.size > 0 || running.size > 0) {
    for (const index of ready()) {
      if (running.size >= parallelism) break;
      start(index);
    }
    await Promise.race(running.values());
  }
  return changes.flatMap((_, index) => {
    const result = done.get(index);
    return result === undefined ? [] : [result];
  });

  function ready(): readonly number[] {
    const free = [...waiting].filter((index) => (needs[index] ?? []).every((other) => done.has(other)));
    return free.length > 0 || running.size > 0 ? free : [...waiting].slice(0, 1);
  }

  function start(index: number): void {
    const change = changes[index];
    if (change === undefined) return;
    waiting.delete(index);
    const before = (needs[index] ?? []).flatMap((other) => {
      const result = done.get(other);
      return result === undefined ? [] : [result];
    });
    const job = run(change, before).then((result) => {
      done.set(index, result);
      running.delete(index);
    });
    running.set(index, job);
  }
}
