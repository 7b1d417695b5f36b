import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkComplete, checkPlist, findKey, KEYS, suggestKeys } from '../../src/launchd/keys.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';

const d = (entries: Record<string, PlistValue>): PlistDict => dict(Object.entries(entries));

/** `severity code path` of each problem. */
function found(entries: Record<string, PlistValue>, scope: 'agent' | 'daemon' = 'agent'): readonly string[] {
  return checkPlist(d(entries), scope).map(
    (problem) => `${problem.severity} ${problem.code} ${problem.path.join('.')}`,
  );
}

function hintOf(entries: Record<string, PlistValue>): string {
  const [first] = checkPlist(d(entries), 'agent');
  return first?.hint ?? 'no problem';
}

describe('the key table', () => {
  it('has each key once, with a whole sentence', () => {
    const names = KEYS.map((entry) => entry.path.join('.'));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(120);
    for (const entry of KEYS) {
      expect(entry.summary, entry.name).toMatch(/^(?:[A-Z]|true |uid |gid ).*\.$/);
      expect(entry.types.length, entry.name).toBeGreaterThan(0);
    }
  });

  it('knows the members', () => {
    expect(findKey('KeepAlive.SuccessfulExit')?.types).toEqual(['boolean']);
    expect(findKey('StartCalendarInterval.Weekday')).toMatchObject({ min: 0, max: 7 });
    expect(findKey('Sockets.SockPathMode')).toMatchObject({ max: 511 });
    expect(findKey('MachServices.ResetAtClose')?.byDefault).toBe('false');
    expect(findKey('keepalive')).toBeNull();
    expect(findKey('__proto__')).toBeNull();
  });

  it('counts the keys by standing', () => {
    const standing = (status: string) =>
      KEYS.filter((entry) => entry.status === status).map((entry) => entry.path.join('.'));
    expect(standing('deprecated')).toEqual(['OnDemand']);
    expect(standing('not-for-file-plists')).toEqual(['BundleProgram']);
    expect(standing('legacy')).toEqual(['inetdCompatibility']);
    expect(standing('unsupported')).toEqual([
      'LimitLoadToHosts',
      'LimitLoadFromHosts',
      'KeepAlive.NetworkState',
      'TimeOut',
      'ServiceIPC',
      'HopefullyExitsFirst',
      'HopefullyExitsLast',
    ]);
  });
});

