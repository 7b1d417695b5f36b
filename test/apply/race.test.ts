import { describe, expect, it } from 'vitest';
import { createWorld, GUI, plistText } from '../support/apply-world.ts';

const A = 'com.example.a';
const count = (calls: readonly string[], verb: string): number =>
  calls.filter((call) => call.startsWith(`${verb} `)).length;

describe('bootout', () => {
  it.each([0, 3, 36, 113])('takes %i for an answer that print decides', async (code) => {
    const world = createWorld();
    world.install(A);
    world.launchctl.rules.push({ call: 'bootout', answer: { code }, effect: 'after' });
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]?.outcome).toBe('applied');
  });

  it('waits by itself where launchctl can; where it cannot, that is asked once a run', async () => {
    const usage =
      'Unrecognized target specifier.\nUsage: launchctl bootout <domain-target> [service-path1, service-path2, ...] | <service-target>\n';
    const world = createWorld();
    for (const label of [A, 'com.example.b']) world.install(label);
    world.launchctl.rules.push({ call: 'bootout --wait', answer: { code: 64, stderr: usage } });
    const report = await world.apply([world.update(A), world.update('com.example.b')]);
    expect(report.results.map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
    expect(world.launchctl.calls.filter((call) => call.startsWith('bootout'))).toEqual([
      `bootout --wait ${world.target(A)}`,
      `bootout ${world.target(A)}`,
      `bootout ${world.target('com.example.b')}`,
    ]);
  });

  it('that waits longer than a call may take is followed by looking', async () => {
    const world = createWorld();
    world.install(A);
    world.launchctl.behaviours.set(world.target(A), { stopsIn: 14_000 });
    world.launchctl.rules.push({
      call: 'bootout --wait',
      answer: { code: null, timedOut: true },
      effect: 'after',
    });
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]?.outcome).toBe('applied');
    expect(count(world.launchctl.calls, 'bootout')).toBe(1);
  });

  it('that got no answer counts when the job is going', async () => {
    const world = createWorld();
    world.install(A);
    world.launchctl.behaviours.set(world.target(A), { stopsIn: 100 });
    world.launchctl.rules.push({ call: 'bootout', answer: { code: null, timedOut: true }, effect: 'after' });
    expect((await world.apply([world.update(A)])).results[0]?.outcome).toBe('applied');
  });

  it('is asked for once, even when it takes long', async () => {
    const world = createWorld();
    world.install(A);
    world.launchctl.behaviours.set(world.target(A), { stopsIn: 14_900 });
    expect((await world.apply([world.update(A)])).results[0]?.outcome).toBe('applied');
    expect(count(world.launchctl.calls, 'bootout')).toBe(1);
    expect(count(world.launchctl.calls, 'bootstrap')).toBe(1);
  });

  it('waits for the old process too', async () => {
    const world = createWorld();
    world.install(A);
    world.launchctl.behaviours.set(world.target(A), { stopsIn: 100, lingersFor: 4_000 });
    const report = await world.apply([world.update(A)]);
    expect(report).toMatchObject({ results: [{ outcome: 'applied' }], diagnostics: [] });
    expect(world.clock.now()).toBeGreaterThanOrEqual(4_100);
  });

  it('goes on with a warning when the old process never ends', async () => {
    const world = createWorld();
    world.install(A);
    world.launchctl.behaviours.set(world.target(A), { lingersFor: 1_000_000 });
    const report = await world.apply([world.update(A)]);
    expect(report).toMatchObject({
      results: [{ outcome: 'applied' }],
      diagnostics: [
        { code: 'job/process-stays', severity: 'warning', message: expect.stringContaining('1000') },
      ],
    });
  });

  it('scenario 32: tells the process that stays, and loads no second one beside it', async () => {
    const world = createWorld();
    world.install(A);
    world.launchctl.behaviours.set(world.target(A), { stopsIn: 1_000_000 });
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]?.error).toMatchObject({
      code: 'job/still-there',
      hint: expect.stringContaining('Its process 1000 may ignore SIGTERM'),
    });
    expect(count(world.launchctl.calls, 'bootstrap')).toBe(0);
    expect(world.launchctl.jobs.get(world.target(A))?.pid).toBe(1000);
  });

  it.each([
    [9_900, 'applied'],
    [1_000_000, 'rollback-failed'],
  ])(
    'waits 10 s for a job that launchd gives any time (exit timeout 0): gone after %i ms',
    async (stopsIn, outcome) => {
      const world = createWorld();
      world.install(A, { job: { exitTimeout: 0 } });
      world.launchctl.behaviours.set(world.target(A), { stopsIn });
      const update = world.update(A);
      const actions = update.actions.map((action) =>
        action.action === 'await-gone' ? { ...action, exitTimeout: 0 } : action,
      );
      const report = await world.apply([{ ...update, actions }]);
      expect(report.results[0]?.outcome).toBe(outcome);
      expect(world.clock.now()).toBeGreaterThan(9_000);
      expect(world.clock.now()).toBeLessThan(25_000);
    },
  );

  it('fails when the label never goes, and leaves the former file', async () => {
    const world = createWorld();
    const former = world.install(A);
    world.launchctl.behaviours.set(world.target(A), { stopsIn: 1_000_000 });
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]).toMatchObject({
      outcome: 'rollback-failed',
      error: { code: 'job/still-there', message: expect.stringContaining('15 seconds') },
    });
    expect(world.text(A)).toBe(former);
  });

  it('comes back when the label goes only during the roll-back', async () => {
    const world = createWorld();
    const former = world.install(A);
    world.launchctl.behaviours.set(world.target(A), { stopsIn: 20_000 });
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]).toMatchObject({ outcome: 'rolled-back', error: { code: 'job/still-there' } });
    expect(world.text(A)).toBe(former);
    expect(world.launchctl.jobs.get(world.target(A))?.state).toBe('running');
  });
});

