import { describe, expect, it } from 'vitest';
import type { InstanceFields } from '../../src/config/instance.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { codesOf, compile, instance, jobOf, keys, keysOf, place } from './support.ts';

const says = (fields: InstanceFields): readonly string[] => codesOf({ command: ['/bin/x'], ...fields });

describe('launchd', () => {
  it('merges any key as it stands', () => {
    const huge: PlistValue = { kind: 'integer', digits: '9007199254740993' };
    const raw = keys({ AbandonProcessGroup: true, MachServices: { 'com.example.m': true } });
    const launchd = dict([...Object.entries(raw.entries), ['HardResourceLimits', dict([['Data', huge]])]]);
    expect(jobOf({ command: ['/bin/x'], launchd }).plist.entries).toEqual({
      Label: 'com.example.job',
      ProgramArguments: ['/bin/x'],
      ...launchd.entries,
    });
  });

  it('may say what to run', () => {
    expect(keysOf({ launchd: keys({ ProgramArguments: ['/bin/x'] }) })).toMatchObject({
      ProgramArguments: ['/bin/x'],
    });
  });

  it.each<[InstanceFields, readonly string[]]>([
    [{ launchd: keys({ Label: 'x' }) }, ['error launchd/label']],
    [{ launchd_unchecked: keys({ label: 'x' }) }, ['error launchd/label']],
    [{ launchd: keys({ ProgramArguments: ['/bin/y'] }) }, ['error launchd/twice']],
    [{ launchd: keys({ KeepAlive: true }), restart: { policy: 'never' } }, ['error launchd/twice']],
    [{ launchd: keys({ KeepAlive: true }), restart: { throttle: 5 } }, []],
    [{ launchd: keys({ RunAtLoad: true }), start: { at_load: false } }, ['error launchd/twice']],
    [{ launchd: keys({ EnvironmentVariables: { A: 'b' } }), path: ['/x'] }, ['error launchd/twice']],
    [{ launchd: keys({ SoftResourceLimits: { Core: 0 } }), limits: { core: { hard: 0 } } }, []],
    [{ launchd: keys({ Umask: 18 }), launchd_unchecked: keys({ Umask: 18 }) }, ['error launchd/twice']],
    [
      { launchd_unchecked: keys({ keepalive: true }), restart: { policy: 'always' } },
      ['error launchd/twice'],
    ],
    [{ launchd: keys({ KeepAliv: true }) }, ['error launchd/unknown-key']],
    [{ launchd: keys({ KeepAlive: { SucessfulExit: true } }) }, ['error launchd/unknown-key']],
    [{ launchd: keys({ ThrottleInterval: 'five' }) }, ['error launchd/wrong-type']],
    [{ launchd: keys({ Nice: 21 }) }, ['error launchd/out-of-range']],
    [{ launchd: keys({ UserName: 'eve' }) }, ['error launchd/scope']],
    [{ launchd: keys({ MultipleInstances: true }) }, ['error launchd/undocumented']],
    [{ launchd_unchecked: keys({ MultipleInstances: 5, Whatever: true }) }, []],
    [{ launchd_unchecked: keys({ Nice: 21, StartInterval: '300' }) }, []],
    [{ launchd: keys({ Nice: 21 }) }, ['error launchd/out-of-range']],
  ])('says of %j: %j', (fields, codes) => {
    expect(says(fields)).toEqual(codes);
  });

  it('stands where the value stands, however deep', () => {
    const { diagnostics } = compile(
      instance(
        'job',
        { command: ['/bin/x'], launchd: keys({ KeepAlive: { SuccessfulExit: 'no' }, Nice: 'x' }) },
        {
          places: {
            launchd: place(4),
            'launchd.KeepAlive': place(5, 18),
            'launchd.KeepAlive.SuccessfulExit': place(6, 25, 2),
          },
        },
      ),
    );
    expect(diagnostics.map(({ code, line, column }) => [code, line, column])).toEqual([
      ['launchd/wrong-type', 4, 1],
      ['launchd/wrong-type', 6, 25],
    ]);
  });

  it('names both places of a contradiction and stands at the later one', () => {
    const fields: InstanceFields = {
      command: ['/bin/x'],
      launchd: keys({ ThrottleInterval: 5 }),
      restart: { throttle: 7 },
    };
    const at = (launchd: number, restart: number) =>
      compile(
        instance('job', fields, {
          places: { 'launchd.ThrottleInterval': place(launchd), 'restart.throttle': place(restart) },
        }),
      ).diagnostics[0];
    expect(at(8, 5)).toMatchObject({ code: 'launchd/twice', line: 8 });
    expect(at(2, 5)).toMatchObject({ code: 'launchd/twice', line: 5 });
    expect(at(2, 5)?.message).toMatch(/`restart.throttle` and `launchd.ThrottleInterval`/);
  });

  it('says how to drop what the defaults wrote', () => {
    const { diagnostics } = compile(
      instance(
        'job',
        { command: ['/bin/x'], launchd: keys({ KeepAlive: true }), restart: { policy: 'always' } },
        { origins: { 'restart.policy': 'defaults' } },
      ),
    );
    expect(diagnostics[0]?.hint).toContain('`restart: null`');
  });
});
