import { describe, expect, it } from 'vitest';
import { type Case, rowsFor } from '../../src/plan/table.ts';
import { changeFor, gist, type Scene } from '../support/scene.ts';
import { job, plistOf } from '../support/world.ts';

const web = job('web', { KeepAlive: true });
const OLD = plistOf(web.label, { RunAtLoad: true, KeepAlive: false });
const RELOAD = 'bootout await-gone bootstrap await-loaded record';
const nobodys = { applied: null, marker: null } as const;

/** Interface §6, one line a row of that page, in its order. */
const ROWS: readonly (readonly [
  name: string,
  scene: Scene,
  adopt: boolean,
  op: string,
  reasons: string,
  blocked: string | null,
  actions: string,
  restarts: boolean,
])[] = [
  [
    'no plist, not loaded, new',
    { file: null, loaded: null, ...nobodys },
    false,
    'create',
    'missing',
    null,
    'write-plist bootstrap await-loaded record',
    false,
  ],
  [
    'no plist, not loaded, ours',
    { file: null, loaded: null },
    false,
    'create',
    'missing',
    null,
    'write-plist bootstrap await-loaded record',
    false,
  ],
  [
    'no plist, loaded from our path with an equal view, ours',
    { file: null },
    false,
    'update',
    'missing',
    null,
    'write-plist record',
    false,
  ],
  [
    'no plist, loaded from our path with another view, ours',
    { file: null, loaded: OLD },
    false,
    'update',
    'missing stale',
    null,
    `write-plist ${RELOAD}`,
    true,
  ],
  [
    'no plist, loaded, not ours',
    { file: null, ...nobodys },
    false,
    'adopt',
    'foreign',
    'job/foreign',
    '',
    false,
  ],
  [
    'no plist, loaded with an equal view, not ours, --adopt',
    { file: null, ...nobodys },
    true,
    'adopt',
    'foreign missing',
    null,
    'write-plist record',
    false,
  ],
  [
    'no plist, loaded with another view, not ours, --adopt',
    { file: null, loaded: OLD, ...nobodys },
    true,
    'update',
    'foreign missing stale',
    null,
    `write-plist ${RELOAD}`,
    true,
  ],
  [
    'plist differs since the declaration changed, loaded as it was',
    { file: OLD, loaded: OLD, applied: OLD },
    false,
    'update',
    'changed',
    null,
    `write-plist ${RELOAD}`,
    true,
  ],
  [
    'plist differs since it was edited, loaded as it is',
    { file: OLD, loaded: OLD },
    false,
    'update',
    'drifted',
    null,
    `write-plist ${RELOAD}`,
    true,
  ],
  [
    'plist differs, but the loaded view equals the declaration',
    { file: OLD },
    false,
    'update',
    'drifted',
    null,
    'write-plist record',
    false,
  ],
  [
    'only the Label of the plist differs, which the loaded job cannot have from it',
    { file: plistOf('local.tools.other', { RunAtLoad: true, KeepAlive: true }) },
    false,
    'update',
    'drifted',
    null,
    'write-plist record',
    false,
  ],
  [
    'plist differs, not loaded',
    { file: OLD, loaded: null, applied: OLD },
    false,
    'update',
    'changed not-loaded',
    null,
    'write-plist bootstrap await-loaded record',
    false,
  ],
  ['plist equal, loaded with another view', { loaded: OLD }, false, 'reload', 'stale', null, RELOAD, true],
  [
    'plist equal, loaded from another path',
    { loadedFrom: '/opt/web.plist' },
    false,
    'reload',
    'stale',
    null,
    RELOAD,
    true,
  ],
  [
    'plist equal, submitted by an app',
    { loadedFrom: '(submitted by smd.337)' },
    false,
    'reload',
    'stale foreign',
    'job/submitted',
    '',
    false,
  ],
  [
    'plist equal, not loaded',
    { loaded: null },
    false,
    'load',
    'not-loaded',
    null,
    'bootstrap await-loaded record',
    false,
  ],
  ['plist equal, loaded and equal', {}, false, 'noop', '', null, '', false],
  ['plist equal, proven', { proven: true }, false, 'noop', '', null, '', false],
  ['plist equal, loaded, not ours', nobodys, false, 'adopt', 'foreign', 'job/foreign', '', false],
  ['plist equal, loaded, not ours, --adopt', nobodys, true, 'adopt', 'foreign', null, 'record', false],
  [
    'plist equal, loaded with another view, not ours, --adopt',
    { loaded: OLD, ...nobodys },
    true,
    'adopt',
    'foreign',
    null,
    'record',
    false,
  ],
  [
    'plist equal, not loaded, not ours, --adopt',
    { loaded: null, ...nobodys },
    true,
    'adopt',
    'foreign not-loaded',
    null,
    'bootstrap await-loaded record',
    false,
  ],
  [
    'plist differs, not ours',
    { file: OLD, loaded: OLD, ...nobodys },
    false,
    'adopt',
    'foreign',
    'job/foreign',
    '',
    false,
  ],
  [
    'plist differs, not ours, --adopt',
    { file: OLD, loaded: OLD, ...nobodys },
    true,
    'update',
    'foreign changed',
    null,
    `write-plist ${RELOAD}`,
    true,
  ],
  [
    'the answer cannot be read, plist equal',
    { garbled: true },
    false,
    'noop',
    'unknown',
    'job/unknown',
    '',
    false,
  ],
  [
    'the answer cannot be read, plist differs',
    { file: OLD, garbled: true },
    false,
    'update',
    'drifted unknown',
    'job/unknown',
    '',
    false,
  ],
  [
    'the answer cannot be read, no plist',
    { file: null, garbled: true },
    false,
    'create',
    'missing unknown',
    'job/unknown',
    '',
    false,
  ],
];

