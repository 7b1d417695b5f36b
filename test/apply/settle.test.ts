import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createWorld, GUI, plistText, type World } from '../support/apply-world.ts';
import type { ScriptedJob } from '../support/scripted-launchctl.ts';

const A = 'com.example.a';
const B = 'com.example.b';

/** What becomes of a job once this much time has passed. */
const become = (world: World, label: string, at: number, job: Partial<ScriptedJob>): void => {
  const before = world.clock.onTick;
  world.clock.onTick = (now) => {
    before(now);
    const loaded = world.launchctl.jobs.get(world.target(label));
    if (now >= at && loaded !== undefined) Object.assign(loaded, job);
  };
};

const listings = (world: World): number =>
  world.launchctl.calls.filter((call) => call === `print ${GUI}`).length;

describe('settling', () => {
  it('ends as soon as every process is steady, with one question a look for all of them', async () => {
    const world = createWorld();
    const report = await world.apply([world.create(A), world.create(B)], { settleMs: 2_000 });
    expect(report.diagnostics).toEqual([]);
    expect(world.clock.now()).toBeGreaterThanOrEqual(1_000);
    expect(world.clock.now()).toBeLessThan(1_500);
    expect(world.launchctl.calls.filter((call) => call.startsWith(`print ${GUI}/`))).toHaveLength(4);
    expect(listings(world)).toBeGreaterThan(1);
  });

  it('warns of a job that ended badly, with the end of its log', async () => {
    const world = createWorld();
    const log = `${world.folder}/err.log`;
    writeFileSync(log, 'one\ntwo\nthree\nfour\nfive\n\u001b[31msix: no such host\u001b[0m\n');
    const text = plistText(A, 'new', [['StandardErrorPath', log]]);
    const create = world.create(A);
    const actions = create.actions.map((action) =>
      action.action === 'write-plist' ? { ...action, content: text } : action,
    );
    become(world, A, 300, { pid: null, state: 'spawn scheduled', lastExit: '1' });
    const report = await world.apply([{ ...create, instance: 'exporter', actions }], { settleMs: 2_000 });
    expect(report).toMatchObject({ results: [{ outcome: 'applied', error: null }] });
    expect(report.diagnostics).toEqual([
      {
        code: 'job/failing',
        severity: 'warning',
        message:
          'exporter was loaded, but ended at once with exit code 1; launchd waits before it starts it again.',
        file: null,
        line: null,
        column: null,
        hint: `The end of ${log}:\n  two\n  three\n  four\n  five\n  six: no such host\nMore: reconcile logs exporter`,
      },
    ]);
    expect(world.clock.now()).toBeLessThan(1_000);
  });

  it('warns of a job that was started again already', async () => {
    const world = createWorld();
    become(world, A, 100, { pid: 4321, runs: 2, lastExit: '3' });
    const report = await world.apply([world.create(A)], { settleMs: 2_000 });
    expect(report.diagnostics).toMatchObject([
      { code: 'job/failing', message: expect.stringContaining('exit code 3; launchd has started it again') },
    ]);
  });

  it('says what to check when launchd could not start the program, which leaves no output', async () => {
    const world = createWorld();
    become(world, A, 100, { pid: null, state: 'spawn scheduled', lastExit: '78' });
    const report = await world.apply([world.create(A)], { settleMs: 2_000 });
    expect(report.diagnostics).toMatchObject([
      {
        message: expect.stringContaining('exit code 78: EX_CONFIG'),
        hint: expect.stringMatching(/the working directory exists.*\nSee how it is doing: reconcile status/s),
      },
    ]);
  });

  describe('a job that was loaded before, and waits out its throttle', () => {
    const waiting = (): { readonly world: World; readonly change: Parameters<World['apply']>[0][number] } => {
      const world = createWorld();
      world.install(A, { job: { pid: null, runs: 3, state: 'spawn scheduled', lastExit: '1' } });
      const actions = [{ action: 'await-loaded', domain: GUI, label: A, starts: true }] as const;
      return { world, change: world.update(A, { actions }) };
    };

    it('is not blamed, once it is up, for how a former run ended', async () => {
      const { world, change } = waiting();
      become(world, A, 300, { pid: 4321, runs: 4, state: 'running' });
      const report = await world.apply([change], { settleMs: 2_000 });
      expect(report.diagnostics).toEqual([]);
      expect(world.clock.now()).toBeLessThan(2_000);
    });

    it('is told when a run ends badly after that', async () => {
      const { world, change } = waiting();
      become(world, A, 300, { pid: 4321, runs: 4, state: 'running' });
      become(world, A, 600, { pid: null, runs: 4, state: 'spawn scheduled', lastExit: '2' });
      const report = await world.apply([change], { settleMs: 2_000 });
      expect(report.diagnostics).toMatchObject([
        { message: expect.stringContaining('at once with exit code 2') },
      ]);
    });

    it('is told when it still waits in the end', async () => {
      const { world, change } = waiting();
      const report = await world.apply([change], { settleMs: 2_000 });
      expect(report.diagnostics).toMatchObject([
        {
          code: 'job/failing',
          message: `${A} is not up again: its last run ended with exit code 1; launchd waits before it starts it again.`,
        },
      ]);
      expect(world.clock.now()).toBe(2_000);
    });
  });

  it('is content with a job that did its work and ended', async () => {
    const world = createWorld();
    become(world, A, 200, { pid: null, state: 'not running', lastExit: '0' });
    const report = await world.apply([world.create(A)], { settleMs: 2_000 });
    expect(report.diagnostics).toEqual([]);
    expect(world.clock.now()).toBeLessThan(600);
  });

  it('never takes longer than it may, whatever launchd says', async () => {
    const world = createWorld();
    const call = world.launchctl.call;
    world.launchctl.call = async (args, options) =>
      args.join(' ') === `print ${GUI}`
        ? { code: 0, stdout: 'garbage', stderr: '', timedOut: false }
        : call(args, options);
    world.launchctl.behaviours.set(world.target(A), {
      loaded: { pid: null, runs: 0, state: 'spawn scheduled' },
    });
    const report = await world.apply([world.create(A)], { settleMs: 2_000 });
    expect(report).toMatchObject({ results: [{ outcome: 'applied' }], diagnostics: [] });
    expect(world.clock.now()).toBe(2_000);
  });

  it('has nothing to watch in a job that launchd does not start by itself', async () => {
    const world = createWorld();
    world.launchctl.behaviours.set(world.target(A), { loaded: { pid: null, runs: 0, state: 'not running' } });
    const create = world.create(A);
    const actions = create.actions.map((action) =>
      action.action === 'await-loaded' ? { ...action, starts: false } : action,
    );
    await world.apply([{ ...create, actions }], { settleMs: 2_000 });
    expect(listings(world)).toBe(0);
    expect(world.clock.now()).toBe(0);
  });
});