describe('bootstrap', () => {
  it.each([5, 37])('is tried again on %i while the label is absent', async (code) => {
    const world = createWorld();
    world.install(A);
    world.launchctl.rules.push({ call: 'bootstrap', times: 4, answer: { code } });
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]?.outcome).toBe('applied');
    expect(count(world.launchctl.calls, 'bootstrap')).toBe(5);
    expect(world.clock.now()).toBeGreaterThan(0);
  });

  it.each([5, 17, 37])('is done when %i comes from a job that is loaded from our file', async (code) => {
    const world = createWorld();
    world.install(A);
    world.launchctl.rules.push({ call: 'bootstrap', answer: { code }, effect: 'after' });
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]?.outcome).toBe('applied');
    expect(count(world.launchctl.calls, 'bootstrap')).toBe(1);
  });

  it('that timed out counts when the job is there', async () => {
    const world = createWorld();
    world.launchctl.rules.push({
      call: 'bootstrap',
      answer: { code: null, timedOut: true },
      effect: 'after',
    });
    expect((await world.apply([world.create(A)])).results[0]?.outcome).toBe('applied');
  });

  it('loses against somebody who loads another file, and touches their job no more', async () => {
    const world = createWorld();
    const former = world.install(A);
    world.launchctl.rules.push({
      call: 'bootstrap',
      times: 1,
      answer: { code: 37 },
      meanwhile: () => world.launchctl.load(world.target(A), '/theirs.plist'),
    });
    const report = await world.apply([world.update(A)]);
    expect(report.results[0]).toMatchObject({ error: { code: 'job/loaded-elsewhere' } });
    expect(world.launchctl.jobs.get(world.target(A))?.path).toBe('/theirs.plist');
    expect(world.text(A)).not.toBe('');
    expect([former, plistText(A, 'new')]).toContain(world.text(A));
  });

  it('accepted but without a trace is put back', async () => {
    const world = createWorld();
    world.launchctl.rules.push({ call: 'bootstrap', answer: {} });
    const report = await world.apply([world.create(A)]);
    expect(report.results[0]).toMatchObject({ outcome: 'rolled-back', error: { code: 'job/not-loaded' } });
    expect(world.text(A)).toBeNull();
  });

  it('accepted, with an answer of print that cannot be read, stays, unproven, with a warning', async () => {
    const world = createWorld();
    let loads = 0;
    world.launchctl.rules.push({ call: 'bootstrap', answer: {}, effect: 'after', meanwhile: () => loads++ });
    const call = world.launchctl.call;
    world.launchctl.call = async (args, options) =>
      loads > 0 && args[0] === 'print'
        ? { code: 0, stdout: 'garbage', stderr: '', timedOut: false }
        : call(args, options);
    const report = await world.apply([world.create(A)]);
    expect(report).toMatchObject({
      results: [{ outcome: 'applied' }],
      diagnostics: [{ code: 'job/unverified' }],
    });
    expect((await world.ports.ledger.read()).entries[0]?.proof).toBeNull();
  });
});