describe('the table of interface §6', () => {
  it.each(ROWS)('%s', (_name, scene, adopt, op, reasons, blocked, actions, restarts) => {
    expect(gist(changeFor(web, scene, { adopt }))).toEqual({ op, reasons, blocked, actions, restarts });
  });

  it('has exactly one row for every case', () => {
    const cases = (['none', 'equal', 'differs'] as const).flatMap((file) =>
      (['no', 'equal', 'other'] as const).flatMap((loaded) =>
        (['ours', 'adopting', 'foreign'] as const).map((owner): Case => ({ file, loaded, owner })),
      ),
    );
    expect(cases.filter((each) => rowsFor(each).length !== 1)).toEqual([]);
  });

  it('counts starts and restarts by what runs now and by what launchd starts at load', () => {
    const idle = job('idle', { RunAtLoad: false, StartInterval: 900 });
    expect(changeFor(idle, { file: null, loaded: null, applied: null })).toMatchObject({
      restarts: false,
      starts: false,
    });
    expect(changeFor(web, { file: null, loaded: null, applied: null })).toMatchObject({
      restarts: false,
      starts: true,
    });
    expect(changeFor(web, { loaded: OLD, pid: null })).toMatchObject({ restarts: false, starts: true });
    expect(changeFor(web, { loaded: OLD, pid: 9 })).toMatchObject({
      restarts: true,
      starts: false,
      stopTimeout: 5,
    });
    expect(changeFor(web, { file: OLD, pid: 9 })).toMatchObject({
      restarts: false,
      starts: false,
      stopTimeout: null,
    });
  });

  it('waits for the old process as long as launchd gives it', () => {
    const slow = plistOf(web.label, { RunAtLoad: true, ExitTimeOut: 45 });
    const gone = changeFor(web, { file: slow, loaded: slow, applied: slow }).actions.find(
      (each) => each.action === 'await-gone',
    );
    expect(gone).toEqual({
      action: 'await-gone',
      domain: 'gui/501',
      label: web.label,
      pid: 77,
      exitTimeout: 45,
    });
  });
});

describe('a key that print does not show', () => {
  const nice = job('nice', { Nice: 5 });
  const without = plistOf(nice.label, { RunAtLoad: true });
  it('is taken for old in launchd when it is old on disk: the job restarts', () => {
    expect(gist(changeFor(nice, { file: without, loaded: without, applied: without }))).toMatchObject({
      op: 'update',
      restarts: true,
    });
  });
  it('is taken for loaded when the plist is equal and the rest of the view is', () => {
    expect(gist(changeFor(nice, {}))).toMatchObject({ op: 'noop' });
  });
});
