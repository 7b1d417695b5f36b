import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { dict } from '../../src/model/plist.ts';
import { openWorld, shell } from '../support/embedded-world.ts';

const world = openWorld();
afterAll(() => world.close());

const soon = { timeout: 20_000, interval: 50 };

describe('the embedded launchd', () => {
  it('starts by itself, runs a job and brings it back after SIGKILL', async () => {
    await world.load('org.example.worker', {
      ProgramArguments: shell('exec sleep 600'),
      KeepAlive: dict([['SuccessfulExit', false]]),
      ThrottleInterval: 1,
    });
    const first = await world.field('org.example.worker', 'pid');
    expect(Number(first)).toBeGreaterThan(1);
    expect((await world.launchctl('kill', 'SIGKILL', `${world.gui}/org.example.worker`)).code).toBe(0);
    await vi.waitFor(async () => {
      expect(await world.field('org.example.worker', 'runs')).toBe('2');
    }, soon);
    expect(await world.field('org.example.worker', 'state')).toBe('running');
    expect(await world.field('org.example.worker', 'pid')).not.toBe(first);
    expect(await world.field('org.example.worker', 'last terminating signal')).toBe('Killed: 9');
  });

  it('gives a job launchd’s own environment, and nothing of the caller’s', async () => {
    const log = join(world.folder, 'deep', 'er', 'env.log');
    await world.load('org.example.env', {
      ProgramArguments: ['/usr/bin/env'],
      StandardOutPath: log,
      RunAtLoad: true,
      EnvironmentVariables: dict([['GREETING', 'good morning']]),
    });
    await vi.waitFor(
      async () => expect(await world.field('org.example.env', 'last exit code')).toBe('0'),
      soon,
    );
    const names = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split('=')[0])
      .sort();
    expect(names).toEqual([
      'GREETING',
      'HOME',
      'LOGNAME',
      'OSLogRateLimit',
      'PATH',
      'SHELL',
      'TMPDIR',
      'USER',
      'XPC_FLAGS',
      'XPC_SERVICE_NAME',
    ]);
    expect(readFileSync(log, 'utf8')).toContain('PATH=/usr/bin:/bin:/usr/sbin:/sbin\n');
  });

  it('takes a job out, and answers 113 afterwards', async () => {
    await world.load('org.example.leaves', { ProgramArguments: shell('exec sleep 600'), RunAtLoad: true });
    const pid = Number(await world.field('org.example.leaves', 'pid'));
    expect((await world.launchctl('bootout', '--wait', `${world.gui}/org.example.leaves`)).code).toBe(0);
    const answer = await world.launchctl('print', `${world.gui}/org.example.leaves`);
    expect(answer).toMatchObject({ code: 113, stdout: '' });
    expect(answer.stderr).toMatch(
      /^Bad request\.\nCould not find service "org\.example\.leaves" in domain for user gui: \d+\n$/,
    );
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});
