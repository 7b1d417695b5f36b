import { expect, it } from 'vitest';
import { planChanges } from '../../src/plan/plan.ts';
import { simulatePlan } from '../support/simulate.ts';
import { EMPTY_WORLD, job, OPTIONS, observeWorld } from '../support/world.ts';

it('plans a thousand jobs well within a second', () => {
  const jobs = Array.from({ length: 1000 }, (_, index) => job(`n${index}`, { KeepAlive: true }));
  const plan = planChanges(jobs, observeWorld(EMPTY_WORLD, jobs), OPTIONS);
  expect(plan.changes.every(({ op }) => op === 'create')).toBe(true);
  const world = {
    ...EMPTY_WORLD,
    ...plan.changes
      .map((change) => simulatePlan(EMPTY_WORLD, { ...plan, changes: [change] }))
      .reduce((all, one) => ({
        ...all,
        files: Object.assign(all.files, one.files),
        loaded: Object.assign(all.loaded, one.loaded),
        ledger: [...all.ledger, ...one.ledger],
      })),
  };
  const observed = observeWorld(world, jobs);
  const started = performance.now();
  const second = planChanges(jobs, observed, OPTIONS);
  const took = performance.now() - started;
  expect(second.changes.every(({ op }) => op === 'noop')).toBe(true);
  expect(took).toBeLessThan(1000);
});
