import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decompile } from '../../../src/desired/decompile/decompile.ts';
import { type ReadsAtStart, wrap } from '../../../src/launchd/wrapper.ts';
import { dict, type PlistDict } from '../../../src/model/plist.ts';
import { plist as anyJob } from '../../launchd/arbitrary-plist.ts';
import { value as anyValue, dictionary } from '../../plist/values.ts';
import { HOST, keys, PLACES } from '../support.ts';
import { imported, job, said } from './support.ts';

describe('a job in our wrapper', () => {
  const wrapped = (plist: PlistDict, reads: Partial<ReadsAtStart>): PlistDict =>
    wrap(plist, 'com.example.job', { envFiles: [], secrets: [], keeps: [], ...reads }) ?? plist;

  it('is said as what it runs, and what it reads at its start', () => {
    expect(
      said(
        wrapped(
          job({
            ProgramArguments: ['/bin/web', '--serve'],
            EnvironmentVariables: { PATH: '/opt/bin:/usr/bin:/bin:/usr/sbin:/sbin', PORT: '80' },
            // Said verbatim, so that not every first form fits.
            KeepAlive: { Crashed: true, OtherJobEnabled: { 'a.b': true } },
          }),
          {
            envFiles: ['/Users/ada/web.env', '/etc/$env'],
            secrets: [
              { name: 'TOKEN', file: '/Users/ada/token' },
              { name: 'DB', keychain: { service: 'db $x', account: null } },
              { name: 'API', keychain: { service: 'api', account: 'me' } },
            ],
            keeps: ['PATH', 'PORT'],
          },
        ),
      ),
    ).toMatchInlineSnapshot(`
      "path: [/opt/bin]
      environment: { PORT: 80 }
      env_file: [~/web.env, /etc/$env]
      secrets:
        TOKEN: { file: ~/token }
        DB: { keychain: { service: db $x } }
        API: { keychain: { service: api, account: me } }
      start: { at_load: false }
      launchd: { KeepAlive: { Crashed: true, OtherJobEnabled: { a.b: true } } }
      command: /bin/web --serve"
    `);
    expect(said(wrapped(job({ RunAtLoad: true }), { envFiles: ['/a'] }))).toBe(
      'env_file: /a\nrestart: never',
    );
  });

  it('is a command as any other when we would not write it so', () => {
    const odd = wrapped(job({ EnvironmentVariables: { A: '1' } }), { envFiles: ['/e'], keeps: ['B'] });
    expect(said(odd)).toContain('_rc_die');
    expect(said(odd)).not.toContain('env_file:');
  });
});