describe('checkPlist', () => {
  it('has nothing to say about a good job', () => {
    expect(
      found({
        Label: 'local.web',
        ProgramArguments: ['/usr/bin/python3', '-m', 'http.server', ''],
        RunAtLoad: true,
        KeepAlive: d({ SuccessfulExit: false, PathState: d({ '/srv/on': true }) }),
        ThrottleInterval: 5,
        ExitTimeOut: 30,
        Umask: '077',
        WorkingDirectory: '/srv',
        StandardOutPath: 'out.log',
        EnvironmentVariables: d({ LANG: 'C', EMPTY: '' }),
        StartInterval: 60,
        StartCalendarInterval: [d({ Hour: 3, Minute: 30, Weekday: 7 }), d({ Day: 1, Month: 12, Minute: 0 })],
        ProcessType: 'Background',
        Nice: -20,
        LimitLoadToSessionType: ['Aqua', 'Background'],
        SoftResourceLimits: d({ NumberOfFiles: { kind: 'integer', digits: '9223372036854775807' } }),
        MachServices: d({ 'local.web.port': true, 'local.web.other': d({ ResetAtClose: true }) }),
        Sockets: d({
          web: d({ SockServiceName: 8080, SockFamily: 'IPv4' }),
          admin: [d({ SockPathName: '/tmp/s', SockPathMode: 0o600 }), d({ Bonjour: ['web', 'http'] })],
        }),
        LaunchEvents: d({
          'com.apple.iokit.matching': d({ usb: d({ idVendor: 5, IOMatchLaunchStream: true }) }),
        }),
        LimitLoadToHardware: d({ machine: ['arm64'] }),
        AssociatedBundleIdentifiers: 'org.example.app',
      }),
    ).toEqual([]);
  });

  it.each<[string, Record<string, PlistValue>, readonly string[]]>([
    ['a misspelt key', { KeepAliv: true }, ['error launchd/unknown-key KeepAliv']],
    ['a key in other letters', { keepalive: true }, ['error launchd/unknown-key keepalive']],
    ['a key nobody knows', { Zzzzzzzzzz: 1 }, ['error launchd/unknown-key Zzzzzzzzzz']],
    [
      'a misspelt member',
      { KeepAlive: d({ SucessfulExit: true }) },
      ['error launchd/unknown-key KeepAlive.SucessfulExit'],
    ],
    [
      'a member in other letters',
      { KeepAlive: d({ crashed: true }) },
      ['error launchd/unknown-key KeepAlive.crashed'],
    ],
    ['a member at the top', { SuccessfulExit: true }, ['error launchd/misplaced-key SuccessfulExit']],
    [
      'a key of an object',
      { constructor: true, toString: 1 },
      ['error launchd/unknown-key constructor', 'error launchd/unknown-key toString'],
    ],
    ['an undocumented key', { JetsamProperties: d({}) }, ['error launchd/undocumented JetsamProperties']],
    [
      'an undocumented member',
      { KeepAlive: d({ AfterInitialDemand: true }) },
      ['error launchd/undocumented KeepAlive.AfterInitialDemand'],
    ],
    ['a word for a boolean', { RunAtLoad: 'yes' }, ['error launchd/wrong-type RunAtLoad']],
    ['a number for a boolean', { KeepAlive: 1 }, ['error launchd/wrong-type KeepAlive']],
    [
      'a number in a dictionary of booleans',
      { KeepAlive: d({ PathState: d({ '/x': 1 }) }) },
      ['error launchd/wrong-type KeepAlive.PathState./x'],
    ],
    [
      'a string for a list',
      { ProgramArguments: '/bin/ls -l' },
      ['error launchd/wrong-type ProgramArguments'],
    ],
    [
      'a number among the arguments',
      { ProgramArguments: ['/bin/sleep', 5] },
      ['error launchd/wrong-type ProgramArguments.1'],
    ],
    [
      'a number as a variable',
      { EnvironmentVariables: d({ PORT: 80 }) },
      ['error launchd/wrong-type EnvironmentVariables.PORT'],
    ],
    [
      'a real for an integer',
      { ThrottleInterval: { kind: 'real', value: 5 } },
      ['error launchd/wrong-type ThrottleInterval'],
    ],
    [
      'a date',
      { StartInterval: { kind: 'date', iso: '2026-01-01T00:00:00Z' } },
      ['error launchd/wrong-type StartInterval'],
    ],
    ['throttle 0', { ThrottleInterval: 0 }, ['error launchd/out-of-range ThrottleInterval']],
    ['interval 0', { StartInterval: 0 }, ['error launchd/out-of-range StartInterval']],
    ['interval below 0', { StartInterval: -5 }, ['error launchd/out-of-range StartInterval']],
    [
      'an oversized throttle',
      { ThrottleInterval: 4_294_967_296 },
      ['error launchd/out-of-range ThrottleInterval'],
    ],
    [
      'a huge one',
      { ThrottleInterval: { kind: 'integer', digits: '99999999999999999999' } },
      ['error launchd/out-of-range ThrottleInterval'],
    ],
    ['exit time-out 0', { ExitTimeOut: 0 }, ['warning launchd/never-killed ExitTimeOut']],
    ['exit time-out below 0', { ExitTimeOut: -1 }, ['error launchd/out-of-range ExitTimeOut']],
    ['niceness', { Nice: 21 }, ['error launchd/out-of-range Nice']],
    [
      'minute 60',
      { StartCalendarInterval: d({ Minute: 60 }) },
      ['error launchd/out-of-range StartCalendarInterval.Minute'],
    ],
    [
      'hour 24 in a list',
      { StartCalendarInterval: [d({ Hour: 1 }), d({ Hour: 24 })] },
      ['error launchd/out-of-range StartCalendarInterval.1.Hour'],
    ],
    [
      'day 0, weekday 8, month 13',
      { StartCalendarInterval: d({ Day: 0, Weekday: 8, Month: 13 }) },
      [
        'error launchd/out-of-range StartCalendarInterval.Day',
        'error launchd/out-of-range StartCalendarInterval.Weekday',
        'error launchd/out-of-range StartCalendarInterval.Month',
      ],
    ],
    [
      'every minute',
      { StartCalendarInterval: [d({ Hour: 1 }), d({})] },
      ['warning launchd/every-minute StartCalendarInterval.1'],
    ],
    ['no calendar entry', { StartCalendarInterval: [] }, ['error launchd/empty StartCalendarInterval']],
    [
      'a misspelt calendar field',
      { StartCalendarInterval: d({ Hours: 3 }) },
      ['error launchd/unknown-key StartCalendarInterval.Hours'],
    ],
    ['an unknown process type', { ProcessType: 'background' }, ['error launchd/unknown-value ProcessType']],
    [
      'an unknown session type',
      { LimitLoadToSessionType: ['Aqua', 'Gui'] },
      ['error launchd/unknown-value LimitLoadToSessionType.1'],
    ],
    [
      'unsupported keys',
      { TimeOut: 5, ServiceIPC: true, LimitLoadToHosts: ['a'] },
      [
        'error launchd/unsupported TimeOut',
        'error launchd/unsupported ServiceIPC',
        'error launchd/unsupported LimitLoadToHosts',
      ],
    ],
    [
      'an unsupported member',
      { KeepAlive: d({ NetworkState: true }) },
      ['error launchd/unsupported KeepAlive.NetworkState'],
    ],
    ['a deprecated key', { OnDemand: false }, ['warning launchd/deprecated OnDemand']],
    [
      'a deprecated key of the wrong type',
      { OnDemand: 'no' },
      ['warning launchd/deprecated OnDemand', 'error launchd/wrong-type OnDemand'],
    ],
    [
      'discouraged keys',
      { EnableGlobbing: true, inetdCompatibility: d({ Wait: true }) },
      ['warning launchd/discouraged EnableGlobbing', 'warning launchd/discouraged inetdCompatibility'],
    ],
    ['a key of apps', { BundleProgram: 'Contents/x' }, ['error launchd/not-for-files BundleProgram']],
    ['no arguments', { ProgramArguments: [] }, ['error launchd/empty ProgramArguments']],
    ['an empty program', { Program: '' }, ['error launchd/empty Program']],
    ['a relative program', { Program: 'bin/x' }, ['error launchd/relative-path Program']],
    ['a tilde', { ProgramArguments: ['~/bin/x'] }, ['error launchd/relative-path ProgramArguments.0']],
    ['a bare name, which launchd looks up', { ProgramArguments: ['ls'] }, []],
    ['argv beside Program is free', { Program: '/bin/ls', ProgramArguments: ['~odd/name'] }, []],
    [
      'paths with a tilde',
      { WorkingDirectory: '~/x', StandardErrorPath: '~/e', WatchPaths: ['/a', '~/b'] },
      [
        'warning launchd/relative-path WorkingDirectory',
        'warning launchd/relative-path StandardErrorPath',
        'warning launchd/relative-path WatchPaths.1',
      ],
    ],
    ['an empty KeepAlive', { KeepAlive: d({}) }, ['warning launchd/no-condition KeepAlive']],
    ['umask in decimal digits', { Umask: '77' }, ['warning launchd/umask Umask']],
    ['umask nonsense', { Umask: '089' }, ['error launchd/umask Umask']],
    ['umask too large', { Umask: 512 }, ['error launchd/out-of-range Umask']],
    ['a bad label', { Label: 'a/b' }, ['error launchd/label Label']],
    [
      'a bad variable name',
      { EnvironmentVariables: d({ 'A=B': 'c' }) },
      ['error launchd/variable-name EnvironmentVariables.A=B'],
    ],
    [
      'a socket mode',
      { Sockets: d({ s: d({ SockPathMode: 600 }) }) },
      ['error launchd/out-of-range Sockets.s.SockPathMode'],
    ],
    [
      'a socket type in a list',
      { Sockets: d({ s: [d({ SockType: 'tcp' })] }) },
      ['error launchd/unknown-value Sockets.s.0.SockType'],
    ],
    [
      'a misspelt socket key',
      { Sockets: d({ s: d({ SockPathNam: '/x' }) }) },
      ['error launchd/unknown-key Sockets.s.SockPathNam'],
    ],
    [
      'a Mach service',
      { MachServices: d({ m: 'yes', n: d({ Reset: true }) }) },
      ['error launchd/wrong-type MachServices.m', 'error launchd/unknown-key MachServices.n.Reset'],
    ],
    [
      'a limit',
      { HardResourceLimits: d({ NumberOfFiles: -1, nofile: 5 }) },
      [
        'error launchd/out-of-range HardResourceLimits.NumberOfFiles',
        'error launchd/unknown-key HardResourceLimits.nofile',
      ],
    ],
    [
      'launch events',
      { LaunchEvents: d({ stream: d({ event: true }) }) },
      ['error launchd/wrong-type LaunchEvents.stream.event'],
    ],
  ])('%s', (_name, entries, expected) => {
    expect(found(entries)).toEqual(expected);
  });

  it('knows what works only in agents or only in daemons', () => {
    const ofDaemons = { UserName: 'www', GroupName: 'www', InitGroups: true, RootDirectory: '/srv/root' };
    expect(found(ofDaemons, 'agent')).toEqual(
      Object.keys(ofDaemons).map((name) => `error launchd/scope ${name}`),
    );
    expect(found(ofDaemons, 'daemon')).toEqual([]);
    expect(found({ LimitLoadToSessionType: 'Aqua' }, 'daemon')).toEqual([
      'error launchd/scope LimitLoadToSessionType',
    ]);
    expect(found({ SessionCreate: true }, 'agent')).toEqual(['warning launchd/scope SessionCreate']);
    expect(found({ SessionCreate: true }, 'daemon')).toEqual([]);
  });

  it('tells what was meant', () => {
    expect(hintOf({ KeepAliv: true })).toBe('Did you mean KeepAlive?');
    expect(hintOf({ keepalive: true })).toBe('Write KeepAlive.');
    expect(hintOf({ KeepAlive: d({ SucessfulExit: true }) })).toBe('Did you mean SuccessfulExit?');
    expect(hintOf({ SuccessfulExit: true })).toBe(
      'Put it under KeepAlive: `KeepAlive: {SuccessfulExit: …}`.',
    );
    expect(hintOf({ NumberOfFiles: 5 })).toContain('SoftResourceLimits or HardResourceLimits');
    expect(hintOf({ ProcessType: 'background' })).toBe('Did you mean Background?');
    expect(hintOf({ RunAtLoad: 'yes' })).toBe('Write true, without quotes.');
    expect(hintOf({ StartInterval: '60' })).toContain('whole seconds');
    expect(hintOf({ Nice: '5' })).toBe('Write the number without quotes.');
    expect(hintOf({ EnvironmentVariables: d({ A: 5 }) })).toBe('Put the value in quotes.');
    expect(hintOf({ ThrottleInterval: 0 })).toContain('launchd ignores 0');
    expect(hintOf({ OnDemand: false })).toContain('KeepAlive');
  });

  it('has a message and a hint for anything whatever, and never throws', () => {
    const leaf = fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.integer(),
      fc.constant({ kind: 'real' as const, value: 1.5 }),
      fc.constant({ kind: 'data' as const, base64: '' }),
      fc.constant({ kind: 'integer' as const, digits: '-18446744073709551616' }),
    );
    const name = fc.oneof(fc.string(), fc.constantFrom(...KEYS.map((entry) => entry.name)));
    const value: fc.Arbitrary<PlistValue> = fc.letrec<{ value: PlistValue }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.array(fc.tuple(name, tie('value')), { maxLength: 3 }).map((entries) => dict(entries)),
      ),
    })).value;
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 5 }), fc.boolean(), (entries, agent) => {
        for (const problem of checkPlist(dict(entries), agent ? 'agent' : 'daemon')) {
          expect(problem.message).toMatch(/[.]$/);
          expect(problem.hint).toMatch(/[.?]$/);
          expect(problem.path.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});

describe('checkComplete', () => {
  it('misses a Label and something to run', () => {
    expect(checkComplete(d({})).map((problem) => problem.path[0])).toEqual(['Label', 'ProgramArguments']);
    expect(checkComplete(d({ Label: 'a', Program: '/bin/ls' }))).toEqual([]);
  });
});

describe('suggestKeys', () => {
  it('offers what is near, and members by their own name', () => {
    expect(suggestKeys('KeepAliv')).toEqual(['KeepAlive']);
    expect(suggestKeys('SuccessfulExit')).toEqual(['KeepAlive.SuccessfulExit']);
    expect(suggestKeys('runatlod')).toEqual(['RunAtLoad']);
    expect(suggestKeys('qqqqqqq')).toEqual([]);
  });
});