describe('a spawn', () => {
  it('that is pended is kicked once, plainly', async () => {
    const world = createWorld();
    world.launchctl.behaviours.set(world.target(A), {
      loaded: { pid: null, runs: 0, state: 'not running', pended: 'speculative' },
    });
    const report = await world.apply([world.create(A)]);
    expect(report).toMatchObject({ results: [{ outcome: 'applied' }], diagnostics: [] });
    expect(world.launchctl.calls.filter((call) => call.startsWith('kickstart'))).toEqual([
      `kickstart ${GUI}/${A}`,
    ]);
  });

  it('that stays pended is said, not refused', async () => {
    const world = createWorld();
    world.launchctl.behaviours.set(world.target(A), {
      loaded: { pid: null, runs: 0, state: 'not running', pended: 'speculative' },
    });
    world.launchctl.rules.push({ call: 'kickstart', answer: { code: 146 } });
    const report = await world.apply([world.create(A)]);
    expect(report).toMatchObject({
      results: [{ outcome: 'applied' }],
      diagnostics: [{ code: 'job/not-started', message: expect.stringContaining('speculative') }],
    });
    expect(count(world.launchctl.calls, 'kickstart')).toBe(1);
  });

  it('that is scheduled is waiting, not failing', async () => {
    const world = createWorld();
    world.launchctl.behaviours.set(world.target(A), {
      loaded: { pid: null, runs: 0, state: 'spawn scheduled' },
    });
    const report = await world.apply([world.create(A)]);
    expect(report).toMatchObject({ results: [{ outcome: 'applied' }], diagnostics: [] });
    expect(count(world.launchctl.calls, 'kickstart')).toBe(0);
  });
});

describe('a missing session', () => {
  it('is begun by a command where there is one', async () => {
    const world = createWorld();
    world.launchctl.domains.delete(GUI);
    const report = await world.apply([world.create(A)], { loginCommand: 'reconcile embedded login' });
    expect(report.results[0]?.error).toMatchObject({
      code: 'domain/absent',
      hint: '`reconcile embedded login` begins a session, and loads what is installed.',
    });
  });

  it('leaves the file written and recorded, and the load for later', async () => {
    const world = createWorld();
    world.launchctl.domains.delete(GUI);
    const report = await world.apply([world.create(A)]);
    expect(report).toMatchObject({
      changed: true,
      results: [
        { outcome: 'deferred', error: { code: 'domain/absent', hint: expect.stringContaining('Log in') } },
      ],
    });
    expect(world.text(A)).toBe(plistText(A, 'new'));
    expect(await world.owned()).toEqual([A]);
    expect(count(world.launchctl.calls, 'bootstrap')).toBe(0);
  });

  it('that ends in the middle is the same', async () => {
    const world = createWorld();
    world.launchctl.rules.push({
      call: 'bootstrap',
      answer: { code: 125 },
      meanwhile: () => world.launchctl.domains.delete(GUI),
    });
    const report = await world.apply([world.create(A)]);
    expect(report.results[0]?.outcome).toBe('deferred');
    expect(await world.owned()).toEqual([A]);
  });

  it('does not keep a job from being removed', async () => {
    const world = createWorld();
    world.install(A);
    const remove = world.remove(A);
    world.launchctl.domains.delete(GUI);
    const report = await world.apply([remove]);
    expect(report.results[0]?.outcome).toBe('applied');
    expect(world.text(A)).toBeNull();
  });
});
