import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../src/model/job.ts';
import type { Change, Plan } from '../../src/model/plan.ts';
import type { PlanOptions } from '../../src/plan/options.ts';
import { planChanges } from '../../src/plan/plan.ts';
import { situation } from '../support/arbitrary-world.ts';
import { simulateChange, simulatePlan } from '../support/simulate.ts';
import { OPTIONS, observeWorld, type World } from '../support/world.ts';

const RUNS = { numRuns: 400 };

const options: fc.Arbitrary<PlanOptions> = fc
  .record({
    adopt: fc.boolean(),
    prune: fc.constantFrom(true, true, false),
    releaseHeld: fc.boolean(),
    declaresInstances: fc.constantFrom(true, true, true, false),
  })
  .map((over) => ({ ...OPTIONS, ...over }));

function plan(world: World, jobs: readonly Job[], given: PlanOptions): Plan {
  return planChanges(jobs, observeWorld(world, jobs), given);
}

/** Changes that a second plan may still hold: their results said blocked, held or deferred. */
function isExcused(change: Change): boolean {
  return change.blocked !== null || change.deferred !== null || change.reasons.includes('held');
}

/** Adopting restarts nothing, so what is loaded and old stays so until the next plan shows it. */
function wasAdoptedOnly(change: Change | undefined): boolean {
  return change?.op === 'adopt' && change.blocked === null;
}

function leftOver(before: Plan, after: Plan): readonly string[] {
  return after.changes
    .filter((change) => change.actions.length > 0 || (change.op !== 'noop' && !isExcused(change)))
    .filter((change) => {
      const first = before.changes.find(
        (each) => each.label === change.label && each.domain === change.domain,
      );
      return first === undefined || !(isExcused(first) || wasAdoptedOnly(first));
    })
    .map((change) => `${change.op} ${change.label} ${change.reasons.join(',')}`);
}

describe('a plan, for any state and any declaration', () => {
  it('comes to a state whose plan is empty', () => {
    fc.assert(
      fc.property(situation, options, ({ jobs, world }, given) => {
        const first = plan(world, jobs, given);
        const after = simulatePlan(world, first);
        const second = plan(after, jobs, given);
        expect(leftOver(first, second)).toEqual([]);
        const third = plan(simulatePlan(after, second), jobs, given);
        expect(
          leftOver({ ...second, changes: second.changes.map((c) => ({ ...c, op: 'noop' })) }, third),
        ).toEqual([]);
      }),
      RUNS,
    );
  });

  it('converges, too, when the run is killed after any action', () => {
    fc.assert(
      fc.property(situation, options, fc.nat(), fc.nat(), ({ jobs, world }, given, which, howFar) => {
        const first = plan(world, jobs, given);
        if (first.changes.length === 0) return;
        const index = which % first.changes.length;
        const [done, cut] = [first.changes.slice(0, index), first.changes[index] as Change];
        const before = simulatePlan(world, { ...first, changes: done });
        if (cut.deferred === 'needs-root') return;
        const killed = simulateChange(before, cut, howFar % (cut.actions.length + 1));
        const second = plan(killed, jobs, given);
        const blockedAnew = second.changes.filter(
          (change) =>
            change.blocked !== null &&
            first.changes.some(
              (each) =>
                each.label === change.label &&
                each.blocked === null &&
                each.op !== 'noop' &&
                !wasAdoptedOnly(each),
            ),
        );
        expect(blockedAnew.map((change) => [change.label, change.blocked?.code])).toEqual([]);
        const third = plan(simulatePlan(killed, second), jobs, given);
        expect(leftOver(second, third)).toEqual([]);
      }),
      RUNS,
    );
  });

  it('is the same whatever the order of the jobs, and each time', () => {
    fc.assert(
      fc.property(
        situation.chain((given) =>
          fc
            .shuffledSubarray([...given.jobs], { minLength: given.jobs.length })
            .map((shuffled) => ({ ...given, shuffled })),
        ),
        options,
        ({ jobs, world, shuffled }, given) => {
          expect(plan(world, shuffled, given)).toEqual(plan(world, jobs, given));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('touches nothing that is not ours', () => {
    fc.assert(
      fc.property(situation, options, ({ jobs, world }, given) => {
        const own = { ...given, adopt: false };
        for (const change of plan(world, jobs, own).changes) {
          if (change.actions.length === 0) continue;
          const isRecorded = world.ledger.some(
            (each) => each.label === change.label && each.stack === 'tools',
          );
          const isAnothers = world.ledger.some(
            (each) => each.label === change.label && each.stack !== 'tools',
          );
          const text = world.files[change.plist]?.text ?? '';
          const isNew =
            world.files[change.plist] === undefined &&
            world.loaded[`${change.domain}/${change.label}`] === undefined;
          expect(isAnothers && !isRecorded).toBe(false);
          expect(isRecorded || isNew || text.includes('stack "tools"')).toBe(true);
          for (const action of change.actions) {
            if ('label' in action) expect(action.label).toBe(change.label);
            if (action.action === 'write-plist' || action.action === 'remove-plist') {
              expect(action.path.endsWith(`/${change.label}.plist`)).toBe(true);
            }
          }
        }
      }),
      RUNS,
    );
  });

  it('restarts at most once, and only what runs; does nothing about what is blocked or unchanged', () => {
    fc.assert(
      fc.property(situation, options, ({ jobs, world }, given) => {
        for (const change of plan(world, jobs, given).changes) {
          const names = change.actions.map((action) => action.action);
          expect(names.filter((name) => name === 'bootstrap').length).toBeLessThanOrEqual(1);
          expect(names.filter((name) => name === 'write-plist').length).toBeLessThanOrEqual(1);
          if (change.blocked !== null || change.op === 'noop') {
            expect([names, change.restarts, change.starts, change.deferred]).toEqual([
              [],
              false,
              false,
              null,
            ]);
          }
          if (change.op === 'noop') expect(change.fields).toEqual([]);
          if (change.restarts) {
            expect(names).toContain('bootout');
            const runs = Object.entries(world.loaded).some(
              ([target, each]) => target.endsWith(`/${change.label}`) && each.pid !== null,
            );
            expect(runs).toBe(true);
          }
          expect(change.restarts && change.starts).toBe(false);
          const kinds = change.fields.map((field) => JSON.stringify(field.path));
          expect(new Set(kinds).size).toBe(kinds.length);
        }
      }),
      RUNS,
    );
  });

  it('shows a secret nowhere but in the text to write', () => {
    fc.assert(
      fc.property(situation, options, ({ jobs, world }, given) => {
        for (const change of plan(world, jobs, given).changes) {
          for (const field of change.fields) {
            if (field.path.at(-1) === 'API_TOKEN') expect(field.sensitive).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
