import { expect, it } from 'vitest';
import { cpuSeconds } from '../support/cpu.ts';
import { planFor, worldOf } from '../support/scene.ts';
import { EMPTY_WORLD, job } from '../support/world.ts';

it('plans a thousand jobs without a cost that explodes', () => {
  const jobs = Array.from({ length: 1000 }, (_, index) => job(`n${index}`, { KeepAlive: true }));
  const worlds = jobs.map((each) => worldOf(each, { marker: 'tools' }));
  const world = {
    ...EMPTY_WORLD,
    files: Object.assign({}, ...worlds.map(({ files }) => files)),
    loaded: Object.assign({}, ...worlds.map(({ loaded }) => loaded)),
    ledger: worlds.flatMap(({ ledger }) => ledger),
  };
  let changes: ReturnType<typeof planFor>['changes'] = [];
  // Reading the plists and the printed jobs of this world takes most of it.
  const seconds = cpuSeconds(() => {
    changes = planFor(jobs, world).changes;
  });
  expect(seconds).toBeLessThan(3);
  expect(changes).toHaveLength(1000);
  expect(changes.filter(({ op }) => op !== 'noop')).toEqual([]);
});
