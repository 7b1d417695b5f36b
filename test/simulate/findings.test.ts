import { describe, expect, it } from 'vitest';
import type { PlistValue } from '../../src/model/plist.ts';
import type { Finding } from '../../src/simulate/findings.ts';
import { when } from '../emulator/support.ts';
import { ahead, NOON, plistOf } from './support.ts';

function findings(
  keys: Readonly<Record<string, PlistValue>>,
  exits: string,
  seconds = 300,
): readonly Finding[] {
  return ahead(plistOf(keys), exits, seconds).tracks[0].findings;
}

const codes = (found: readonly Finding[]): readonly string[] =>
  found.map(({ code, severity }) => `${severity} ${code}`);

describe('findings', () => {
  it('a storm: how many starts, how often, and which policies have none', () => {
    const [storm, ...others] = findings(
      { KeepAlive: when({ SuccessfulExit: false }), ThrottleInterval: 10 },
      '1',
    );
    expect(others).toEqual([]);
    expect(storm).toEqual({
      code: 'storm',
      severity: 'warning',
      brief: 'restart storm: 30 starts, one every 10 s',
      message: 'Restart storm: 30 starts in 5 min, one every 10 s. launchd never gives up.',
      next: 'Under `restart: on-success`, `on-crash` or `never` there is none. A longer `throttle` makes the starts rarer.',
    });
  });

  it('a job that ends well and is started again all the same', () => {
    const [storm] = findings({ KeepAlive: true }, '0');
    expect(storm?.message).toBe(
      'It ends well and is started again all the same: 30 starts in 5 min, one every 10 s. launchd never gives up.',
    );
    expect(storm?.next).toContain('`restart: on-failure`');
  });

  it('a storm that begins when runs begin to fail counts these alone', () => {
    const [storm] = findings({ KeepAlive: true, ThrottleInterval: 5 }, '0@30s*2,1', 180);
    expect(storm?.brief).toBe('restart storm: 24 starts, one every 5 s');
  });

  it('four quick restarts are no storm, nor are slow ones, nor those of an interval', () => {
    expect(codes(findings({ KeepAlive: true }, '1*3,hang'))).toEqual([]);
    expect(codes(findings({ KeepAlive: true }, '1@61s', 3600))).toEqual([]);
    expect(codes(findings({ StartInterval: 10 }, '1', 3600))).toEqual([]);
    expect(codes(findings({ KeepAlive: true }, '1*4,hang'))).toEqual(['warning storm']);
  });

  it('a job that stays down after a failure: from when on, why, and what would start it', () => {
    const [down] = findings({ KeepAlive: when({ SuccessfulExit: true }), ThrottleInterval: 5 }, '0,1');
    expect(down).toEqual({
      code: 'stays-down',
      severity: 'warning',
      brief: 'stays down after run 2 (exit 1)',
      message:
        'Stays down from 6 s on, after run 2 (exit 1): it restarts after exit 0 only; stays down after a crash, a failure or a kill.',
      next: '`restart: always` would start it again. `reconcile start job` starts it by hand.',
    });
  });

  it('one that stays down after it ended well is no warning', () => {
    const found = findings({ RunAtLoad: true, KeepAlive: when({ SuccessfulExit: false }) }, '0');
    expect(codes(found)).toEqual(['info stays-down']);
    expect(found[0]?.next).toBe(
      'If that is not meant: `restart: always` or `on-success` would start it again.',
    );
  });

  it('LaunchOnlyOnce is why, whatever the policy', () => {
    const [down] = findings({ RunAtLoad: true, LaunchOnlyOnce: true, KeepAlive: true }, '1');
    expect(down).toMatchObject({ code: 'stays-down', severity: 'info' });
    expect(down?.message).toContain('LaunchOnlyOnce');
  });

  it('one that a change of a path starts again stays down until then', () => {
    const [down] = findings({ RunAtLoad: true, WatchPaths: ['/etc/hosts'] }, '0');
    expect(down?.message).toContain('It starts again when /etc/hosts changes.');
  });

  it('one that its interval starts again does not stay down', () => {
    expect(codes(findings({ StartInterval: 60 }, '1'))).toEqual([]);
  });

  it('a job that nothing starts, or nothing but a demand', () => {
    expect(findings({}, '0')[0]?.message).toBe('Never starts: nothing starts it.');
    expect(findings({ KeepAlive: when({ AfterInitialDemand: true }) }, '0')[0]?.message).toContain(
      'AfterInitialDemand',
    );
    expect(findings({ WatchPaths: ['/etc/hosts'] }, '0')[0]).toMatchObject({
      code: 'not-yet',
      severity: 'info',
    });
    expect(findings({ StartInterval: 600 }, '0')[0]?.next).toContain('--for');
  });

  it('a job that goes by the calendar: when it starts next, never that it stays down', () => {
    const nightly = { StartCalendarInterval: when({ Hour: 3, Minute: 30 }) };
    expect(findings(nightly, '1', 86_400)).toEqual([
      {
        code: 'next-start',
        severity: 'info',
        brief: 'next start: Fri 3 Jul 03:30',
        message: 'Its next start after that is Fri 3 Jul 03:30.',
        next: null,
      },
    ]);
    expect(codes(findings(nightly, '1', 60))).toEqual(['info not-yet', 'info next-start']);
  });

  it('one that an interval starts sooner has no next date', () => {
    const both = { StartCalendarInterval: when({ Hour: 3, Minute: 30 }), StartInterval: 60 };
    expect(codes(findings(both, '0'))).toEqual([]);
  });

  it('a job that the file keeps off', () => {
    const plist = plistOf({ RunAtLoad: true });
    const [declared, other] = ahead(plist, 'hang', 60, [plist], 'job', NOON, false).tracks;
    expect(declared.findings).toMatchObject([{ code: 'not-enabled', severity: 'warning' }]);
    expect(other?.findings).toEqual([]);
  });

  it('starts that are lost', () => {
    expect(findings({ StartInterval: 60 }, '0@90s')).toMatchObject([
      { code: 'missed', severity: 'warning', brief: '2 starts are lost' },
    ]);
  });

  it('an exit code that looks like a crash, where it matters', () => {
    const [, note] = findings({ KeepAlive: when({ Crashed: true }) }, '139');
    expect(note).toMatchObject({ code: 'no-crash' });
    expect(note?.message).toBe(
      'Exit 139 is how a shell reports SIGSEGV; launchd sees an ordinary failure and no crash.',
    );
    expect(codes(findings({ KeepAlive: true }, '139*3,hang'))).toEqual([]);
  });

  it('what was taken for true, and what was not looked at', () => {
    const keepAlive = when({ PathState: when({ '/on': true }) });
    expect(codes(findings({ KeepAlive: keepAlive }, '1', 30 * 86_400))).toEqual([
      'warning storm',
      'info cut-short',
      'info assumed',
    ]);
  });
});
