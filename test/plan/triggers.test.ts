import { describe, expect, it } from 'vitest';
import { wrap } from '../../src/launchd/wrapper.ts';
import type { Job } from '../../src/model/job.ts';
import type { Change } from '../../src/model/plan.ts';
import { planChanges } from '../../src/plan/plan.ts';
import { type Scene, worldOf } from '../support/scene.ts';
import { job, OPTIONS, observeWorld, plistOf } from '../support/world.ts';

const web: Job = { ...job('web'), triggers: ['/etc/a', '/etc/b'] };
const TARGET = `${web.domain}/${web.label}`;
const THEN = { '/etc/a': 'a1', '/etc/b': 'b1' };

function planned(
  now: Readonly<Record<string, string>> | null,
  scene: Scene = {},
  declared: Job = web,
): Change {
  const world = worldOf(declared, { proven: true, ...scene, entry: { triggers: THEN, ...scene.entry } });
  const observed = observeWorld(world, [declared]);
  const triggers = now === null ? {} : { triggers: { [TARGET]: now } };
  const [change] = planChanges([declared], { ...observed, ...triggers }, OPTIONS).changes;
  if (change === undefined) throw new Error('no change');
  return change;
}

const actionsOf = ({ actions }: Change): string => actions.map(({ action }) => action).join(' ');
const recorded = ({ actions }: Change): unknown =>
  actions.flatMap((each) => (each.action === 'record' ? [each.entry.triggers] : []))[0];

describe('files whose changed content restarts a job', () => {
  it('change nothing while they are as they were, or while nobody looked', () => {
    expect(planned(THEN).op).toBe('noop');
    expect(planned(null).op).toBe('noop');
  });

  it('restart a running job once, whatever their number', () => {
    const change = planned({ '/etc/a': 'a2', '/etc/b': 'b2' });
    expect(change).toMatchObject({
      op: 'update',
      reasons: ['trigger'],
      restarts: true,
      starts: false,
      fields: [],
      changedFiles: ['/etc/a', '/etc/b'],
    });
    expect(actionsOf(change)).toBe('kickstart await-loaded record');
    expect(recorded(change)).toEqual({ '/etc/a': 'a2', '/etc/b': 'b2' });
    // Its proof goes on: a restart reads no plist.
    expect(change.actions.at(-1)).toMatchObject({ entry: { proof: { pid: 77 } } });
  });

  it('add nothing to a reload but the reason', () => {
    const old = plistOf(web.label, { RunAtLoad: true, StartInterval: 60 });
    const change = planned(
      { ...THEN, '/etc/a': 'a2' },
      { file: old, loaded: old, applied: old, proven: false },
    );
    expect(change).toMatchObject({ op: 'update', reasons: ['changed', 'trigger'], restarts: true });
    expect(actionsOf(change)).toBe('write-plist bootout await-gone bootstrap await-loaded record');
    expect(recorded(change)).toEqual({ ...THEN, '/etc/a': 'a2' });
  });

  it('are only recorded for a job that does not run', () => {
    const change = planned({ ...THEN, '/etc/a': 'a2' }, { pid: null });
    expect(change).toMatchObject({ op: 'update', reasons: ['trigger'], restarts: false, starts: false });
    expect(actionsOf(change)).toBe('record');
  });

  it('are recorded anew, and trigger nothing, when the key of their digests was lost', () => {
    const then = { entry: { triggers: { '/etc/a': 'k1.a1', '/etc/b': '-' } } };
    const lost = planned({ '/etc/a': 'k2.a7' }, then);
    expect([lost.op, lost.restarts, actionsOf(lost)]).toEqual(['update', false, 'record']);
    expect(recorded(lost)).toEqual({ '/etc/a': 'k2.a7', '/etc/b': '-' });
    // One that was not there has no digest of any key.
    expect(planned({ '/etc/a': 'k2.a7', '/etc/b': 'k2.b1' }, then)).toMatchObject({
      restarts: true,
      changedFiles: ['/etc/b'],
    });
  });

  it('trigger nothing while they are gone, and do when they come back as others', () => {
    expect(planned({ '/etc/b': 'b1' }).op).toBe('noop');
    expect(recorded(planned({ '/etc/b': 'b2' }))).toEqual({ '/etc/a': 'a1', '/etc/b': 'b2' });
  });

  it('restart a job when one comes that was not there before, unless it could not have run without', () => {
    const then = { entry: { triggers: { '/etc/a': '-', '/etc/b': 'b1' } } };
    expect(planned(THEN, then)).toMatchObject({
      reasons: ['trigger'],
      restarts: true,
      changedFiles: ['/etc/a'],
    });
    const reads = { envFiles: ['/etc/a'], secrets: [], keeps: [] };
    const wrapped: Job = { ...web, plist: wrap(web.plist, web.label, reads) ?? web.plist };
    const change = planned(THEN, then, wrapped);
    expect([change.restarts, actionsOf(change), recorded(change)]).toEqual([false, 'record', THEN]);
    expect(recorded(planned({ '/etc/b': 'b1' }, { entry: { triggers: {} } }))).toEqual({
      '/etc/a': '-',
      '/etc/b': 'b1',
    });
  });

  it('wait with the restart while a file is gone that the job reads at its start', () => {
    const reads = { envFiles: ['/etc/a'], secrets: [], keeps: [] };
    const wrapped: Job = { ...web, plist: wrap(web.plist, web.label, reads) ?? web.plist };
    expect(planned({ '/etc/b': 'b2' }, {}, wrapped)).toMatchObject({ op: 'noop', waitsFor: ['/etc/a'] });
    expect(planned({ '/etc/b': 'b2' }, { pid: null }, wrapped).waitsFor).toBeUndefined();
    expect(planned({ ...THEN, '/etc/a': 'a2' }, {}, wrapped)).toMatchObject({ restarts: true });
  });

  it('are recorded when they are newly declared, or no more, without a restart', () => {
    for (const [then, declared, now] of [
      [{}, web, THEN],
      [{ ...THEN, '/etc/c': 'c1' }, web, THEN],
      [THEN, { ...web, triggers: ['/etc/a'] }, { '/etc/a': 'a1' }],
    ] as const) {
      const change = planned(now, { entry: { triggers: then } }, declared);
      expect([change.op, change.reasons, change.restarts, actionsOf(change)]).toEqual([
        'update',
        ['changed'],
        false,
        'record',
      ]);
      expect(recorded(change)).toEqual(now);
    }
  });

  it('leave a job alone that was disabled outside, until it is enabled', () => {
    const now = { ...THEN, '/etc/a': 'a2' };
    const disabled: Scene = { override: true };
    expect(planned(now, disabled)).toMatchObject({ op: 'noop', reasons: ['disabled'], actions: [] });
    expect(planned(now, disabled, { ...web, enabled: true })).toMatchObject({
      reasons: ['enabled', 'trigger'],
      restarts: true,
    });
  });

  it('leave a held job alone', () => {
    expect(planned({ ...THEN, '/etc/a': 'a2' }, { loaded: null, entry: { held: true } })).toMatchObject({
      op: 'noop',
      reasons: ['held'],
    });
  });
});