describe('a plist said in the fields of an instance', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a policy by name', { RunAtLoad: true, KeepAlive: { SuccessfulExit: false } }, 'restart: on-failure'],
    ['always', { RunAtLoad: true, KeepAlive: true }, 'restart: always'],
    ['no start at load', { KeepAlive: true }, 'start: { at_load: false }\nrestart: always'],
    ['a job that runs once', { RunAtLoad: true }, 'restart: never'],
    ['nothing starts it', {}, 'start: { at_load: false }'],
    [
      'policy and throttle',
      { RunAtLoad: true, KeepAlive: { Crashed: true }, ThrottleInterval: 30 },
      'restart: { policy: on-crash, throttle: 30s }',
    ],
    [
      'conditions',
      { KeepAlive: { PathState: { '/Users/ada/on': true }, OtherJobEnabled: { a: false } } },
      'restart: { run_while: { paths: { ~/on: true }, loaded: { a: false } } }',
    ],
    [
      'a policy that has no name',
      { RunAtLoad: true, KeepAlive: { SuccessfulExit: false, Crashed: true } },
      'launchd: { KeepAlive: { SuccessfulExit: false, Crashed: true } }',
    ],
    [
      'KeepAlive under its old name',
      { OnDemand: false },
      'start: { at_load: false }\nlaunchd: { OnDemand: false }',
    ],
    ['an interval', { StartInterval: 900 }, 'start: { every: 15m }'],
    ['an odd interval', { StartInterval: 5400 }, 'start: { every: 1h30m }'],
    [
      'an interval and a start at load',
      { StartInterval: 90, RunAtLoad: true },
      'start: { at_load: true, every: 90s }\nrestart: never',
    ],
    [
      'cron words',
      {
        StartCalendarInterval: [1, 2, 3, 4, 5].map((Weekday) => ({ Weekday, Hour: 3, Minute: 30 })),
      },
      'start: { schedule: "30 3 * * 1-5" }',
    ],
    [
      'Sunday',
      { StartCalendarInterval: { Weekday: 7, Hour: 0, Minute: 5 } },
      'start: { schedule: "5 0 * * 0" }',
    ],
    [
      'steps',
      { StartCalendarInterval: [0, 15, 30, 45].map((Minute) => ({ Minute })) },
      'start: { schedule: "*/15 * * * *" }',
    ],
    [
      'entries that cron cannot say',
      {
        StartCalendarInterval: [
          { Hour: 3, Minute: 0 },
          { Hour: 4, Minute: 30, Weekday: 1 },
        ],
      },
      'start: { schedule: [{ minute: 0, hour: 3 }, { minute: 30, hour: 4, weekday: 1 }] }',
    ],
    [
      'an entry of day and weekday, which would be two',
      { StartCalendarInterval: { Day: 1, Weekday: 1, Hour: 3, Minute: 0 } },
      'launchd: { StartCalendarInterval: { Day: 1, Weekday: 1, Hour: 3, Minute: 0 } }',
    ],
    ['paths', { WatchPaths: ['/Users/ada/in', '/etc'] }, 'start: { watch: [~/in, /etc] }'],
    ['a queue', { QueueDirectories: ['/Users/ada/q'] }, 'start: { queue: [~/q] }'],
    ['mounts', { StartOnMount: true }, 'start: { on_mount: true }'],
    [
      'sockets, which start it too',
      { Sockets: { Listeners: { SockServiceName: '8080' } } },
      'launchd: { Sockets: { Listeners: { SockServiceName: "8080" } } }',
    ],
    ['an octal umask', { StartOnMount: true, Umask: 63 }, 'umask: "077"\nstart: { on_mount: true }'],
    [
      'the settings',
      {
        StartOnMount: true,
        ExitTimeOut: 30,
        ProcessType: 'Background',
        Nice: 5,
        LowPriorityIO: true,
        SoftResourceLimits: { NumberOfFiles: 1024, CPU: 5 },
        HardResourceLimits: { NumberOfFiles: 1024 },
      },
      'start: { on_mount: true }\nstop_timeout: 30s\nprocess_type: background\nnice: 5\nlow_priority_io: true\nlimits: { cpu: { soft: 5 }, open_files: 1024 }',
    ],
    [
      'folders before those of launchd',
      {
        StartOnMount: true,
        EnvironmentVariables: { PATH: '/Users/ada/bin:/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin:/sbin' },
      },
      'path: [~/bin, /opt/homebrew/bin]\nstart: { on_mount: true }',
    ],
    [
      'variables, digits without quotes',
      {
        StartOnMount: true,
        EnvironmentVariables: { PORT: '8080', MODE: '0644', AT: '/Users/ada/x', PRICE: '$${5' },
      },
      'environment: { PORT: 8080, MODE: "0644", AT: "${home}/x", PRICE: "$$$${5" }\nstart: { on_mount: true }',
    ],
    [
      'its own logs',
      {
        StartOnMount: true,
        StandardOutPath: '/Users/ada/Library/Logs/com.example.job/out.log',
        StandardErrorPath: '/Users/ada/Library/Logs/com.example.job/err.log',
      },
      'start: { on_mount: true }\nlogs: true',
    ],
    [
      'a log in the working folder',
      { StartOnMount: true, WorkingDirectory: '/Users/ada/w', StandardOutPath: 'out.log' },
      'working_dir: ~/w\nstart: { on_mount: true }\nstdout: out.log',
    ],
    [
      'a log that lies nowhere',
      { StartOnMount: true, StandardOutPath: 'out.log' },
      'start: { on_mount: true }\nlaunchd: { StandardOutPath: out.log }',
    ],
    [
      'what only says the default',
      { StartOnMount: true, RunAtLoad: false, Debug: false },
      'start: { on_mount: true }',
    ],
    [
      'a key that the manual does not name',
      { StartOnMount: true, POSIXSpawnType: 'App' },
      'start: { on_mount: true }\nlaunchd_unchecked: { POSIXSpawnType: App }',
    ],
    [
      'a value that launchd ignores',
      { StartOnMount: true, Nice: 'low', StartInterval: '300' },
      'start: { on_mount: true }\nlaunchd_unchecked: { StartInterval: "300", Nice: low }',
    ],
    [
      'a session type',
      { StartOnMount: true, LimitLoadToSessionType: ['Aqua', 'Background'] },
      'start: { on_mount: true }\nsession_types: [aqua, background]',
    ],
    [
      'the user domain',
      { StartOnMount: true, LimitLoadToSessionType: 'Background' },
      'domain: user\nstart: { on_mount: true }',
    ],
    [
      'an account, which an agent has not',
      { StartOnMount: true, UserName: 'ada' },
      'start: { on_mount: true }\nlaunchd_unchecked: { UserName: ada }',
    ],
  ])('%s', (_, entries, yaml) => {
    expect(said(job(entries))).toBe(yaml);
  });

  const still = { StartOnMount: true };
  it.each<[string, Record<string, unknown>, string]>([
    [
      'a line',
      { ProgramArguments: ['/Users/ada/bin/x', '--to', '/Users/ada/y'] },
      'command: ~/bin/x --to ~/y',
    ],
    ['a list where words need quotes', { ProgramArguments: ['/bin/x', 'a b'] }, 'command: [/bin/x, a b]'],
    [
      'home within a word',
      { ProgramArguments: ['/bin/x', '--to=/Users/ada/y'] },
      'command: /bin/x --to=${home}/y',
    ],
    ['a dollar', { ProgramArguments: ['/bin/x', '${y}$$'] }, 'command: [/bin/x, "$${y}$$$$"]'],
    ['a tilde that nobody expands', { ProgramArguments: ['/bin/x', '~/y'] }, "command: /bin/x '~/y'"],
    ['a script', { ProgramArguments: ['/bin/sh', '-c', 'echo ${x}'] }, 'script: echo ${x}'],
    ['a program', { Program: '/bin/x' }, 'program: /bin/x'],
    [
      'a program with its own first word',
      { Program: '/bin/x', ProgramArguments: ['-x', 'y'] },
      'program: /bin/x\ncommand: -x y',
    ],
    ['a bare name', { ProgramArguments: ['sleep', '5'] }, 'command: sleep 5'],
    [
      'a path that launchd does not start',
      { ProgramArguments: ['bin/x'] },
      'launchd_unchecked: { ProgramArguments: [bin/x] }',
    ],
  ])('runs %s', (_, entries, yaml) => {
    const lines = said(job({ ...entries, ...still })).split('\n');
    expect(lines.filter((line) => !line.startsWith('start:')).join('\n')).toBe(yaml);
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      '/Library/LaunchDaemons/a.plist',
      { UserName: '_x', GroupName: 'staff' },
      'domain: system\nuser: _x\ngroup: staff',
    ],
    ['/Library/LaunchAgents/a.plist', {}, 'domain: all-users'],
    ['/home/me/dotfiles/LaunchDaemons/a.plist', {}, 'domain: system'],
    ['/home/me/dotfiles/a.plist', { UserName: 'root' }, 'domain: system\nuser: root'],
    ['/home/me/dotfiles/a.plist', {}, ''],
  ])('the domain of %s', (path, entries, yaml) => {
    const lines = said(job({ ...entries, ...still }), path).split('\n');
    expect(lines.filter((line) => !line.startsWith('start:')).join('\n')).toBe(yaml);
  });

  it.each<[string, PlistDict, string]>([
    ['no label', keys({ ProgramArguments: ['/bin/x'] }), 'import/no-label'],
    ['a label that is no text', keys({ Label: 5, ProgramArguments: ['/bin/x'] }), 'import/no-label'],
    ['a label with a blank', keys({ Label: 'a b', ProgramArguments: ['/bin/x'] }), 'label/invalid'],
    ['an Apple label', keys({ Label: 'com.apple.x', ProgramArguments: ['/bin/x'] }), 'label/apple'],
    ['nothing to run', keys({ Label: 'a' }), 'import/nothing-to-run'],
    [
      'a date',
      dict([...Object.entries(job({}).entries), ['X', [{ kind: 'date', iso: '2026-01-01T00:00:00Z' }]]]),
      'import/unsayable',
    ],
  ])('refuses %s', (_, plist, code) => {
    expect(said(plist)).toBe(`refused: ${code}`);
  });
});

