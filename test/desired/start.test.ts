import { describe, expect, it } from 'vitest';
import type { InstanceFields, Origin } from '../../src/config/instance.ts';
import { codesOf, keys, keysOf } from './support.ts';

/** The keys beside the command. */
function startOf(fields: InstanceFields, origins: Record<string, Origin> = {}): Record<string, unknown> {
  const { ProgramArguments: _arguments, ...others } = keysOf({ command: ['/bin/x'], ...fields }, origins);
  return others;
}

const says = (fields: InstanceFields, origins: Record<string, Origin> = {}): readonly string[] =>
  codesOf({ command: ['/bin/x'], ...fields }, origins);

const ON_FAILURE = { SuccessfulExit: false };

describe('start', () => {
  it.each<[InstanceFields, Record<string, unknown>]>([
    [{}, { RunAtLoad: true, KeepAlive: ON_FAILURE }],
    [{ start: {} }, { RunAtLoad: true, KeepAlive: ON_FAILURE }],
    [{ start: { at_load: false } }, {}],
    [{ start: { every: 900 } }, { StartInterval: 900 }],
    [
      { start: { every: 900, at_load: true } },
      { StartInterval: 900, RunAtLoad: true, KeepAlive: ON_FAILURE },
    ],
    [{ start: { schedule: '@daily' } }, { StartCalendarInterval: { Minute: 0, Hour: 0 } }],
    [
      { start: { schedule: '30 3 * * 1,2' } },
      { StartCalendarInterval: [1, 2].map((Weekday) => ({ Minute: 30, Hour: 3, Weekday })) },
    ],
    [{ start: { schedule: [{ hour: 3, minute: 0 }] } }, { StartCalendarInterval: { Minute: 0, Hour: 3 } }],
    [{ start: { schedule: [{ hour: 3, minute: '*', day: '*' }] } }, { StartCalendarInterval: { Hour: 3 } }],
    [
      {
        start: {
          schedule: [
            { minute: 0, weekday: 7 },
            { minute: 0, weekday: 0 },
            { minute: 5, month: 2 },
          ],
        },
      },
      {
        StartCalendarInterval: [
          { Minute: 0, Weekday: 0 },
          { Minute: 5, Month: 2 },
        ],
      },
    ],
    [
      { start: { schedule: [{ minute: 0, hour: 4, day: 13, weekday: 5 }] } },
      {
        StartCalendarInterval: [
          { Minute: 0, Hour: 4, Day: 13 },
          { Minute: 0, Hour: 4, Weekday: 5 },
        ],
      },
    ],
    [
      { start: { watch: ['~/in', '/etc/x'], queue: ['/q', 'spool/'] } },
      { WatchPaths: ['/Users/ada/in', '/etc/x'], QueueDirectories: ['/q', '/Users/ada/dotfiles/spool/'] },
    ],
    [{ start: { on_mount: true } }, { StartOnMount: true }],
    [{ start: { on_mount: false } }, { RunAtLoad: true, KeepAlive: ON_FAILURE }],
  ])('compiles %j', (fields, expected) => {
    expect(startOf(fields)).toEqual(expected);
  });

  it.each<[InstanceFields, readonly string[]]>([
    [{ start: { schedule: [{ minute: '*' }] } }, ['error schedule/every-minute']],
    // Its minute is missing or wrong, which the file itself tells.
    [{ start: { schedule: [{}] } }, []],
    [{ start: { schedule: [{ minute: 0, day: 1, weekday: 1 }] } }, ['warning schedule/day-or-weekday']],
    [{ start: { schedule: '0 0 30 2 *' } }, ['warning schedule/never']],
    [{ start: { schedule: '0 0 29 2 *' } }, []],
    [{ start: { schedule: '* * * * *' } }, ['error schedule/every-minute']],
    [{ start: { watch: ['~eve/x'] } }, ['error path/other-home']],
  ])('says of %j: %j', (fields, codes) => {
    expect(says(fields)).toEqual(codes);
  });
});

