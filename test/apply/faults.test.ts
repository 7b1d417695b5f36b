import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LAUNCHCTL_CODES } from '../../src/launchd/code-table.ts';
import type { Change } from '../../src/model/plan.ts';
import type { CallResult } from '../../src/sys/ports.ts';
import { createWorld, GUI, plistText, type World } from '../support/apply-world.ts';
import { isThorough, record } from '../support/reliability.ts';

const A = 'com.example.a';

const OTHERS = 'org.example.not-ours';

/** Those that mean something to apply; thoroughly: all that launchctl knows, and one that it does not. */
const CODES = isThorough
  ? [...LAUNCHCTL_CODES.map(({ code }) => code).filter((code) => code !== 0), 255]
  : [1, 3, 5, 17, 36, 37, 64, 112, 113, 119, 125, 134, 255];

const FAULTS: readonly (Partial<CallResult> & { readonly name: string })[] = [
  ...CODES.map((code) => ({ name: `code ${code}`, code })),
  { name: 'time limit', code: null, timedOut: true },
  { name: 'signal', code: null },
  { name: 'garbage', stdout: '}{ \u0000' },
  { name: 'half an answer', stdout: `gui/501/${A} = {\n\tpath = /x\n\tsta` },
];

interface Scenario {
  readonly name: string;
  /** A fault of this verb is told, or shows in the next plan, and is no reason to put anything back: this may differ. */
  readonly lenient?: { readonly verb: string; readonly about: 'state' | 'disabled' };
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
  {
    name: 'create of a disabled job',
    prepare(world) {
      world.launchctl.disabled.set(world.target(A), true);
      const change = world.create(A);
      return { ...change, actions: [{ action: 'enable', domain: GUI, label: A }, ...change.actions] };
    },
  },
  {
    name: 'disabling',
    lenient: { verb: 'disable', about: 'disabled' },
    prepare(world) {
      world.install(A, { mode: 0o600 });
      const change = world.remove(A);
      const out = change.actions.filter(({ action }) => action === 'bootout' || action === 'await-gone');
      return { ...change, op: 'update', actions: [{ action: 'disable', domain: GUI, label: A }, ...out] };
    },
  },
  {
    name: 'create of a job whose start is pended',
    lenient: { verb: 'kickstart', about: 'state' },
    prepare(world) {
      world.launchctl.behaviours.set(world.target(A), {
        loaded: { pid: null, runs: 0, state: 'not running', pended: 'inefficient' },
      });
      return world.create(A);
    },
  },
];

/** The world as a person would see it. */
function snapshot(
  world: World,
): Readonly<Record<'file' | 'mode' | 'loaded' | 'state' | 'disabled', unknown>> {
  const job = world.launchctl.jobs.get(world.target(A));
  const text = world.text(A);
  return {
    file: text === plistText(A, 'new') ? 'new' : text === null ? 'none' : 'former',
    mode: text === null ? null : world.mode(A),
    loaded: job === undefined ? 'no' : job.path === world.path(A) ? 'ours' : job.path,
    state: job?.state ?? null,
    disabled: world.launchctl.disabled.get(world.target(A)) ?? false,
  };
}

/** A job of somebody else in the same folder and domain: all of it. */
function othersOf(world: World): unknown {
  return [world.text(OTHERS), world.mode(OTHERS), { ...world.launchctl.jobs.get(world.target(OTHERS)) }];
}

/** Runs with one fault at the n-th call of launchctl; whether that call was reached. */
async function withFault(
  scenario: Scenario,
  at: number,
  fault: Partial<CallResult>,
  takesEffect: boolean,
): Promise<{ verb: string | null; world: World; before: object; outcome: string | undefined }> {
  const world = createWorld();
  world.install(OTHERS);
  const others = othersOf(world);
  const change = scenario.prepare(world);
  const before = snapshot(world);
  const call = world.launchctl.call;
  let calls = 0;
  let verb: string | null = null;
  world.launchctl.call = async (args, options) => {
    if (calls++ !== at) return call(args, options);
    verb = args[0] ?? '';
    if (takesEffect) await call(args, options);
    return { code: 0, stdout: '', stderr: '', timedOut: false, ...fault };
  };
  const report = await world.apply([change]);
  // Whatever still goes on has ended by then.
  await world.clock.pause(60_000);
  world.launchctl.processes.alive(1);
  expect(othersOf(world)).toEqual(others);
  return { verb, world, before, outcome: report.results[0]?.outcome };
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
      const counts: Record<string, Record<string, number>> = {};
      let tried = 0;
      for (const { name, ...fault } of FAULTS)
        for (let at = 0; ; at++) {
          const run = await withFault(scenario, at, fault, takesEffect);
          if (run.verb === null) break;
          tried++;
          const outcome = run.outcome ?? 'none';
          const seen = snapshot(run.world);
          const { verb, about } = scenario.lenient ?? { verb: null, about: 'state' };
          const asked = run.verb === verb ? { ...after, [about]: seen[about] } : after;
          const said =
            outcome === 'applied' ? asked : /^(failed|rolled-back)$/.test(outcome) ? run.before : null;
          const count = counts[run.verb] ?? { applied: 0, failed: 0, 'rolled-back': 0, 'not as said': 0 };
          counts[run.verb] = {
            ...count,
            [outcome]: (count[outcome] ?? 0) + 1,
            'not as said': (count['not as said'] ?? 0) + (isDeepStrictEqual(seen, said) ? 0 : 1),
          };
          expect(seen, `${name} at call ${at}: ${outcome} ${JSON.stringify(seen)}`).toEqual(said);
        }
      expect(tried).toBeGreaterThan(FAULTS.length * 2);
      for (const [verb, count] of Object.entries(counts))
        record('faults', { change: scenario.name, verb, faults: FAULTS.length, ...count });
    },
    isThorough ? 900_000 : 120_000,
  );
});
