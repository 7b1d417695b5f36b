import { describe, expect, it } from 'vitest';
import { planChanges } from '../../src/plan/plan.ts';
import { simulatePlan } from '../support/simulate.ts';
import { EMPTY_WORLD, job, OPTIONS, observeWorld } from '../support/world.ts';

describe('planChanges', () => {
  it('creates what is missing, then finds nothing to do, then takes it all away', () => {
    const jobs = [job('a'), job('b', { KeepAlive: true })];
    const plan = planChanges(jobs, observeWorld(EMPTY_WORLD, jobs), OPTIONS);
    expect(plan.changes.map((change) => [change.label, change.op, change.starts])).toEqual([
      ['local.tools.a', 'create', true],
      ['local.tools.b', 'create', true],
    ]);
    const after = simulatePlan(EMPTY_WORLD, plan);
    const second = planChanges(jobs, observeWorld(after, jobs), OPTIONS);
    expect(
      second.changes.map(({ op, reasons, actions, fields }) => ({ op, reasons, actions, fields })),
    ).toEqual([
      { op: 'noop', reasons: [], actions: [], fields: [] },
      { op: 'noop', reasons: [], actions: [], fields: [] },
    ]);
    const end = simulatePlan(after, planChanges([], observeWorld(after, []), OPTIONS));
    expect([end.files, end.loaded, end.ledger]).toEqual([{}, {}, []]);
  });
});
