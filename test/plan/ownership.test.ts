import { describe, expect, it } from 'vitest';
import { ReconcileError } from '../../src/model/errors.ts';
import { planChanges } from '../../src/plan/plan.ts';
import { changeFor, gist, planFor, worldOf } from '../support/scene.ts';
import { simulatePlan } from '../support/simulate.ts';
import { EMPTY_WORLD, job, OPTIONS, observeWorld, PLACES, plistOf, type World } from '../support/world.ts';

const web = job('web');
const db = job('db');
const OTHER = '/Users/ada/other/reconcile.yaml';
const OLD = plistOf(web.label, { RunAtLoad: true, StartInterval: 60 });

function refusal(run: () => unknown): ReconcileError {
  try {
    run();
  } catch (error) {
    if (error instanceof ReconcileError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('what belongs to others', () => {
  it('a label that the ledger gives to another stack is blocked, whatever is said', () => {
    const scene = { entry: { stack: 'others', source: OTHER } };
    for (const over of [{}, { adopt: true }, { takeOverStack: true }]) {
      const change = changeFor(web, scene, over);
      expect(gist(change)).toMatchObject({ blocked: 'job/other-stack', actions: '' });
      expect(change.blocked?.message).toContain(OTHER);
    }
  });

  it('a plist with another stack’s marker is foreign, and its stack is named', () => {
    const change = changeFor(web, { applied: null, marker: 'others' });
    expect(change.blocked).toMatchObject({ code: 'job/foreign' });
    expect(change.blocked?.message).toContain('“others”');
    expect(gist(changeFor(web, { applied: null, marker: 'others' }, { adopt: true })).actions).toBe('record');
  });

  it('a symbolic link is never ours, even if the ledger says so', () => {
    for (const scene of [{ symlink: true }, { symlink: true, applied: null }]) {
      expect(gist(changeFor(web, scene, { adopt: true }))).toMatchObject({
        blocked: 'plist/symlink',
        actions: '',
      });
    }
  });

  it('a file that is no plist is overwritten only when it is ours', () => {
    const text = '<plist><dict><key>Label';
    expect(gist(changeFor(web, { text, loaded: null }))).toMatchObject({
      op: 'update',
      reasons: 'drifted not-loaded',
    });
    const foreign = changeFor(web, { text, loaded: null, applied: null }, { adopt: true });
    expect(foreign.blocked?.code).toBe('plist/unreadable');
    expect(foreign.blocked?.message).toMatch(/line 1/);
  });

  it('a plist that may not be read is not shown as if nothing were in it', () => {
    const observed = observeWorld(worldOf(web, {}), [web]);
    const plists = observed.plists.map((plist) => ({
      ...plist,
      hash: null,
      plist: null,
      problem: { message: 'permission is denied', line: null, column: null },
    }));
    const [change] = planChanges([web], { ...observed, plists }, OPTIONS).changes;
    expect(change).toMatchObject({ blocked: { code: 'plist/unreadable' }, fields: [], actions: [] });
  });

  it('the labels of macOS are refused', () => {
    const apple = job('finder', {}, { label: 'com.apple.finder' });
    expect(gist(changeFor(apple, {}, { adopt: true }))).toMatchObject({
      blocked: 'label/reserved',
      actions: '',
    });
    const owned = worldOf(apple, {});
    expect(planFor([], owned, { allowEmpty: true }).changes[0]).toMatchObject({
      blocked: { code: 'label/reserved' },
    });
  });

  it('the same Label in another file or domain blocks a change, and is told about a job that matches', () => {
    const copy = `${PLACES.globalAgents}/copy.plist`;
    const world = worldOf(web, {});
    const file = world.files[web.path];
    const inFile: World = {
      ...world,
      files: { ...world.files, ...(file === undefined ? {} : { [copy]: file }) },
    };
    const matching = planFor([web], inFile);
    expect(gist(matching.changes[0] as never)).toMatchObject({
      op: 'noop',
      reasons: 'duplicate',
      blocked: null,
    });
    expect(matching.diagnostics).toMatchObject([{ code: 'job/duplicate', severity: 'warning' }]);
    expect(matching.diagnostics[0]?.message).toContain(copy);
    const inDomain: World = {
      ...EMPTY_WORLD,
      loaded: { [`system/${web.label}`]: { plist: web.plist, path: '/x.plist', pid: 3 } },
    };
    expect(gist(changeFor(web, { loaded: null }, {}, inDomain))).toMatchObject({
      op: 'load',
      reasons: 'not-loaded duplicate',
      blocked: 'job/duplicate',
    });
  });
});

describe('a lost ledger', () => {
  it('is rebuilt from the markers: recorded, not restarted, no --adopt needed', () => {
    const change = changeFor(web, { applied: null, marker: OPTIONS.stack });
    expect(gist(change)).toMatchObject({
      op: 'adopt',
      reasons: 'foreign',
      blocked: null,
      actions: 'record',
      restarts: false,
    });
    expect(change.actions[0]).toMatchObject({ entry: { adopted: false, instance: 'web' } });
  });

  it('still deletes what is marked as ours and no longer declared', () => {
    const world = worldOf(web, { applied: null, marker: OPTIONS.stack });
    const plan = planFor([db], worldOf(db, {}, world));
    expect(plan.changes.map(gist)).toMatchObject([
      { op: 'noop' },
      { op: 'delete', reasons: 'removed', actions: 'bootout await-gone remove-plist forget' },
    ]);
  });

  it('never deletes a copy that somebody made of a plist of ours under another Label', () => {
    const copy = job('web', {}, { label: 'com.example.copy' });
    const both = worldOf(
      copy,
      { applied: null, marker: OPTIONS.stack },
      worldOf(web, { marker: OPTIONS.stack }),
    );
    expect(planFor([web], both).changes.map((change) => change.label)).toEqual([web.label]);
    const orphans = worldOf(
      copy,
      { applied: null, marker: OPTIONS.stack },
      worldOf(web, { applied: null, marker: OPTIONS.stack }),
    );
    expect(planFor([], orphans, { allowEmpty: true }).changes).toEqual([]);
  });

  it('of root that may not be read is no reason to record system jobs again', () => {
    const daemon = job('exporter', {}, { domain: 'system' });
    const world = { ...worldOf(daemon, { applied: null, marker: OPTIONS.stack }), systemHidden: true };
    expect(planFor([daemon], world).changes.map(gist)).toMatchObject([{ op: 'noop', actions: '' }]);
  });
});

describe('a stack', () => {
  it('that was applied from another file stops', () => {
    const world = worldOf(web, { entry: { source: OTHER } });
    const error = refusal(() => planFor([web], world));
    expect([error.code, error.exitCode]).toEqual(['stack/name-taken', 1]);
    expect(error.message).toContain(OTHER);
    expect(error.hint).toContain('--take-over-stack');
  });

  it('leaves its jobs behind when the file gives it another name, and says so, and how to mend it', () => {
    const scene = { entry: { stack: 'former', source: OPTIONS.source } };
    const left = worldOf(db, scene, worldOf(web, scene));
    const { diagnostics, changes } = planFor([web], left);
    expect(diagnostics).toMatchObject([
      {
        code: 'stack/renamed',
        severity: 'warning',
        file: OPTIONS.source,
        message: expect.stringContaining(`${db.label}, ${web.label}`),
        hint: expect.stringContaining('`name: former`'),
      },
    ]);
    expect(changes[0]?.blocked?.hint).toContain('`name: former`');
    // Another file’s stack is none of this one’s past, and standard input may be anybody’s.
    const others = worldOf(db, { entry: { stack: 'others', source: OTHER } });
    expect(planFor([web], others).diagnostics).toEqual([]);
    const blocked = changeFor(web, { entry: { stack: 'others', source: OTHER } }).blocked;
    expect(blocked?.hint).toContain(`\`reconcile forget ${web.label} --file ${OTHER}\``);
    const piped = worldOf(db, { entry: { stack: 'former', source: '<stdin>' } });
    expect(planFor([web], piped, { source: '<stdin>' }).diagnostics).toEqual([]);
  });

  it('is taken over on request: every job is recorded anew, none restarted; then it is ours', () => {
    const scene = { entry: { source: OTHER } };
    const world = worldOf(db, scene, worldOf(web, scene));
    const plan = planFor([web, db], world, { takeOverStack: true });
    expect(plan.changes.map(gist)).toMatchObject([
      { op: 'adopt', reasons: 'other-stack', actions: 'record' },
      { op: 'adopt', reasons: 'other-stack', actions: 'record' },
    ]);
    const after = simulatePlan(world, { ...plan, changes: plan.changes.slice(0, 1) });
    expect(planFor([web, db], after).changes.map(gist)).toMatchObject([{ op: 'noop' }, { op: 'adopt' }]);
  });
});

describe('what is no longer declared', () => {
  const world = worldOf(db, {}, worldOf(web, {}));

  it('is deleted, the last one too', () => {
    expect(planFor([db], world).changes.map(gist)).toMatchObject([
      { op: 'noop' },
      { op: 'delete', reasons: 'removed', actions: 'bootout await-gone remove-plist forget' },
    ]);
    expect(simulatePlan(world, planFor([], world))).toMatchObject({ files: {}, loaded: {}, ledger: [] });
  });

  it('stays with --no-prune, and when the file declares no instances at all', () => {
    for (const over of [{ prune: false }, { declaresInstances: false }]) {
      expect(planFor([], world, over).changes.map(gist)).toMatchObject([
        { op: 'noop', reasons: 'removed', actions: '' },
        { op: 'noop', reasons: 'removed', actions: '' },
      ]);
    }
    expect(
      planFor([], world, { declaresInstances: false, allowEmpty: true }).changes.map(({ op }) => op),
    ).toEqual(['delete', 'delete']);
  });

  it('shows that its plist was edited, and is still deleted', () => {
    const edited = worldOf(web, { file: OLD });
    expect(planFor([], edited, {}).changes.map(gist)).toMatchObject([
      { op: 'delete', reasons: 'removed drifted' },
    ]);
  });

  it('is left when somebody replaced its file by another job’s, or by a link', () => {
    const replaced = worldOf(web, { file: plistOf('com.example.theirs') });
    expect(planFor([], replaced).changes).toMatchObject([
      { op: 'delete', blocked: { code: 'plist/foreign' }, actions: [] },
    ]);
    expect(planFor([], worldOf(web, { symlink: true })).changes).toMatchObject([
      { blocked: { code: 'plist/symlink' }, actions: [] },
    ]);
  });

  it('leaves what the ledger says is ours, but is neither a plist nor where ours would be', () => {
    const path = '/private/etc/hosts';
    const world = worldOf(web, { file: null, entry: { path } });
    const hosts = { text: '127.0.0.1 localhost\n', mode: 0o644, version: 9 };
    const wrong = { ...world, files: { ...world.files, [path]: hosts } };
    for (const jobs of [[], [web]]) {
      expect(planFor(jobs, wrong).changes).toMatchObject([
        { blocked: { code: 'plist/foreign' }, actions: [] },
      ]);
    }
    const broken = worldOf(web, { text: '<plist' });
    expect(planFor([], broken).changes).toMatchObject([{ op: 'delete', blocked: null }]);
  });

  it('without plist or process only leaves the ledger', () => {
    expect(planFor([], worldOf(web, { file: null, loaded: null })).changes.map(gist)).toMatchObject([
      { op: 'delete', actions: 'forget' },
    ]);
  });

  it('of other stacks is none of our business', () => {
    expect(planFor([], worldOf(web, { entry: { stack: 'others' } })).changes).toEqual([]);
  });

  it('waits when its state cannot be read', () => {
    expect(planFor([], worldOf(web, { garbled: true })).changes.map(gist)).toMatchObject([
      { op: 'delete', reasons: 'removed unknown', blocked: 'job/unknown', actions: '' },
    ]);
  });
});

describe('an excluded instance', () => {
  it('is neither created nor deleted, under its old label neither', () => {
    const away = job('web', {}, { excluded: true });
    expect(planFor([away], EMPTY_WORLD).changes.map(gist)).toMatchObject([
      { op: 'noop', reasons: 'excluded' },
    ]);
    expect(planFor([away], worldOf(web, { file: OLD })).changes.map(gist)).toMatchObject([
      { op: 'noop', reasons: 'excluded' },
    ]);
    const relabelled = job('web', {}, { excluded: true, label: 'local.other.web' });
    expect(planFor([relabelled], worldOf(web, {})).changes.map(gist)).toMatchObject([
      { op: 'noop', reasons: 'excluded' },
    ]);
  });
});

describe('a held job', () => {
  const scene = { loaded: null, entry: { held: true } } as const;
  it('is left alone until it is released', () => {
    expect(gist(changeFor(web, scene))).toMatchObject({ op: 'noop', reasons: 'held', actions: '' });
    expect(gist(changeFor(web, scene, { releaseHeld: true }))).toMatchObject({
      op: 'load',
      actions: 'bootstrap await-loaded record',
    });
    const started = changeFor(web, { entry: { held: true } }, { releaseHeld: true });
    expect(gist(started)).toMatchObject({ op: 'update', reasons: 'held', actions: 'record' });
    expect(started.actions[0]).toMatchObject({ entry: { held: false } });
  });
  it('that is no longer declared goes like the others', () => {
    expect(planFor([], worldOf(web, scene)).changes.map(gist)).toMatchObject([{ op: 'delete' }]);
  });
});
