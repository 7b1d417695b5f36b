import { describe, expect, it } from 'vitest';
import { gist, planFor, worldOf } from '../support/scene.ts';
import { simulatePlan } from '../support/simulate.ts';
import { EMPTY_WORLD, job, PLACES, plistOf } from '../support/world.ts';

const old = job('web', {}, { label: 'com.example.old-web' });
const web = job('web');
const moved = [{ from: old.label, to: 'web' }];

describe('a job that gets another label', () => {
  it('moves in one line: old out first, then new in', () => {
    const world = worldOf(old, {});
    const plan = planFor([web], world, { moved });
    expect(plan.changes.map(gist)).toEqual([
      {
        op: 'move',
        reasons: 'renamed',
        blocked: null,
        actions: 'bootout await-gone remove-plist write-plist bootstrap await-loaded record forget',
        restarts: true,
      },
    ]);
    expect(plan.changes[0]?.actions.slice(0, 3).map((action) => 'label' in action && action.label)).toEqual([
      old.label,
      old.label,
      false,
    ]);
    expect(plan.changes[0]?.fields.map((field) => field.path)).toEqual([['Label'], ['ProgramArguments']]);
    const after = simulatePlan(world, plan);
    expect(after.ledger.map((entry) => entry.label)).toEqual([web.label]);
    expect(planFor([web], after, { moved }).changes.map(gist)).toMatchObject([{ op: 'noop' }]);
  });

  it('is targeted by its old name, too', () => {
    const world = worldOf(old, {});
    const ops = (target: string) =>
      planFor([web, job('db')], world, { moved, targets: [target] }).changes.map(({ op }) => op);
    expect(ops(old.label)).toEqual(['move']);
    expect(ops(web.label)).toEqual(['move']);
    expect(ops('*.db')).toEqual(['create']);
    expect(() => ops('nobody')).toThrow('--target nobody matches no instance and no label.');
  });

  it('goes and comes without `moved`, the old one first', () => {
    const plan = planFor([web], worldOf(old, {}));
    expect(plan.changes.map(({ op, label, after }) => ({ op, label, after }))).toEqual([
      { op: 'delete', label: old.label, after: [] },
      { op: 'create', label: web.label, after: [old.label] },
    ]);
  });

  it('is nothing special when there is no such job, or when it moved before', () => {
    expect(planFor([web], EMPTY_WORLD, { moved }).changes.map(({ op }) => op)).toEqual(['create']);
    const both = worldOf(web, {}, worldOf(old, {}));
    expect(planFor([web], both, { moved }).changes.map(({ op }) => op)).toEqual(['delete', 'noop']);
  });

  it('stays where it is while held, or while its old state cannot be read', () => {
    const held = planFor([web], worldOf(old, { loaded: null, entry: { held: true } }), { moved });
    expect(held.changes.map(gist)).toMatchObject([{ op: 'noop', reasons: 'held', actions: '' }]);
    const unknown = planFor([web], worldOf(old, { garbled: true }), { moved });
    expect(unknown.changes.map(gist)).toMatchObject([{ op: 'move', blocked: 'job/unknown', actions: '' }]);
  });

  it('is not started under its new name when it was disabled under the old one', () => {
    const world = worldOf(old, { loaded: null, override: true });
    expect(planFor([web], world, { moved }).changes.map(gist)).toMatchObject([
      { op: 'move', blocked: 'job/disabled' },
    ]);
    const enabled = job('web', {}, { enabled: true });
    expect(planFor([enabled], world, { moved }).changes.map(gist)).toMatchObject([
      { op: 'move', blocked: null },
    ]);
  });
});

