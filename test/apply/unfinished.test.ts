import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPlan } from '../../src/apply/apply.ts';
import type { Action, Change, Plan } from '../../src/model/plan.ts';
import { createWorld, GUI, plistText, type World } from '../support/apply-world.ts';

const A = 'com.example.a';

/** Carries a change out until it is about to call this verb of launchctl, and no further. */
async function endBefore(world: World, change: Change, verb: string): Promise<void> {
  const { call } = world.launchctl;
  await new Promise<void>((reached) => {
    world.launchctl.call = async (args, options) => {
      if (args[0] !== verb) return call(args, options);
      reached();
      return new Promise(() => {});
    };
    void world.apply([change]);
  });
  world.launchctl.call = call;
}

/** What a plan would hold once the file is written and the job is out. */
function loadOf(world: World): Change {
  const { actions } = world.update(A);
  return world.update(A, { op: 'load', actions: actions.filter(({ action }) => isOfLoading(action)) });
}

const isOfLoading = (action: Action['action']): boolean =>
  action === 'bootstrap' || action === 'await-loaded' || action === 'record';

function refuseNew(world: World): void {
  const { call } = world.launchctl;
  world.launchctl.call = async (args, options) => {
    const isNew = args[0] === 'bootstrap' && readFileSync(args.at(-1) ?? '', 'utf8').includes('new');
    return isNew ? { code: 134, stdout: '', stderr: '', timedOut: false } : call(args, options);
  };
}

const journal = (world: World): readonly string[] => readdirSync(join(world.folder, 'state/journal'));

describe('the journal', () => {
  it('knows of a change before its first effect, with what was there, and only for us to read', async () => {
    const world = createWorld();
    const former = world.install(A, { mode: 0o600 });
    const update = world.update(A);
    await endBefore(world, update, 'bootout');
    const [entry, ...rest] = await world.ports.journal.read();
    expect(rest).toEqual([]);
    expect(entry).toMatchObject({ stack: 'test', label: A, domain: GUI, plist: world.path(A) });
    const file = entry?.former.files[world.path(A)];
    expect(Buffer.from(file?.base64 ?? '', 'base64').toString()).toBe(former);
    expect(file?.mode).toBe(0o600);
    expect(entry?.intent).toMatchObject({ out: [`${GUI}/${A}`], loads: { [`${GUI}/${A}`]: world.path(A) } });
    const folder = join(world.folder, 'state/journal');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(journal(world).map((name) => statSync(join(folder, name)).mode & 0o777)).toEqual([0o600]);
  });

  it.each(['applied', 'rolled-back'])('knows nothing of it any more when it was %s', async (outcome) => {
    const world = createWorld();
    world.install(A);
    if (outcome === 'rolled-back') refuseNew(world);
    expect((await world.apply([world.update(A)])).results[0]?.outcome).toBe(outcome);
    expect(journal(world)).toEqual([]);
  });

  it('knows of a job that is taken out to be held until that is recorded', async () => {
    const world = createWorld();
    world.install(A);
    const at = '2026-01-02T03:04:05.000Z';
    const gaveUp = { at, after: 1, within: 60, exits: [{ code: 1 }], seconds: 0 };
    const { actions } = world.update(A);
    const given = actions.flatMap((action): Action[] =>
      action.action === 'record'
        ? [{ ...action, entry: { ...action.entry, held: true, proof: null, gaveUp } }]
        : action.action === 'bootout' || action.action === 'await-gone'
          ? [action]
          : [],
    );
    const change = world.update(A, { actions: given });
    const { ledger } = world.ports;
    const full = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    const ports = { ...world.ports, ledger: { ...ledger, record: () => Promise.reject(full) } };
    const plan: Plan = { stack: 'test', launchd: 'system', changes: [change], diagnostics: [] };
    const stuck = await applyPlan(plan, ports, () => {});
    expect(stuck.results[0]?.outcome).toBe('failed');
    const [entry] = await world.ports.journal.read();
    expect(entry?.intent).toMatchObject({ out: [world.target(A)], holds: { [world.target(A)]: gaveUp } });
    const done = await world.apply([world.update(A, { actions: given.slice(-1) })]);
    expect(done.results[0]?.outcome).toBe('applied');
    expect((await ledger.read()).entries).toMatchObject([{ label: A, held: true, gaveUp }]);
    expect(journal(world)).toEqual([]);
  });

  it('is not written for what leaves nothing half done', async () => {
    const world = createWorld();
    world.install(A);
    const kick: Action = { action: 'kickstart', domain: GUI, label: A, kill: false };
    const { actions } = world.update(A);
    const report = await world.apply([world.update(A, { actions: [kick, ...actions.slice(-2)] })]);
    expect(report.results[0]?.outcome).toBe('applied');
    expect(readdirSync(join(world.folder, 'state'))).toEqual(['ledger.json']);
  });

  it('lets go of what was begun without effect and is not planned any more', async () => {
    const world = createWorld();
    const path = world.path(A);
    const none = { files: { [path]: null }, services: {}, disabled: {} };
    const intent = { files: { [path]: 'a'.repeat(64) }, modes: [], overrides: [], out: [], loads: {} };
    const entry = { stack: 'test', label: A, domain: GUI, plist: path, former: none, intent };
    await world.ports.journal.begin(entry);
    await world.ports.journal.begin({ ...entry, stack: 'other', label: 'com.example.theirs' });
    await world.apply([]);
    expect((await world.ports.journal.read()).map(({ stack }) => stack)).toEqual(['other']);
  });
});

