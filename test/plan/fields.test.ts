import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from '../../src/launchd/normalise.ts';
import { dict } from '../../src/model/plist.ts';
import { describeChanges } from '../../src/plan/fields.ts';
import { equalPlist } from '../../src/plist/equal.ts';
import { plist } from '../launchd/arbitrary-plist.ts';
import { changeFor, planFor, worldOf } from '../support/scene.ts';
import { job, plistOf } from '../support/world.ts';

const web = job('web', {
  KeepAlive: dict([['SuccessfulExit', false]]),
  EnvironmentVariables: dict([
    ['PORT', '8080'],
    ['API_TOKEN', 'new'],
  ]),
});

describe('fields', () => {
  it('are empty exactly when both plists mean the same', () => {
    fc.assert(
      fc.property(plist, plist, (a, b) => {
        const fields = describeChanges(a, b, () => 'config');
        expect(fields.length === 0).toBe(equalPlist(normalise(a), normalise(b)));
        expect(describeChanges(a, a, () => 'config')).toEqual([]);
      }),
    );
  });

  it('name dictionaries by member, lists and scalars whole, and mask one variable, not all', () => {
    const before = plistOf(web.label, {
      RunAtLoad: true,
      KeepAlive: dict([['SuccessfulExit', true]]),
      EnvironmentVariables: dict([
        ['PORT', '80'],
        ['API_TOKEN', 'old'],
      ]),
    });
    const change = changeFor(web, { file: before, loaded: before, applied: before });
    expect(
      change.fields.map(({ path, before: was, after, source, sensitive }) => ({
        path,
        was,
        after,
        source,
        sensitive,
      })),
    ).toEqual([
      {
        path: ['EnvironmentVariables', 'API_TOKEN'],
        was: 'old',
        after: 'new',
        source: 'config',
        sensitive: true,
      },
      {
        path: ['EnvironmentVariables', 'PORT'],
        was: '80',
        after: '8080',
        source: 'config',
        sensitive: false,
      },
      { path: ['KeepAlive', 'SuccessfulExit'], was: true, after: false, source: 'config', sensitive: false },
    ]);
    expect(change.fields.map(({ key }) => key)).toEqual([
      'EnvironmentVariables',
      'EnvironmentVariables',
      'KeepAlive',
    ]);
    expect(change.fields[2]?.meaning).not.toBe('');
  });

  it('show a new job key by key, its variables one by one', () => {
    const change = changeFor(web, { file: null, loaded: null, applied: null });
    expect(change.fields.map(({ path, before, source }) => [path.join('.'), before, source])).toEqual([
      ['EnvironmentVariables.API_TOKEN', null, 'config'],
      ['EnvironmentVariables.PORT', null, 'config'],
      ['KeepAlive', null, 'config'],
      ['Label', null, 'config'],
      ['ProgramArguments', null, 'config'],
      ['RunAtLoad', null, 'config'],
    ]);
  });

  it('tell a changed declaration, an edited file and an old loaded job apart', () => {
    const applied = plistOf(web.label, { RunAtLoad: true, StartInterval: 60, Nice: 1 });
    const edited = plistOf(web.label, { RunAtLoad: true, StartInterval: 60, Nice: 7 });
    const wanted = job('web', { StartInterval: 90, Nice: 1, ThrottleInterval: 30 });
    const change = changeFor(wanted, { file: edited, loaded: edited, applied });
    expect(change.reasons).toEqual(['changed', 'drifted']);
    expect(change.fields.map(({ key, source }) => [key, source])).toEqual([
      ['Nice', 'drift'],
      ['StartInterval', 'config'],
      ['ThrottleInterval', 'config'],
    ]);
    const stale = changeFor(wanted, {
      loaded: plistOf(web.label, { RunAtLoad: true, StartInterval: 90, Nice: 1, ThrottleInterval: 5 }),
    });
    expect(stale.fields.map(({ key, before, after, source }) => [key, before, after, source])).toEqual([
      ['ThrottleInterval', 5, 30, 'loaded'],
    ]);
  });

  it('show where a job was loaded from that is not our file', () => {
    const change = changeFor(web, { loadedFrom: '/opt/old.plist' });
    expect(change.fields).toMatchObject([
      { key: 'path', path: ['path'], before: '/opt/old.plist', after: web.path, source: 'loaded' },
    ]);
  });

  it('of an adoption have no source of ours', () => {
    const theirs = plistOf(web.label, { RunAtLoad: true });
    const sources = changeFor(
      web,
      { file: theirs, loaded: theirs, applied: null },
      { adopt: true },
    ).fields.map(({ source }) => source);
    expect(new Set(sources)).toEqual(new Set(['adopt']));
  });

  it('are none for formatting: order, binary instead of XML, an octal string, a relative log', () => {
    const one = job('web', {
      Umask: '077',
      WorkingDirectory: '/srv',
      StandardOutPath: 'out.log',
      KeepAlive: false,
    });
    const file = plistOf(one.label, {
      StandardOutPath: '/srv/out.log',
      WorkingDirectory: '/srv',
      RunAtLoad: true,
      Umask: 63,
    });
    expect(changeFor(one, { file, loaded: file })).toMatchObject({ op: 'noop', fields: [] });
  });
});

describe('ignore_changes', () => {
  const applied = plistOf(web.label, { RunAtLoad: true, Umask: 63 });
  const edited = plistOf(web.label, { RunAtLoad: true, Umask: 18, StartInterval: 5 });
  const ignoring = (keys: Record<string, number>) =>
    job('web', keys, { ignoreChanges: ['Umask', 'StartInterval'] });

  it('leaves outside changes of those keys alone, in the file and in launchd', () => {
    expect(changeFor(ignoring({ Umask: 63 }), { file: edited, loaded: edited, applied })).toMatchObject({
      op: 'noop',
    });
    expect(changeFor(ignoring({ Umask: 63 }), { file: edited, loaded: applied, applied })).toMatchObject({
      op: 'noop',
    });
  });

  it('keeps them when another key is written', () => {
    const change = changeFor(ignoring({ Umask: 63, Nice: 3 }), { file: edited, loaded: edited, applied });
    expect(change.fields.map(({ key }) => key)).toEqual(['Nice']);
    const written = change.actions.find((action) => action.action === 'write-plist');
    expect(written?.content).toMatch(/<key>Umask<\/key>\s*<integer>18<\/integer>/);
  });

  it('still applies a change of the declaration itself', () => {
    const change = changeFor(ignoring({ Umask: 7 }), { file: edited, loaded: edited, applied });
    expect(change.fields.map(({ key, before, after, source }) => [key, before, after, source])).toEqual([
      ['Umask', 18, 7, 'config'],
    ]);
  });

  it('takes a changed declaration to launchd, too, where only the disk was changed outside', () => {
    const change = changeFor(ignoring({ Umask: 7 }), { file: edited, loaded: applied, applied });
    expect(change).toMatchObject({ op: 'update', restarts: true });
    expect(change.actions.map(({ action }) => action)).toContain('bootstrap');
  });
});

describe('the description', () => {
  it('is written, and a change of it alone is no change', () => {
    const described = job('web', {}, { description: 'Serves the docs.' });
    const write = planFor([described], worldOf(described, { file: null, loaded: null })).changes[0]
      ?.actions[0];
    expect(write).toMatchObject({
      action: 'write-plist',
      content: expect.stringContaining('Serves the docs.'),
    });
    expect(changeFor(described, { marker: 'tools' })).toMatchObject({ op: 'noop' });
  });
});