describe('a job that gets another domain or folder', () => {
  it('moves from gui to user within one file', () => {
    const user = job('web', { LimitLoadToSessionType: 'Background' }, { domain: 'user/501' });
    const plan = planFor([user], worldOf(web, {}));
    expect(plan.changes.map(gist)).toMatchObject([
      {
        op: 'move',
        reasons: 'wrong-domain changed',
        actions: 'bootout await-gone write-plist bootstrap await-loaded record forget',
        restarts: true,
      },
    ]);
    const after = simulatePlan(worldOf(web, {}), plan);
    expect(Object.keys(after.loaded)).toEqual(['user/501/local.tools.web']);
    expect(planFor([user], after).changes.map(gist)).toMatchObject([{ op: 'noop' }]);
  });

  it('to a daemon needs root: nothing is done without, all of it with', () => {
    const daemon = job('web', {}, { domain: 'system' });
    expect(planFor([daemon], worldOf(web, {})).changes).toMatchObject([
      { op: 'move', deferred: 'needs-root' },
    ]);
    const world = { ...worldOf(web, {}), isRoot: true };
    const plan = planFor([daemon], world);
    expect(plan.changes[0]?.deferred).toBeNull();
    expect(Object.keys(simulatePlan(world, plan).files)).toEqual([daemon.path]);
  });

  it('for all users stays in its domain, and leaves its old folder', () => {
    const forAll = job(
      'web',
      {},
      { placement: 'all-users', path: `${PLACES.globalAgents}/local.tools.web.plist` },
    );
    const world = { ...worldOf(web, {}), isRoot: true };
    const plan = planFor([forAll], world);
    expect(plan.changes.map(gist)).toMatchObject([
      {
        op: 'move',
        reasons: 'wrong-domain',
        actions: 'bootout await-gone remove-plist forget write-plist bootstrap await-loaded record',
      },
    ]);
    const after = simulatePlan(world, plan);
    expect(planFor([forAll], after).changes.map(gist)).toMatchObject([{ op: 'noop' }]);
  });
});

describe('choosing', () => {
  const world = worldOf(job('db'), {}, worldOf(web, { file: plistOf(web.label) }));
  it('plans, deletes and counts only what is targeted, owned jobs too', () => {
    expect(planFor([web], world, { targets: ['we?'] }).changes.map(({ op }) => op)).toEqual(['update']);
    expect(planFor([web], world, { targets: ['local.tools.d*'] }).changes.map(({ op }) => op)).toEqual([
      'delete',
    ]);
    expect(() => planFor([web], world, { targets: ['nothing'] })).toThrow(/--target nothing matches no/);
  });
  it('replaces on request what would not change, once', () => {
    const plan = planFor([web], worldOf(web, {}), { replace: ['web'] });
    expect(plan.changes.map(gist)).toMatchObject([
      {
        op: 'reload',
        reasons: 'replaced',
        actions: 'bootout await-gone bootstrap await-loaded record',
        restarts: true,
      },
    ]);
    expect(() => planFor([web], world, { replace: ['db'] })).toThrow(/--replace db matches no/);
  });
  it('orders by depends_on, as far as it is in the plan', () => {
    const front = job('front', {}, { after: ['local.tools.web', 'local.tools.gone'] });
    expect(planFor([front, web], EMPTY_WORLD).changes.map(({ label, after }) => [label, after])).toEqual([
      ['local.tools.front', ['local.tools.web']],
      ['local.tools.web', []],
    ]);
  });
});

describe('files and folders', () => {
  it('corrects a plist that others may write, and keeps a stricter mode', () => {
    const open = planFor([web], worldOf(web, { mode: 0o664 })).changes[0];
    expect(gist(open as never)).toMatchObject({
      op: 'update',
      reasons: 'mode',
      actions: 'set-mode record',
      restarts: false,
    });
    expect(open?.actions[0]).toMatchObject({ mode: 0o644 });
    expect(planFor([web], worldOf(web, { mode: 0o600 })).changes[0]?.op).toBe('noop');
    const strict = planFor([web], worldOf(web, { mode: 0o600, file: plistOf(web.label) })).changes[0];
    expect(strict?.actions[0]).toMatchObject({ action: 'write-plist', mode: 0o600 });
    expect(planFor([web], EMPTY_WORLD).changes[0]?.actions[0]).toMatchObject({
      action: 'write-plist',
      mode: 0o644,
      expect: null,
    });
  });

  it('makes the folders that are missing, first', () => {
    const logging = job('web', {}, { folders: ['/Users/ada/Library/Logs/b', '/Users/ada/Library/Logs/a'] });
    const plan = planFor([logging], { ...EMPTY_WORLD, folders: ['/Users/ada/Library/Logs/b'] });
    expect(plan.changes[0]?.actions.slice(0, 3)).toMatchObject([
      { action: 'make-folder', path: PLACES.userAgents, mode: 0o755 },
      { action: 'make-folder', path: '/Users/ada/Library/Logs/a' },
      { action: 'write-plist' },
    ]);
  });
});