describe('what is said comes to the same plist', () => {
  const check = (plist: PlistDict): void => {
    const outcome = decompile(plist, '/Users/ada/Library/LaunchAgents/x.plist', HOST, PLACES);
    if (!outcome.ok) throw new Error(`${outcome.refusal.code} ${outcome.refusal.message}`);
    // Compiles the whole file once more, and throws where it comes to something else.
    const path = '/Users/ada/Library/LaunchAgents/x.plist';
    const { jobs } = imported([{ path, plist, comments: { above: [], at: new Map(), hidSecret: false } }]);
    if (jobs.length !== 1) throw new Error('left out');
  };

  it('whatever job it is', () => {
    const labelled = anyJob.map((plist) =>
      dict([['Label', 'com.example.any'], ...Object.entries(plist.entries)]),
    );
    fc.assert(fc.property(labelled, check), { numRuns: 150 });
  });

  it('whatever stands under its keys', () => {
    const KEYS = [
      'KeepAlive',
      'RunAtLoad',
      'StartInterval',
      'EnvironmentVariables',
      'Umask',
      'WatchPaths',
      'Sockets',
      'X',
    ];
    const plist = fc
      .tuple(fc.dictionary(fc.constantFrom(...KEYS), anyValue, { maxKeys: 4 }), dictionary)
      .map(([known, other]) =>
        dict([
          ...Object.entries(other.entries),
          ...Object.entries(known),
          ['Label', 'com.example.any'],
          ['ProgramArguments', ['/bin/x']],
        ]),
      )
      .filter((each) => !JSON.stringify(each).includes('"kind":"date"'));
    fc.assert(
      fc.property(plist, (each) => {
        const outcome = decompile(each, '/Users/ada/Library/LaunchAgents/x.plist', HOST, PLACES);
        // Only what a file cannot hold is refused: control characters, a second Label in other letters.
        if (
          !outcome.ok &&
          !/^(?:yaml\/|launchd\/label|launchd\/twice|import\/(?:unsayable|not-the-same))/.test(
            outcome.refusal.code,
          )
        )
          throw new Error(outcome.refusal.code);
        if (outcome.ok) check(each);
      }),
      { numRuns: 150 },
    );
  });
});
