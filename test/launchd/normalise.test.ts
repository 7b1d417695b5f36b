import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeBehaviour } from '../../src/launchd/behaviour.ts';
import { checkPlist } from '../../src/launchd/keys.ts';
import { normalise } from '../../src/launchd/normalise.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';

type Entries = Record<string, PlistValue>;
const d = (entries: Entries): PlistDict => dict(Object.entries(entries));
const plain = (plist: PlistDict) => JSON.parse(JSON.stringify(normalise(plist)));

describe('normalise', () => {
  it.each<[string, Entries, Entries]>([
    ['KeepAlive false', { KeepAlive: false }, {}],
    ['OnDemand true', { OnDemand: true }, {}],
    ['RunAtLoad false', { RunAtLoad: false }, {}],
    [
      'other flags at their default',
      { AbandonProcessGroup: false, LowPriorityIO: false, StartOnMount: false },
      {},
    ],
    ['InitGroups true', { InitGroups: true }, {}],
    ['ThrottleInterval 10', { ThrottleInterval: 10 }, {}],
    ['ThrottleInterval 0', { ThrottleInterval: 0 }, {}],
    ['ProcessType Standard', { ProcessType: 'Standard' }, {}],
    ['Umask in octal', { Umask: '077' }, { Umask: 63 }],
    ['Umask in octal with two zeros', { Umask: '0022' }, { Umask: 18 }],
    ['Umask in decimal', { Umask: '18' }, { Umask: 18 }],
    ['no variables', { EnvironmentVariables: d({}) }, {}],
    [
      'one session type',
      { LimitLoadToSessionType: 'Background' },
      { LimitLoadToSessionType: ['Background'] },
    ],
    [
      'a log beside the working directory',
      { WorkingDirectory: '/srv/web', StandardOutPath: 'logs/out', StandardErrorPath: './err' },
      {
        WorkingDirectory: '/srv/web',
        StandardOutPath: '/srv/web/logs/out',
        StandardErrorPath: '/srv/web/err',
      },
    ],
    [
      'a list of one time',
      { StartCalendarInterval: [d({ Hour: 3 })] },
      { StartCalendarInterval: d({ Hour: 3 }) },
    ],
    ['Sunday', { StartCalendarInterval: d({ Weekday: 7 }) }, { StartCalendarInterval: d({ Weekday: 0 }) }],
    [
      'the order of times and of their fields',
      { StartCalendarInterval: [d({ Hour: 4, Minute: 0 }), d({ Minute: 0, Hour: 3 })] },
      { StartCalendarInterval: [d({ Hour: 3, Minute: 0 }), d({ Minute: 0, Hour: 4 })] },
    ],
  ])('%s means the same', (_name, one, other) => {
    expect(plain(d(one))).toEqual(plain(d(other)));
  });

  it.each<[string, Entries, Entries]>([
    ['KeepAlive true', { KeepAlive: true }, {}],
    ['an empty KeepAlive', { KeepAlive: d({}) }, {}],
    ['KeepAlive false over OnDemand', { KeepAlive: false, OnDemand: false }, { OnDemand: false }],
    [
      'an idle condition',
      { KeepAlive: d({ SuccessfulExit: false, Crashed: true }) },
      { KeepAlive: d({ SuccessfulExit: false }) },
    ],
    ['Disabled', { Disabled: false }, {}],
    ['Disabled', { Disabled: true }, {}],
    ['InitGroups false', { InitGroups: false }, {}],
    ['another throttle', { ThrottleInterval: 11 }, {}],
    ['a real throttle', { ThrottleInterval: { kind: 'real', value: 10 } }, {}],
    ['Aqua', { LimitLoadToSessionType: 'Aqua' }, {}],
    ['an unreadable mask', { Umask: '089' }, { Umask: 89 }],
    ['a log of no known folder', { StandardOutPath: 'out' }, { StandardOutPath: '/out' }],
    ['the folder /', { WorkingDirectory: '/' }, {}],
    [
      'a repeated time',
      { StartCalendarInterval: [d({ Hour: 3 }), d({ Hour: 3 })] },
      { StartCalendarInterval: d({ Hour: 3 }) },
    ],
    ['ExitTimeOut', { ExitTimeOut: 5 }, {}],
    ['the order of arguments', { ProgramArguments: ['a', 'b'] }, { ProgramArguments: ['b', 'a'] }],
    ['the order of watched paths', { WatchPaths: ['/a', '/b'] }, { WatchPaths: ['/b', '/a'] }],
    ['a dataless policy', { MaterializeDatalessFiles: false }, {}],
  ])('%s stays different', (_name, one, other) => {
    expect(plain(d(one))).not.toEqual(plain(d(other)));
  });

  const flag = fc.option(fc.boolean(), { nil: undefined });
  const plists = fc
    .record({
      RunAtLoad: flag,
      KeepAlive: flag,
      OnDemand: flag,
      AbandonProcessGroup: flag,
      ThrottleInterval: fc.option(fc.nat(20), { nil: undefined }),
      Umask: fc.option(fc.constantFrom<PlistValue>('022', '18', 18, '077'), { nil: undefined }),
      StartCalendarInterval: fc.option(
        fc.array(fc.record({ Weekday: fc.nat(7), Hour: fc.nat(23) }).map(d), { maxLength: 3 }),
        { nil: undefined },
      ),
    })
    .map((entries) => dict(Object.entries(entries)));

  it('is done after once', () => {
    fc.assert(
      fc.property(plists, (plist) => {
        expect(plain(normalise(plist))).toEqual(plain(plist));
      }),
    );
  });

  it('changes nothing in how the job behaves, and brings no new problem', () => {
    fc.assert(
      fc.property(plists, (plist) => {
        expect(describeBehaviour(normalise(plist))).toEqual(describeBehaviour(plist));
        const codes = new Set(checkPlist(plist, 'agent').map((problem) => problem.code));
        for (const problem of checkPlist(normalise(plist), 'agent')) expect(codes).toContain(problem.code);
      }),
    );
  });

  it('keeps a key such as __proto__', () => {
    expect(Object.keys(normalise(dict([['__proto__', true]])).entries)).toEqual(['__proto__']);
  });
});
