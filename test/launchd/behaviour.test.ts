import { describe, expect, it } from 'vitest';
import { describeBehaviour } from '../../src/launchd/behaviour.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';

type Entries = Record<string, PlistValue>;
const d = (entries: Entries): PlistDict => dict(Object.entries(entries));
const of = (entries: Entries) => describeBehaviour(d(entries));

/** One letter an exit: y restarts, . stays down, ? depends. */
function rows(entries: Entries): string {
  const letters = { restarts: 'y', 'stays-down': '.', depends: '?' } as const;
  return of(entries)
    .restarts.map((row) => letters[row.verdict])
    .join('');
}

describe('describeBehaviour', () => {
  it('tells a service that restarts on failure', () => {
    const behaviour = of({ RunAtLoad: true, KeepAlive: d({ SuccessfulExit: false }), ExitTimeOut: 30 });
    expect(behaviour).toMatchObject({
      throttle: 10,
      stop: { killAfter: 30, endsProcessGroup: true, killedWhenIdle: false },
      warnings: [],
    });
    expect(behaviour.sentences).toEqual([
      'It starts when it is loaded, which is now and at every login or boot.',
      'When it ends by itself, it restarts after a failure or a signal; stays down after exit 0.',
      'Two starts are at least 10 s apart, counted from start to start: after a longer run it is started again at once.',
      'On stop, launchd sends SIGTERM, and SIGKILL if it is still there 30 s later.',
      'Once its main process has ended, what is left of its process group is ended too.',
    ]);
  });

  it.each<[string, Entries, string]>([
    ['never', {}, '.....'],
    ['always', { KeepAlive: true }, 'yyyyy'],
    ['on failure', { KeepAlive: d({ SuccessfulExit: false }) }, '.yyyy'],
    ['on success', { KeepAlive: d({ SuccessfulExit: true }) }, 'y....'],
    ['on crash', { KeepAlive: d({ Crashed: true }) }, '....y'],
    ['while a path exists', { KeepAlive: d({ PathState: d({ '/x': true }) }) }, '?????'],
    ['while a path is missing', { KeepAlive: d({ PathState: d({ '/x': false }) }) }, '?????'],
    [
      'on failure, or while a job is loaded',
      { KeepAlive: d({ SuccessfulExit: false, OtherJobEnabled: d({ a: true }) }) },
      '?yyyy',
    ],
  ])('%s', (_name, entries, letters) => {
    expect(rows(entries)).toBe(letters);
  });

  it('names everything that starts it', () => {
    const behaviour = of({
      StartInterval: 900,
      StartCalendarInterval: d({ Hour: 3, Minute: 0 }),
      WatchPaths: ['/a'],
      QueueDirectories: ['/in'],
      StartOnMount: true,
      MachServices: d({ 'local.port': true }),
      Sockets: d({ web: d({}) }),
      LaunchEvents: d({ 'com.apple.iokit.matching': d({}) }),
      KeepAlive: d({ PathState: d({ '/srv/on': false }) }),
    });
    expect(behaviour.starts).toEqual([
      { on: 'condition', told: 'while /srv/on is missing' },
      { on: 'interval', told: 'every 15 min, first that long after it is loaded' },
      { on: 'calendar', told: 'at these local times: 03:00' },
      { on: 'path-change', told: 'when /a changes' },
      { on: 'queue', told: 'while /in is not empty' },
      { on: 'mount', told: 'whenever a file system is mounted' },
      { on: 'message', told: 'when a message comes to local.port' },
      { on: 'socket', told: 'when somebody connects to its socket web' },
      { on: 'event', told: 'on events of com.apple.iokit.matching' },
    ]);
  });

  it('says so when nothing starts it', () => {
    expect(of({}).starts).toEqual([]);
    expect(of({}).sentences[0]).toMatch(/^Nothing starts it but you/);
    expect(of({ RunAtLoad: true, KeepAlive: d({ AfterInitialDemand: true }) }).starts).toEqual([]);
  });

  it.each<[string, Entries, RegExp]>([
    ['restart on success', { KeepAlive: d({ SuccessfulExit: true }) }, /After a crash it stays down/],
    ['an endless task', { KeepAlive: d({ Crashed: false }) }, /would run for ever, every 10 s/],
    ['an endless timer', { KeepAlive: true, StartInterval: 60 }, /would run for ever/],
    [
      'a hidden start',
      { KeepAlive: d({ SuccessfulExit: false }), StartInterval: 60 },
      /also starts it when it is loaded/,
    ],
    ['a brisk throttle', { KeepAlive: true, ThrottleInterval: 1 }, /every 1 s for ever/],
    ['an interval that loses', { StartInterval: 5 }, /ThrottleInterval wins/],
    ['no kill', { ExitTimeOut: 0 }, /neither stopped nor replaced/],
    ['day and weekday', { StartCalendarInterval: [d({ Day: 1, Weekday: 1 })] }, /either of them/],
    ['disabled', { Disabled: true }, /until it is enabled/],
    ['suspended', { WaitForDebugger: true }, /debugger/],
  ])('warns of %s', (_name, entries, pattern) => {
    expect(of(entries).warnings.join('\n')).toMatch(pattern);
  });

  it.each<[string, Entries]>([
    ['a plain service', { KeepAlive: true, RunAtLoad: true }],
    ['a plain timer', { StartInterval: 60 }],
    ['a throttle without a restart', { ThrottleInterval: 1 }],
    ['a service started on connection', { Sockets: d({ s: d({}) }) }],
  ])('does not warn of %s', (_name, entries) => {
    expect(of(entries).warnings).toEqual([]);
  });

  it('tells how it is stopped', () => {
    expect(of({ ExitTimeOut: 0 }).stop.killAfter).toBeNull();
    expect(of({ AbandonProcessGroup: true }).stop.endsProcessGroup).toBe(false);
    expect(of({ EnableTransactions: true }).sentences.join(' ')).toContain('killed at once');
    expect(of({ LaunchOnlyOnce: true }).sentences.join(' ')).toContain('runs once');
  });
});
