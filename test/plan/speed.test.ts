import { expect, it } from 'vitest';
import { planFor, worldOf } from '../support/scene.ts';
import { EMPTY_WORLD, job } from '../support/world.ts';

it('plans a thousand jobs well within a second', () => {
  const jobs = Array.from({ length: 1000 }, (_, index) => job(`n${index}`, { KeepAlive: true }));
  const worlds = jobs.map((each) => worldOf(each, { marker: 'tools' }));
  const world = {
    ...EMPTY_WORLD,
    files: Object.assign({}, ...worlds.map(({ files }) => files)),
    loaded: Object.assign({}, ...worlds.map(({ loaded }) => loaded)),
    ledger: worlds.flatMap(({ ledger }) => ledger),
  };
  const started = performance.now();
  const { changes } = planFor(jobs, world);
  // Reading the plists and the printed jobs of this world takes most of it.
  expect(performance.now() - started).toBeLessThan(3000);
  expect(changes.filter(({ op }) => op !== 'noop')).toEqual([]);
});
