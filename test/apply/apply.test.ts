import { chmodSync, existsSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createWorld, GUI, plistText } from '../support/apply-world.ts';

describe('applyPlan', () => {
  it('creates: writes, loads, verifies, records with a proof', async () => {
    const world = createWorld();
    const report = await world.apply([world.create('com.example.a')]);
    expect(report).toEqual({
      changed: true,
      results: [
        { instance: 'com.example.a', label: 'com.example.a', domain: GUI, outcome: 'applied', error: null },
      ],
      diagnostics: [],
      interrupted: false,
    });
    const { ino, mtimeMs } = statSync(world.path('com.example.a'));
    expect(world.mode('com.example.a')).toBe(0o644);
    const [owned] = (await world.ports.ledger.read()).entries;
    expect(owned?.proof).toMatchObject({ pid: 1000, file: { ino: String(ino), mode: 0o644 } });
    expect(Number(BigInt(owned?.proof?.file.mtimeNs ?? 0) / 1_000_000n)).toBe(Math.floor(mtimeMs));
    expect(owned?.proof?.file).not.toHaveProperty('kind');
    expect(world.launchctl.calls).toEqual([
      `print ${GUI}/com.example.a`,
      `bootstrap ${GUI} ${world.path('com.example.a')}`,
      `print ${GUI}/com.example.a`,
    ]);
  });

  it('updates: out, waits until it is gone, in again, with one restart and no kickstart', async () => {
    const world = createWorld();
    world.install('com.example.a');
    world.launchctl.behaviours.set(world.target('com.example.a'), { stopsIn: 3_000 });
    const report = await world.apply([world.update('com.example.a')]);
    expect(report.results[0]?.outcome).toBe('applied');
    expect(world.text('com.example.a')).toBe(plistText('com.example.a', 'new'));
    expect(world.launchctl.jobs.get(world.target('com.example.a'))?.pid).toBe(1001);
    const verbs = world.launchctl.calls.map((call) => call.split(' ')[0]).filter((verb) => verb !== 'print');
    expect(verbs).toEqual(['bootout', 'bootstrap']);
    expect(world.clock.now()).toBeGreaterThanOrEqual(3_000);
    expect(world.clock.now()).toBeLessThan(3_500);
  });

  it('deletes: out, file away, forgotten', async () => {
    const world = createWorld();
    await world.apply([world.create('com.example.a')]);
    const report = await world.apply([world.remove('com.example.a')]);
    expect(report.results[0]?.outcome).toBe('applied');
    expect(existsSync(world.path('com.example.a'))).toBe(false);
    expect(world.launchctl.jobs.size).toBe(0);
    expect(await world.owned()).toEqual([]);
  });

  it('leaves what is equal alone, and asks launchd nothing about it', async () => {
    const world = createWorld();
    world.install('com.example.a');
    const before = statSync(world.path('com.example.a'));
    const report = await world.apply([world.update('com.example.a', { op: 'noop', actions: [] })]);
    expect(report).toMatchObject({ changed: false, results: [{ outcome: 'unchanged' }] });
    expect(world.launchctl.calls).toEqual([]);
    expect(statSync(world.path('com.example.a'))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(existsSync(`${world.folder}/state`)).toBe(false);
  });

  it('records a noop without calling it a change', async () => {
    const world = createWorld();
    world.install('com.example.a');
    const update = world.update('com.example.a');
    const report = await world.apply([{ ...update, op: 'noop', actions: update.actions.slice(-1) }]);
    expect(report).toMatchObject({ changed: false, results: [{ outcome: 'unchanged' }] });
    expect(await world.owned()).toEqual(['com.example.a']);
  });

  it('skips what is blocked with its reason, and defers what is root’s', async () => {
    const world = createWorld();
    const blocked = { code: 'held', message: 'It is held.', hint: 'Start it.' };
    const report = await world.apply([
      world.create('com.example.a', { blocked, actions: [] }),
      world.create('com.example.b', { deferred: 'needs-root' }),
    ]);
    expect(report).toMatchObject({
      changed: false,
      results: [
        { outcome: 'skipped', error: blocked },
        { outcome: 'deferred', error: { code: 'root/needed', hint: expect.stringContaining('sudo') } },
      ],
    });
    expect(existsSync(world.path('com.example.b'))).toBe(false);
    expect(world.launchctl.calls).toEqual([]);
  });

  it('tells what it does, as it does it', async () => {
    const world = createWorld();
    await world.apply([
      world.create('com.example.a'),
      world.create('com.example.b', { deferred: 'needs-root' }),
    ]);
    expect(
      world.events.map((event) =>
        'action' in event
          ? event.action
          : 'result' in event
            ? `${event.label} ${event.result.outcome}`
            : `${event.label} …`,
      ),
    ).toEqual([
      'com.example.a …',
      'write-plist',
      'bootstrap',
      'await-loaded',
      'record',
      'com.example.a applied',
      'com.example.b deferred',
    ]);
  });

  it('makes no proof when the file changed while it was loaded', async () => {
    const world = createWorld();
    const touch = (): void => chmodSync(world.path('com.example.a'), 0o600);
    world.launchctl.rules.push({ call: 'bootstrap', answer: {}, effect: 'after', meanwhile: touch });
    await world.apply([world.create('com.example.a')]);
    const [owned] = (await world.ports.ledger.read()).entries;
    expect(owned).toMatchObject({ label: 'com.example.a', proof: null });
  });

  it('records an entry as it stands when it loaded nothing', async () => {
    const world = createWorld();
    world.install('com.example.a');
    const update = world.update('com.example.a');
    const proof = {
      file: { dev: '1', ino: '2', size: '3', mtimeNs: '4', ctimeNs: '5', uid: 6, gid: 7, mode: 8 },
      pid: 9,
    };
    const actions = update.actions.flatMap((action) =>
      action.action === 'record' ? [{ ...action, entry: { ...action.entry, proof } }] : [],
    );
    await world.apply([{ ...update, op: 'adopt', actions }]);
    expect((await world.ports.ledger.read()).entries[0]?.proof).toEqual(proof);
  });
});

describe('order', () => {
  const labels = ['a', 'b', 'c', 'd'].map((name) => `com.example.${name}`);
  const [a = '', b = '', c = '', d = ''] = labels;
  const bootstraps = (calls: readonly string[]): string[] =>
    calls.filter((call) => call.startsWith('bootstrap')).map((call) => call.replace(/.*\/|\.plist/g, ''));

  it('is that of the plan, with what comes after something else put back', async () => {
    const world = createWorld();
    await world.apply([
      world.create(a, { after: [c] }),
      world.create(b),
      world.create(c, { after: [d] }),
      world.create(d),
    ]);
    expect(bootstraps(world.launchctl.calls)).toEqual([b, d, c, a]);
  });

  it('keeps results in plan order, several at once', async () => {
    const world = createWorld();
    const report = await world.apply(
      labels.map((label) => world.create(label)),
      { parallelism: 4 },
    );
    expect(report.results.map(({ label, outcome }) => [label, outcome])).toEqual(
      labels.map((label) => [label, 'applied']),
    );
    expect(await world.owned()).toEqual(labels);
  });

  it('goes on after a failure, but not with what comes after it', async () => {
    const world = createWorld();
    world.launchctl.rules.push({ call: `bootstrap ${GUI} ${world.path(a)}`, answer: { code: 134 } });
    const report = await world.apply([
      world.create(a),
      world.create(b, { after: [a] }),
      world.create(c, { after: [b] }),
      world.create(d),
    ]);
    expect(report.results).toMatchObject([
      { outcome: 'rolled-back', error: { code: 'launchctl/134' } },
      {
        outcome: 'skipped',
        error: { code: 'dependency/failed', message: expect.stringContaining('which failed') },
      },
      {
        outcome: 'skipped',
        error: { code: 'dependency/failed', message: expect.stringContaining('not begun either') },
      },
      { outcome: 'applied' },
    ]);
    expect(existsSync(world.path(b))).toBe(false);
  });

  it('goes on after what was only blocked or put off', async () => {
    const world = createWorld();
    const blocked = { code: 'held', message: 'It is held.', hint: 'Start it.' };
    const report = await world.apply([
      world.create(a, { blocked, actions: [] }),
      world.create(b, { after: [a] }),
    ]);
    expect(report.results.map(({ outcome }) => outcome)).toEqual(['skipped', 'applied']);
  });

  it('does not wait for ever in a circle, nor for a label that is not there', async () => {
    const world = createWorld();
    const report = await world.apply([
      world.create(a, { after: [b, a] }),
      world.create(b, { after: [a, 'com.example.none'] }),
    ]);
    expect(report.results.map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
  });

  it('stops at the first failure when asked to', async () => {
    const world = createWorld();
    world.launchctl.rules.push({ call: `bootstrap ${GUI} ${world.path(a)}`, answer: { code: 134 } });
    const report = await world.apply([world.create(a), world.create(b)], { failFast: true });
    expect(report.results[1]).toMatchObject({ outcome: 'skipped', error: { code: 'apply/stopped' } });
  });

  it('interrupted, finishes the job in hand and leaves the others', async () => {
    const world = createWorld();
    const stop = new AbortController();
    world.install(a);
    world.launchctl.rules.push({
      call: 'bootout',
      times: 1,
      answer: {},
      effect: 'after',
      meanwhile: () => stop.abort(),
    });
    const report = await world.apply([world.update(a), world.create(b)], {
      signal: stop.signal,
      settleMs: 2_000,
    });
    expect(report).toMatchObject({
      interrupted: true,
      results: [{ outcome: 'applied' }, { outcome: 'skipped', error: { code: 'apply/interrupted' } }],
    });
    expect(existsSync(world.path(b))).toBe(false);
  });
});
