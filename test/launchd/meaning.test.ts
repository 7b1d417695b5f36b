import { describe, expect, it } from 'vitest';
import { KEYS } from '../../src/launchd/keys.ts';
import { meaningOf } from '../../src/launchd/meaning.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';

type Entries = Record<string, PlistValue>;
const d = (entries: Entries): PlistDict => dict(Object.entries(entries));

/** The meaning of a key's new value, in a plist that holds the given keys after the change. */
function meaning(key: string, plist: Entries): string {
  return meaningOf([key], plist[key] ?? null, d(plist));
}

describe('meaningOf KeepAlive', () => {
  it.each<[string, Entries, string]>([
    ['absent', {}, 'stays down whatever the exit'],
    ['false', { KeepAlive: false }, 'stays down whatever the exit'],
    ['true', { KeepAlive: true }, 'restarts whatever the exit'],
    [
      'SuccessfulExit false',
      { KeepAlive: d({ SuccessfulExit: false }) },
      'restarts after a failure or a signal; stays down after exit 0',
    ],
    [
      'SuccessfulExit true',
      { KeepAlive: d({ SuccessfulExit: true }) },
      'restarts after exit 0 only; stays down after a crash, a failure or a kill',
    ],
    [
      'Crashed true',
      { KeepAlive: d({ Crashed: true }) },
      'restarts after a crash signal only; stays down after exit 0, a failure or a kill',
    ],
    [
      'Crashed false',
      { KeepAlive: d({ Crashed: false }) },
      'restarts after exit 0, a failure or a kill; stays down after a crash signal',
    ],
    ['both false', { KeepAlive: d({ SuccessfulExit: false, Crashed: false }) }, 'restarts whatever the exit'],
    [
      'both true',
      { KeepAlive: d({ SuccessfulExit: true, Crashed: true }) },
      'restarts after exit 0 or a crash signal; stays down after a failure or a kill',
    ],
    [
      'a path',
      { KeepAlive: d({ PathState: d({ '/srv/on': true, '/srv/off': false }) }) },
      'runs and restarts while /srv/on exists or while /srv/off is missing; else stays down',
    ],
    [
      'a job beside an exit',
      { KeepAlive: d({ SuccessfulExit: false, OtherJobEnabled: d({ 'local.db': true }) }) },
      'restarts after a failure or a signal; stays down after exit 0; restarts whatever the exit while local.db is loaded',
    ],
    [
      'after a first demand',
      { KeepAlive: d({ AfterInitialDemand: true }) },
      'once it was started on demand, restarts whatever the exit',
    ],
    ['OnDemand', { OnDemand: false }, 'restarts whatever the exit'],
  ])('%s', (_name, plist, words) => {
    expect(meaning('KeepAlive', plist)).toBe(words);
    expect(meaningOf(['KeepAlive', 'SuccessfulExit'], null, d(plist))).toBe(words);
  });
});