describe('restart', () => {
  it.each<[InstanceFields, Record<string, unknown>]>([
    [{ restart: { policy: 'always' } }, { KeepAlive: true }],
    [{ restart: { policy: 'on-failure' } }, { KeepAlive: { SuccessfulExit: false } }],
    [{ restart: { policy: 'on-success' } }, { KeepAlive: { SuccessfulExit: true } }],
    [{ restart: { policy: 'on-crash' } }, { KeepAlive: { Crashed: true } }],
    [{ restart: { policy: 'never' } }, {}],
    [{ restart: { throttle: 30 } }, { KeepAlive: ON_FAILURE, ThrottleInterval: 30 }],
  ])('compiles %j of a job that starts at load', (fields, expected) => {
    expect(startOf(fields)).toEqual({ RunAtLoad: true, ...expected });
  });

  it('runs while conditions hold, and not at load', () => {
    const restart = {
      run_while: { paths: { '~/on': true, '/off': false }, loaded: { 'com.example.db': true } },
    };
    expect(startOf({ restart })).toEqual({
      KeepAlive: {
        PathState: { '/Users/ada/on': true, '/off': false },
        OtherJobEnabled: { 'com.example.db': true },
      },
    });
    expect(startOf({ restart, start: { at_load: true } })).toMatchObject({ RunAtLoad: true });
  });

  it('lets the defaults speak of jobs started at load only', () => {
    const restart = { policy: 'always', throttle: 5 } as const;
    const byDefault: Record<string, Origin> = {
      'restart.policy': 'defaults',
      'restart.throttle': 'defaults',
    };
    expect(startOf({ restart }, byDefault)).toEqual({
      RunAtLoad: true,
      KeepAlive: true,
      ThrottleInterval: 5,
    });
    expect(startOf({ restart, start: { every: 60 } }, byDefault)).toEqual({ StartInterval: 60 });
    expect(startOf({ restart, start: { every: 60 } }, { 'restart.policy': 'defaults' })).toEqual({
      StartInterval: 60,
      ThrottleInterval: 5,
    });
    expect(startOf({ restart, start: { at_load: true, every: 60 } }, byDefault)).toMatchObject({
      KeepAlive: true,
    });
    expect(says({ restart, start: { every: 60 } }, byDefault)).toEqual([]);
  });

  it('lets an instance replace the policy of the defaults by conditions', () => {
    const restart = { policy: 'always', run_while: { paths: { '/on': true } } } as const;
    expect(
      startOf({ restart }, { 'restart.policy': 'defaults', 'restart.run_while.paths': 'instance' }),
    ).toEqual({
      KeepAlive: { PathState: { '/on': true } },
    });
  });

  it.each<[InstanceFields, Record<string, Origin>, readonly string[]]>([
    [{ start: { every: 60 }, restart: { policy: 'always' } }, {}, ['warning restart/starts-at-load']],
    [
      { start: { every: 60 }, restart: { policy: 'on-crash' } },
      { 'restart.policy': 'template' },
      ['warning restart/starts-at-load'],
    ],
    [{ start: { at_load: false }, restart: { policy: 'always' } }, {}, ['warning restart/starts-at-load']],
    [{ start: { every: 60 }, restart: { policy: 'never' } }, {}, []],
    [{ start: { every: 60, at_load: true }, restart: { policy: 'always' } }, {}, []],
  ])('says of %j (%j): %j', (fields, origins, codes) => {
    expect(says(fields, origins)).toEqual(codes);
  });
});

describe('launchd: decides at_load and the policy too', () => {
  it.each<[InstanceFields, Record<string, unknown>]>([
    [{ launchd: keys({ KeepAlive: true }) }, { RunAtLoad: true, KeepAlive: true }],
    [{ launchd: keys({ KeepAlive: false }) }, { RunAtLoad: true, KeepAlive: false }],
    [{ launchd: keys({ RunAtLoad: false }) }, { RunAtLoad: false }],
    [
      { launchd: keys({ RunAtLoad: true, StartInterval: 60 }) },
      { RunAtLoad: true, StartInterval: 60, KeepAlive: ON_FAILURE },
    ],
    [{ launchd: keys({ StartInterval: 60 }) }, { StartInterval: 60 }],
    [{ launchd: keys({ WatchPaths: ['/x'] }) }, { WatchPaths: ['/x'] }],
    [
      { launchd: keys({ Sockets: { Web: { SockServiceName: 'http' } } }) },
      { Sockets: { Web: { SockServiceName: 'http' } } },
    ],
    [
      { launchd: keys({ MachServices: { 'com.example.m': true } }) },
      { MachServices: { 'com.example.m': true } },
    ],
    [
      { launchd: keys({ KeepAlive: { PathState: { '/x': true } } }) },
      { KeepAlive: { PathState: { '/x': true } } },
    ],
    [
      { launchd: keys({ KeepAlive: { SuccessfulExit: false, Crashed: true } }) },
      { RunAtLoad: true, KeepAlive: { SuccessfulExit: false, Crashed: true } },
    ],
    [
      { launchd: keys({ StartInterval: 60 }), start: { at_load: true } },
      { RunAtLoad: true, StartInterval: 60, KeepAlive: ON_FAILURE },
    ],
    [{ launchd_unchecked: keys({ OnDemand: false }) }, { RunAtLoad: true, OnDemand: false }],
  ])('compiles %j', (fields, expected) => {
    expect(startOf(fields)).toEqual(expected);
  });
});
