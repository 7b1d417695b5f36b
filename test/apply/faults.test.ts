import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/model/plan.ts';
import type { CallResult } from '../../src/sys/ports.ts';
import { createWorld, plistText, type World } from '../support/apply-world.ts';

const A = 'com.example.a';

const FAULTS: readonly (Partial<CallResult> & { readonly name: string })[] = [
  ...[1, 3, 5, 17, 36, 37, 64, 112, 113, 119, 125, 134, 255].map((code) => ({
    name: `code ${code}`,
    code,
  })),
  { name: 'time limit', code: null, timedOut: true },
  { name: 'signal', code: null },
  { name: 'garbage', stdout: '}{ \u0000' },
  { name: 'half an answer', stdout: `gui/501/${A} = {\n\tpath = /x\n\tsta` },
];

interface Scenario {
  readonly name: string;
  prepare(world: World): Change;
}

const SCENARIOS: readonly Scenario[] = [
  { name: 'create', prepare: (world) => world.create(A) },
  {
    name: 'update',
    prepare(world) {
      world.install(A, { mode: 0o600 });
      world.launchctl.behaviours.set(world.target(A), { stopsIn: 400 });
      return world.update(A);
    },
  },
  {
    name: 'delete',
    prepare(world) {
      world.install(A, { mode: 0o600 });
      return world.remove(A);
    },
  },
];

/** The world as a person would see it. */
function snapshot(world: World): object {
  const job = world.launchctl.jobs.get(world.target(A));
  const text = world.text(A);
  return {
    file: text === plistText(A, 'new') ? 'new' : text === null ? 'none' : 'former',
    mode: text === null ? null : world.mode(A),
    loaded: job === undefined ? 'no' : job.path === world.path(A) ? 'ours' : job.path,
    state: job?.state ?? null,
  };
}

/** Runs with one fault at the n-th call of launchctl; whether that call was reached. */
async function withFault(
  scenario: Scenario,
  at: number,
  fault: Partial<CallResult>,
  takesEffect: boolean,
): Promise<{ reached: boolean; world: World; before: object; outcome: string | undefined }> {
  const world = createWorld();
  const change = scenario.prepare(world);
  const before = snapshot(world);
  const call = world.launchctl.call;
  let calls = 0;
  world.launchctl.call = async (args, options) => {
    if (calls++ !== at) return call(args, options);
    if (takesEffect) await call(args, options);
    return { code: 0, stdout: '', stderr: '', timedOut: false, ...fault };
  };
  const report = await world.apply([change]);
  // Whatever still goes on has ended by then.
  await world.clock.pause(60_000);
  world.launchctl.processes.alive(1);
  return { reached: calls > at, world, before, outcome: report.results[0]?.outcome };
}

describe.each(SCENARIOS)('one fault of launchctl anywhere in a $name', (scenario) => {
  it.each([
    ['instead of the effect', false],
    ['after the effect', true],
  ])(
    '%s ends in the new state or the former one, and says which',
    async (_, takesEffect) => {
      const undisturbed = await withFault(scenario, -1, {}, false);
      const after = snapshot(undisturbed.world);
      let tried = 0;
      for (const { name, ...fault } of FAULTS)
        for (let at = 0; ; at++) {
          const run = await withFault(scenario, at, fault, takesEffect);
          if (!run.reached) break;
          tried++;
          const where = `${name} at call ${at}: ${run.outcome} ${JSON.stringify(snapshot(run.world))}`;
          if (run.outcome === 'applied') expect(snapshot(run.world), where).toEqual(after);
          else {
            expect(run.outcome, where).toMatch(/^(failed|rolled-back)$/);
            expect(snapshot(run.world), where).toEqual(run.before);
          }
        }
      expect(tried).toBeGreaterThan(FAULTS.length * 2);
    },
    120_000,
  );
});
