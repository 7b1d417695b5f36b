import { describe, expect, it } from 'vitest';
import { plistToJson } from '../../src/plist/json.ts';
import { compile, instance, jobOf, keysOf, place } from './support.ts';

describe('compileJobs', () => {
  it('compiles a service as the interface shows it', () => {
    const job = jobOf({
      label: 'com.example.gateway',
      description: 'the gateway',
      command: ['/opt/homebrew/bin/node', '/opt/gateway/index.js', 'gateway'],
      restart: { policy: 'on-success', throttle: 5 },
      stop_timeout: 30,
      umask: '077',
    });
    expect(job).toMatchObject({
      instance: 'job',
      label: 'com.example.gateway',
      domain: 'gui/501',
      placement: 'gui',
      path: '/Users/ada/Library/LaunchAgents/com.example.gateway.plist',
      description: 'the gateway',
      enabled: null,
      excluded: false,
      after: [],
      ignoreChanges: [],
      folders: [],
    });
    expect(plistToJson(job.plist)).toEqual({
      Label: 'com.example.gateway',
      ProgramArguments: ['/opt/homebrew/bin/node', '/opt/gateway/index.js', 'gateway'],
      Umask: 63,
      ExitTimeOut: 30,
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: true },
      ThrottleInterval: 5,
    });
  });

  it('adds to a bare command only what the defaults say', () => {
    expect(keysOf({ command: ['/bin/true'] })).toEqual({
      ProgramArguments: ['/bin/true'],
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
    });
  });

  it('puts each placement into its folder and domain', () => {
    const { jobs } = compile(
      instance('a', { command: ['/bin/a'] }),
      instance('b', { command: ['/bin/b'], domain: 'user' }),
      instance('c', { command: ['/bin/c'], domain: 'system', user: '_b', group: '_c' }),
      instance('d', { command: ['/bin/d'], domain: 'all-users' }),
    );
    expect(jobs.map(({ domain, path }) => [domain, path])).toEqual([
      ['gui/501', '/Users/ada/Library/LaunchAgents/com.example.a.plist'],
      ['user/501', '/Users/ada/Library/LaunchAgents/com.example.b.plist'],
      ['system', '/Library/LaunchDaemons/com.example.c.plist'],
      ['gui/501', '/Library/LaunchAgents/com.example.d.plist'],
    ]);
    expect(plistToJson(jobs[1]?.plist ?? null)).toMatchObject({ LimitLoadToSessionType: 'Background' });
    expect(plistToJson(jobs[2]?.plist ?? null)).toMatchObject({ UserName: '_b', GroupName: '_c' });
  });

  it('leaves an instance with an error out, and keeps the others', () => {
    const { jobs, diagnostics } = compile(
      instance('bad', { command: ['bin/x'], label: 'a b' }, { line: 3 }),
      instance('good', { command: ['/bin/x'] }),
    );
    expect(jobs.map((job) => job.instance)).toEqual(['good']);
    expect(diagnostics.map(({ code, line }) => [code, line])).toEqual([
      ['label/invalid', 3],
      ['program/relative', 3],
    ]);
  });

  it('tells of a repeated label at the later place, in any letter case, and not across `when`', () => {
    const { diagnostics } = compile(
      instance(
        'z',
        { command: ['/bin/z'], label: 'com.example.one' },
        { line: 2, places: { label: place(3, 12) } },
      ),
      instance(
        'a',
        { command: ['/bin/a'], label: 'com.example.ONE' },
        { line: 7, places: { label: place(8, 12) } },
      ),
      instance('e', { command: ['/bin/e'], label: 'com.example.one' }, { line: 9, excluded: true }),
    );
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ code: 'label/duplicate', line: 8, column: 12 });
    expect(diagnostics[0]?.message).toContain('letter case');
  });

  it('turns depends_on into labels, but for those that are not on this machine', () => {
    const { jobs, diagnostics } = compile(
      instance('db', { command: ['/bin/db'], label: 'com.example.database' }),
      instance('web', { command: ['/bin/web'], depends_on: ['db', 'db'] }),
      instance('job', { command: ['/bin/job'], depends_on: ['db', 'off'] }),
      instance('off', { command: ['/bin/off'] }, { excluded: true }),
    );
    expect(diagnostics).toEqual([]);
    expect(jobs.find((job) => job.instance === 'web')?.after).toEqual(['com.example.database']);
    expect(jobs.find((job) => job.instance === 'job')?.after).toEqual(['com.example.database']);
    expect(jobs.find((job) => job.instance === 'off')?.excluded).toBe(true);
  });
});
