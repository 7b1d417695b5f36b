import { describe, expect, it } from 'vitest';
import { codesOf, jobOf } from './support.ts';

const base = { command: ['/bin/x'] };

describe('healthcheck', () => {
  it('has the times of Compose where none are given, and is absent where none is declared', () => {
    expect(jobOf(base).healthcheck).toBeUndefined();
    expect(jobOf({ ...base, healthcheck: { tcp: '8080' } }).healthcheck).toEqual({
      probes: [{ kind: 'tcp', host: '127.0.0.1', port: 8080 }],
      interval: 30,
      timeout: 5,
      retries: 3,
      startPeriod: 10,
      onUnhealthy: 'report',
    });
  });

  it.each([
    ['db.local:5432', { host: 'db.local', port: 5432 }],
    ['[::1]:80', { host: '::1', port: 80 }],
  ])('reads the address %s', (tcp, address) => {
    expect(jobOf({ ...base, healthcheck: { tcp } }).healthcheck?.probes).toEqual([
      { kind: 'tcp', ...address },
    ]);
  });

  it('writes nothing into the plist', () => {
    const job = jobOf({ ...base, healthcheck: { tcp: '8080' }, stale: { sockets: ['/tmp/a.sock'] } });
    expect(Object.keys(job.plist.entries).sort()).toEqual(Object.keys(jobOf(base).plist.entries).sort());
  });

  it('resolves paths against the working folder, else the folder of the file', () => {
    const healthcheck = { unix_socket: 'a.sock', fresh_file: { path: '~/alive', within: 60 } };
    expect(jobOf({ ...base, working_dir: '~/vm', healthcheck }).healthcheck?.probes).toEqual([
      { kind: 'unix_socket', path: '/Users/ada/vm/a.sock' },
      { kind: 'fresh_file', path: '/Users/ada/alive', within: 60 },
    ]);
    const twice = { sockets: ['a.sock', './b/../a.sock'], pid_files: ['a.pid', './a.pid'] };
    expect(jobOf({ ...base, working_dir: '/run', stale: twice }).stale).toEqual({
      sockets: ['/run/a.sock'],
      pidFiles: ['/run/a.pid'],
    });
    expect(jobOf({ ...base, stale: { pid_files: ['../run/./a.pid'] } }).stale).toEqual({
      sockets: [],
      pidFiles: ['/Users/ada/run/a.pid'],
    });
  });

  it('splits a command, and gives it the environment, folder and user of the job', () => {
    const job = jobOf({
      ...base,
      domain: 'system',
      user: '_pg',
      working_dir: '/srv',
      environment: { PORT: '5432' },
      healthcheck: { command: 'pg_isready -q --host "a b" ~/x' },
    });
    expect(job.healthcheck?.probes).toEqual([
      {
        kind: 'command',
        argv: ['pg_isready', '-q', '--host', 'a b', '/Users/ada/x'],
        cwd: '/srv',
        env: { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', PORT: '5432' },
        user: '_pg',
      },
    ]);
  });

  it.each([
    ['asks nothing', { healthcheck: { interval: 5 } }, 'error healthcheck/empty'],
    ['runs a relative program', { healthcheck: { command: './check' } }, 'error healthcheck/command'],
    ['is a pipe', { healthcheck: { command: 'a | b' } }, 'error command/shell-syntax'],
    [
      'names a socket that is too long',
      { healthcheck: { unix_socket: `/${'x'.repeat(110)}` } },
      'error socket/too-long',
    ],
    ['does so in stale', { stale: { sockets: [`/${'x'.repeat(110)}`] } }, 'error socket/too-long'],
    ['lies in the home of another', { stale: { pid_files: ['~eve/a.pid'] } }, 'error path/other-home'],
  ])('is refused when it %s', (_, fields, code) => {
    expect(codesOf({ ...base, ...fields })).toEqual([code]);
  });
});
