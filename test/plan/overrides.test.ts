import { describe, expect, it } from 'vitest';
import { changeFor, gist, planFor, type Scene, worldOf } from '../support/scene.ts';
import { EMPTY_WORLD, job, plistOf } from '../support/world.ts';

const OLD = plistOf('local.tools.web', { RunAtLoad: true, StartInterval: 60 });
const web = (enabled: boolean | null, keys = {}) => job('web', keys, { enabled });

/** Interface §7 on overrides: `enabled` as declared × the override × what is there. */
const ROWS: readonly (readonly [
  name: string,
  enabled: boolean | null,
  scene: Scene,
  op: string,
  reasons: string,
  blocked: string | null,
  actions: string,
])[] = [
  ['unset, disabled outside, loaded and equal', null, { override: true }, 'noop', 'disabled', null, ''],
  [
    'unset, disabled outside, not loaded',
    null,
    { override: true, loaded: null },
    'load',
    'not-loaded disabled',
    'job/disabled',
    '',
  ],
  [
    'unset, disabled outside, to be reloaded',
    null,
    { override: true, loaded: OLD },
    'reload',
    'stale disabled',
    'job/disabled',
    '',
  ],
  [
    'unset, disabled outside, to be created',
    null,
    { override: true, file: null, loaded: null, applied: null },
    'create',
    'missing disabled',
    'job/disabled',
    '',
  ],
  [
    'unset, disabled outside, only to be written',
    null,
    { override: true, file: OLD },
    'update',
    'drifted disabled',
    null,
    'write-plist record',
  ],
  ['unset, enabled outside', null, { override: false }, 'noop', '', null, ''],
  [
    'true, disabled outside, loaded and equal',
    true,
    { override: true },
    'update',
    'enabled',
    null,
    'enable record',
  ],
  [
    'true, disabled outside, not loaded',
    true,
    { override: true, loaded: null },
    'load',
    'not-loaded enabled',
    null,
    'enable bootstrap await-loaded record',
  ],
  [
    'true, disabled outside, created',
    true,
    { override: true, file: null, loaded: null, applied: null },
    'create',
    'missing enabled',
    null,
    'write-plist enable bootstrap await-loaded record',
  ],
  ['true, not disabled', true, {}, 'noop', '', null, ''],
  [
    'true, no override, created: no enable is sent',
    true,
    { file: null, loaded: null, applied: null },
    'create',
    'missing',
    null,
    'write-plist bootstrap await-loaded record',
  ],
  ['false, loaded', false, {}, 'update', 'enabled', null, 'disable bootout await-gone record'],
  [
    'false, loaded, disabled already',
    false,
    { override: true },
    'update',
    'enabled',
    null,
    'bootout await-gone record',
  ],
  ['false, not loaded, not disabled', false, { loaded: null }, 'update', 'enabled', null, 'disable record'],
  ['false, not loaded, disabled', false, { loaded: null, override: true }, 'noop', '', null, ''],
  [
    'false, created',
    false,
    { file: null, loaded: null, applied: null },
    'create',
    'missing enabled',
    null,
    'write-plist disable record',
  ],
  [
    'false, loaded and old',
    false,
    { loaded: OLD },
    'update',
    'enabled',
    null,
    'disable bootout await-gone record',
  ],
  [
    'false, plist differs',
    false,
    { file: OLD, loaded: null, override: true },
    'update',
    'drifted',
    null,
    'write-plist record',
  ],
];

describe('overrides', () => {
  it.each(ROWS)('enabled %s', (_name, enabled, scene, op, reasons, blocked, actions) => {
    const change = changeFor(web(enabled), scene);
    expect(gist(change)).toMatchObject({ op, reasons, blocked, actions });
    if (enabled !== null || blocked !== null) expect(change.restarts).toBe(false);
  });

  it('warns about an outside disable that it respects, at the place of the instance', () => {
    const given = web(null);
    const { diagnostics } = planFor([given], worldOf(given, { override: true }));
    expect(diagnostics).toMatchObject([{ code: 'job/disabled', severity: 'warning', line: 4, column: 3 }]);
    expect(diagnostics[0]?.hint).toContain('enabled: true');
  });

  it('leaves a job unloaded whose own plist says Disabled, and loads it when it is declared enabled', () => {
    const keys = { Disabled: true };
    const nothing: Scene = { file: null, loaded: null, applied: null };
    expect(gist(changeFor(web(null, keys), nothing))).toMatchObject({
      op: 'create',
      actions: 'write-plist record',
    });
    expect(gist(changeFor(web(null, keys), { loaded: null }))).toMatchObject({
      op: 'noop',
      reasons: 'disabled',
    });
    expect(gist(changeFor(web(true, keys), nothing)).actions).toBe(
      'write-plist enable bootstrap await-loaded record',
    );
    expect(gist(changeFor(web(null, keys), { loaded: null, override: false }))).toMatchObject({ op: 'load' });
  });

  it('advises to start only what is installed', () => {
    const outside = (scene: Scene): string | undefined =>
      changeFor(web(null), { ...scene, override: true, loaded: null }).blocked?.hint;
    expect(outside({})).toContain('Run `reconcile start web` or declare `enabled: true` to undo it;');
    expect(outside({ file: null, applied: null })).toMatch(/^Declare `enabled: true` to undo it;/);
  });

  it('waits with everything that launchd must be told until its domain is there', () => {
    const away = { ...EMPTY_WORLD, domains: ['user/501', 'system'] as const };
    const nothing: Scene = { file: null, loaded: null, applied: null };
    expect(changeFor(web(null), nothing, {}, away)).toMatchObject({
      op: 'create',
      deferred: 'no-domain',
      starts: false,
    });
    expect(gist(changeFor(web(null), nothing, {}, away)).actions).toBe('write-plist record');
    expect(changeFor(web(null), { loaded: null }, {}, away)).toMatchObject({
      op: 'load',
      deferred: 'no-domain',
      actions: [],
    });
    expect(changeFor(web(false), { loaded: null }, {}, away)).toMatchObject({
      deferred: 'no-domain',
      actions: [],
    });
    expect(gist(changeFor(web(null), { file: OLD, loaded: null }, {}, away))).toMatchObject({
      op: 'update',
      actions: 'write-plist record',
    });
  });
});
