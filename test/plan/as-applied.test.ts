import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/model/job.ts';
import type { Plan } from '../../src/model/plan.ts';
import { asApplied } from '../../src/plan/as-applied.ts';
import { planChanges } from '../../src/plan/plan.ts';
import { jobs as arbitraryJobs } from '../support/arbitrary-world.ts';
import { simulatePlan } from '../support/simulate.ts';
import { EMPTY_WORLD, job, OPTIONS, observeWorld, type World } from '../support/world.ts';

const against = (before: readonly Job[], now: readonly Job[]): Plan =>
  planChanges(now, asApplied(before, now, OPTIONS), OPTIONS);

/** What a person sees of it. */
const told = ({ changes }: Plan): readonly unknown[] =>
  changes.map(({ label, domain, op, reasons, fields, blocked }) => ({
    label,
    domain,
    op,
    reasons,
    fields,
    blocked,
  }));

describe('a declaration on top of another', () => {
  it('has no changes on top of itself', () => {
    fc.assert(
      fc.property(arbitraryJobs, (jobs) => {
        expect(
          against(jobs, jobs).changes.filter(({ op, blocked }) => op !== 'noop' || blocked !== null),
        ).toEqual([]);
      }),
    );
  });

  it('has the plan that it would have where the other one was really applied', () => {
    const root: World = { ...EMPTY_WORLD, isRoot: true };
    fc.assert(
      fc.property(arbitraryJobs, arbitraryJobs, (before, now) => {
        const owned = before.filter(({ managedByOther }) => !managedByOther);
        const applied = simulatePlan(root, planChanges(owned, observeWorld(root, owned), OPTIONS));
        expect(told(against(owned, now))).toEqual(
          told(planChanges(now, observeWorld(applied, now), OPTIONS)),
        );
      }),
    );
  });

  it('tells which jobs restart, start, and go', () => {
    const before = [job('gone'), job('kept'), job('timed', { RunAtLoad: false, StartInterval: 60 })];
    const now = [job('kept', { Nice: 5 }), job('new'), job('timed', { RunAtLoad: false, StartInterval: 90 })];
    const seen = against(before, now).changes.map(({ instance, op, restarts, starts }) => ({
      instance,
      op,
      restarts,
      starts,
    }));
    expect(seen).toEqual([
      { instance: 'gone', op: 'delete', restarts: false, starts: false },
      { instance: 'kept', op: 'update', restarts: true, starts: false },
      { instance: 'new', op: 'create', restarts: false, starts: true },
      { instance: 'timed', op: 'update', restarts: false, starts: false },
    ]);
  });
});