describe('a change that a killed run left half done', () => {
  it('between bootout and bootstrap: a refused reload leads back to the very first state', async () => {
    const world = createWorld();
    const former = world.install(A, { mode: 0o600 });
    await endBefore(world, world.update(A), 'bootstrap');
    expect(world.launchctl.jobs.size).toBe(0);
    expect(world.text(A)).toBe(plistText(A, 'new'));
    refuseNew(world);
    const report = await world.apply([loadOf(world)]);
    expect(report.results[0]).toMatchObject({ outcome: 'rolled-back', error: { code: 'launchctl/134' } });
    expect(world.text(A)).toBe(former);
    expect(world.mode(A)).toBe(0o600);
    expect(world.launchctl.jobs.get(world.target(A))).toMatchObject({
      state: 'running',
      path: world.path(A),
    });
    expect(journal(world)).toEqual([]);
  });

  it('is finished, with one start', async () => {
    const world = createWorld();
    world.install(A);
    await endBefore(world, world.update(A), 'bootstrap');
    const report = await world.apply([loadOf(world)]);
    expect(report.results[0]?.outcome).toBe('applied');
    expect(world.launchctl.jobs.get(world.target(A))?.pid).toBe(1001);
    expect(journal(world)).toEqual([]);
  });

  it('a first install: refused after all, the plist is gone', async () => {
    const world = createWorld();
    await endBefore(world, world.create(A), 'bootstrap');
    refuseNew(world);
    const report = await world.apply([loadOf(world)]);
    expect(report.results[0]?.outcome).toBe('rolled-back');
    expect(world.text(A)).toBeNull();
    expect(journal(world)).toEqual([]);
  });

  it('an enable of the killed run is undone by the roll-back of the next', async () => {
    const world = createWorld();
    world.launchctl.disabled.set(world.target(A), true);
    const create = world.create(A);
    const enable: Action = { action: 'enable', domain: GUI, label: A };
    const [write, ...rest] = create.actions;
    await endBefore(world, { ...create, actions: [...(write ? [write] : []), enable, ...rest] }, 'bootstrap');
    expect(world.launchctl.disabled.get(world.target(A))).toBe(false);
    refuseNew(world);
    await world.apply([loadOf(world)]);
    expect(world.launchctl.disabled.get(world.target(A))).toBe(true);
    expect(world.text(A)).toBeNull();
  });

  it('killed twice, it still leads back to the first state', async () => {
    const world = createWorld();
    const former = world.install(A);
    await endBefore(world, world.update(A), 'bootstrap');
    await endBefore(world, loadOf(world), 'bootstrap');
    refuseNew(world);
    expect((await world.apply([loadOf(world)])).results[0]?.outcome).toBe('rolled-back');
    expect(world.text(A)).toBe(former);
    expect(world.launchctl.jobs.has(world.target(A))).toBe(true);
  });

  it('what somebody wrote since is theirs: the roll-back gives that back', async () => {
    const world = createWorld();
    world.install(A);
    await endBefore(world, world.update(A), 'bootstrap');
    const theirs = plistText(A, 'theirs');
    writeFileSync(world.path(A), theirs);
    refuseNew(world);
    const { actions } = world.update(A);
    const again = actions.filter(({ action }) => action === 'write-plist' || isOfLoading(action));
    await world.apply([world.update(A, { actions: again })]);
    expect(world.text(A)).toBe(theirs);
  });

  it('a first install that came as far as being loaded is a state to go back to', async () => {
    const world = createWorld();
    const { call } = world.launchctl;
    await new Promise<void>((reached) => {
      world.launchctl.call = async (args, options) => {
        const answer = await call(args, options);
        if (args[0] !== 'bootstrap') return answer;
        reached();
        return new Promise(() => {});
      };
      void world.apply([world.create(A)]);
    });
    world.launchctl.call = call;
    const installed = world.text(A);
    const update = world.update(A);
    const actions = update.actions.map((action) =>
      action.action === 'write-plist' ? { ...action, content: plistText(A, 'newer') } : action,
    );
    world.launchctl.rules.push({ call: 'bootstrap', times: 1, answer: { code: 134 } });
    expect((await world.apply([{ ...update, actions }])).results[0]?.outcome).toBe('rolled-back');
    expect(world.text(A)).toBe(installed);
    expect(world.launchctl.jobs.has(world.target(A))).toBe(true);
  });

  it('stays in the journal when the roll-back failed, and the next one still knows the way', async () => {
    const world = createWorld();
    const former = world.install(A);
    world.launchctl.rules.push({ call: 'bootstrap', times: 2, answer: { code: 134 } });
    expect((await world.apply([world.update(A)])).results[0]?.outcome).toBe('rollback-failed');
    expect(journal(world)).toHaveLength(1);
    expect(world.text(A)).toBe(former);
    refuseNew(world);
    const { actions } = world.update(A);
    const again = actions.filter(({ action }) => action === 'write-plist' || isOfLoading(action));
    expect((await world.apply([world.update(A, { actions: again })])).results[0]?.outcome).toBe(
      'rolled-back',
    );
    expect(world.launchctl.jobs.has(world.target(A))).toBe(true);
    expect(journal(world)).toEqual([]);
  });

  it('is not over while launchd still has the old definition', async () => {
    const world = createWorld();
    world.install(A);
    await endBefore(world, world.update(A), 'bootout');
    const record = world.update(A).actions.slice(-1);
    await world.apply([world.update(A, { op: 'noop', actions: record })]);
    await world.apply([world.update(A, { op: 'noop', actions: [] })]);
    expect(journal(world)).toHaveLength(1);
    world.launchctl.jobs.clear();
    await world.apply([world.update(A, { op: 'noop', actions: [] })]);
    expect(journal(world)).toEqual([]);
  });

  it('gets its former mode back', async () => {
    const world = createWorld();
    world.install(A, { mode: 0o666 });
    const [, ...rest] = world.update(A).actions;
    const setMode: Action = { action: 'set-mode', path: world.path(A), mode: 0o644 };
    await endBefore(world, world.update(A, { actions: [setMode, ...rest] }), 'bootstrap');
    chmodSync(world.path(A), 0o644);
    world.launchctl.rules.push({ call: 'bootstrap', times: 1, answer: { code: 134 } });
    await world.apply([loadOf(world)]);
    expect(world.mode(A)).toBe(0o666);
  });
});