describe('meaningOf', () => {
  it.each<[string, Entries, string]>([
    ['RunAtLoad', { RunAtLoad: true }, 'starts when it is loaded, and so at every login or boot'],
    ['RunAtLoad', { RunAtLoad: false }, 'does not start when it is loaded'],
    ['RunAtLoad', { KeepAlive: true }, 'still starts when it is loaded, since KeepAlive implies it'],
    ['ThrottleInterval', { ThrottleInterval: 5 }, 'at least 5 s between two starts'],
    ['ThrottleInterval', {}, 'at least 10 s between two starts, launchd’s default'],
    ['ExitTimeOut', { ExitTimeOut: 30 }, '30 s from SIGTERM to SIGKILL'],
    ['ExitTimeOut', { ExitTimeOut: 0 }, 'SIGTERM alone, never SIGKILL'],
    ['ExitTimeOut', {}, 'launchd’s default, 5 s on current macOS, from SIGTERM to SIGKILL'],
    ['StartInterval', { StartInterval: 900 }, 'every 15 min'],
    ['StartInterval', {}, 'no interval starts it'],
    [
      'StartCalendarInterval',
      { StartCalendarInterval: [1, 2, 3, 4, 5].map((Weekday) => d({ Hour: 3, Minute: 30, Weekday })) },
      '03:30 on Mon-Fri',
    ],
    ['StartCalendarInterval', {}, 'no time of the calendar starts it'],
    ['StartCalendarInterval', { StartCalendarInterval: d({ Hour: 99 }) }, ''],
    ['WatchPaths', { WatchPaths: ['/etc/hosts', '/srv'] }, 'starts when /etc/hosts or /srv changes'],
    ['QueueDirectories', { QueueDirectories: ['/srv/in'] }, 'runs while /srv/in is not empty'],
    ['QueueDirectories', {}, 'no folder starts it'],
    ['StartOnMount', { StartOnMount: true }, 'starts whenever a file system is mounted'],
    ['Umask', { Umask: 63 }, '077'],
    ['Umask', { Umask: '022' }, '022'],
    ['Umask', {}, 'launchd’s default, 022'],
    [
      'ProcessType',
      { ProcessType: 'Background' },
      'yields processor and disk to everything else; its timers may be late',
    ],
    ['ProcessType', {}, 'the usual share of processor and disk'],
    [
      'LimitLoadToSessionType',
      { LimitLoadToSessionType: ['Aqua', 'Background'] },
      'loads in graphical logins and sessions without a screen',
    ],
    ['LimitLoadToSessionType', {}, 'loads in graphical logins'],
    ['StandardOutPath', {}, 'thrown away'],
    ['StandardOutPath', { StandardOutPath: '/tmp/a' }, ''],
    ['WorkingDirectory', {}, 'starts in /'],
    ['Program', { Program: '/bin/ls' }, ''],
    ['UserName', { UserName: 'www' }, 'runs as www'],
    ['Nice', { Nice: 5 }, 'yields to others'],
    ['LaunchOnlyOnce', { LaunchOnlyOnce: true }, 'runs once, and not again before the next boot'],
    ['InitGroups', {}, 'has all groups of its user'],
    ['InitGroups', { InitGroups: false }, 'has no further groups of its user'],
    ['ServiceIPC', { ServiceIPC: true }, ''],
    ['NoSuchKey', { NoSuchKey: 1 }, ''],
    ['__proto__', {}, ''],
  ])('%s of %j', (key, plist, words) => {
    expect(meaning(key, plist)).toBe(words);
  });

  it('tells members where they need it', () => {
    const plist = d({ StartCalendarInterval: d({ Hour: 3, Minute: 0 }) });
    expect(meaningOf(['StartCalendarInterval', 'Hour'], 3, plist)).toBe('03:00');
    expect(meaningOf(['EnvironmentVariables', 'LANG'], null, plist)).toBe('no longer set');
    expect(meaningOf(['EnvironmentVariables', 'LANG'], 'C', plist)).toBe('');
    expect(meaningOf(['SoftResourceLimits', 'Stack'], 8_388_608, plist)).toBe('8 MiB');
    expect(meaningOf(['SoftResourceLimits', 'CPU'], 90, plist)).toBe('1 min 30 s of processor time');
    expect(meaningOf(['SoftResourceLimits', 'NumberOfFiles'], null, plist)).toBe('the system’s own limit');
  });

  it('has an answer for every key, whatever its value', () => {
    const values: readonly (PlistValue | null)[] = [
      null,
      true,
      false,
      -1,
      7,
      'x',
      [],
      ['x'],
      d({}),
      { kind: 'real', value: 1 },
    ];
    for (const { path } of KEYS)
      for (const value of values) {
        const words = meaningOf(
          path,
          value,
          value === null || path.length > 1 ? d({}) : d({ [path[0] ?? '']: value }),
        );
        expect(words, path.join('.')).not.toMatch(/undefined|null|NaN|\[object/);
      }
  });
});
