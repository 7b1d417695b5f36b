import { spawn } from 'node:child_process';
import { chmodSync, closeSync, existsSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CLI, createWorld, type Ended, until, type World } from '../support/private-home.ts';

/** Ctrl-C, a terminal that is closed and output that cannot be written, in the middle of a change: no job is left down. */

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.end());

const STATE = '.local/state/reconcile/embedded';

/** Jobs that use up the time they are given to end. */
function declare(names: readonly string[], value: string): void {
  const jobs = names.map(
    (name) =>
      `  ${name}:\n    script: "trap '' TERM; while :; do sleep 1; done"\n    environment: { V: ${value} }\n    stop_timeout: 2s\n`,
  );
  world.write('reconcile.yaml', `version: 1\nlabel_prefix: com.example\ninstances:\n${jobs.join('')}`);
}

/** Runs the command, and calls `onBootout` once, when it tells that it takes a job out. */
function runUntilBootout(args: readonly string[], onBootout: (pid: number) => void): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CLI, ...args, '--verbose'], { cwd: world.home, env: world.env });
    let [stdout, stderr, told] = ['', '', false];
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += String(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += String(chunk);
      if (told || !stderr.includes(': bootout\n')) return;
      told = true;
      onBootout(child.pid ?? 0);
    });
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const half = (): readonly string[] => readdirSync(join(world.home, STATE, 'journal'));

describe('Ctrl-C in the middle', () => {
  it('is heard at once; the job in hand is brought to an end, and what is left is told with the command for it', async () => {
    declare(['a', 'b'], 'one');
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    declare(['a', 'b'], 'two');
    const { code, stdout, stderr } = await runUntilBootout(['apply', '--yes', '--parallelism', '1'], (pid) =>
      process.kill(pid, 'SIGINT'),
    );
    expect(stderr).toMatch(/^Interrupted: no other job is begun; com\.example\.a is brought to an end\./m);
    expect(stdout).toMatch(/a {2}com\.example\.a .*updated, restarted/);
    expect(stdout).toContain('hint: Run reconcile apply again.');
    expect([code, half()]).toEqual([130, []]);
    expect((await world.reconcile('plan')).stdout).toContain('Plan: 1 to update, 1 unchanged.');
  });

  it('that a wrapper passes on a second time ends nothing at once', async () => {
    declare(['a'], 'one');
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    declare(['a'], 'two');
    const { code } = await runUntilBootout(['apply', '--yes'], (pid) => {
      process.kill(pid, 'SIGINT');
      process.kill(pid, 'SIGTERM');
    });
    expect([code, half()]).toEqual([130, []]);
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 1 job matches.\n');
  });

  it('before anything is begun is said, too', async () => {
    declare(['a'], 'one');
    const asked = join(world.home, 'asked');
    const slow = world.write('slow-launchctl', `#!/bin/sh\n: > '${asked}'\nexec sleep 600\n`);
    chmodSync(slow, 0o755);
    const args = [CLI, 'apply', '--yes', '--launchctl', slow, '--root', world.home, '--timeout', '10m'];
    const { RECONCILE_LAUNCHD: _, ...env } = world.env;
    const child = spawn(process.execPath, args, { cwd: world.home, env });
    let told = '';
    child.stderr.on('data', (chunk: Buffer) => {
      told += String(chunk);
    });
    const code = new Promise((resolve) => child.on('close', resolve));
    await until('launchctl is asked', () => existsSync(asked));
    child.kill('SIGINT');
    expect([await code, told]).toEqual([130, 'Interrupted.\n']);
  });

  it('of a destroy advises to destroy again, and says why the jobs go', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    declare(names, 'one');
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    const { code, stdout } = await runUntilBootout(['destroy', '--yes'], (pid) =>
      process.kill(pid, 'SIGINT'),
    );
    expect(code).toBe(130);
    expect(stdout).toMatch(/^- a {2}com\.example\.a {2}\(gui\/\d+\) {2}destroyed on request$/m);
    expect(stdout).not.toContain('no longer declared');
    expect(stdout).toContain('hint: Run reconcile destroy again.');
    expect((await world.reconcile('destroy', '--yes')).code).toBe(0);
    expect(readdirSync(join(world.home, STATE, 'LaunchAgents'))).toEqual([]);
  });
});

describe('a terminal that is closed', () => {
  it('hangs up more than once, and the job in hand is brought to an end all the same', async () => {
    declare(['a'], 'one');
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    declare(['a'], 'two');
    const { code } = await runUntilBootout(['apply', '--yes'], (pid) => {
      process.kill(pid, 'SIGHUP');
      // While the job uses up its two seconds; a process on its way out has given up its handlers.
      let left = 5;
      const again = setInterval(() => {
        process.kill(pid, 'SIGHUP');
        if (--left === 0) clearInterval(again);
      }, 100);
    });
    expect([code, half()]).toEqual([130, []]);
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 1 job matches.\n');
  });
});

describe.skipIf(!existsSync('/dev/full'))('output that cannot be written (needs /dev/full)', () => {
  const runInto = (args: readonly string[], stdio: readonly ('out' | 'err')[]): Promise<Ended> =>
    new Promise((resolve) => {
      const full = openSync('/dev/full', 'w');
      const stream = (name: 'out' | 'err'): 'pipe' | number => (stdio.includes(name) ? full : 'pipe');
      const child = spawn(process.execPath, [CLI, ...args], {
        cwd: world.home,
        env: world.env,
        stdio: ['ignore', stream('out'), stream('err')],
      });
      closeSync(full);
      let [stdout, stderr] = ['', ''];
      child.stdout?.on('data', (chunk: Buffer) => {
        stdout += String(chunk);
      });
      child.stderr?.on('data', (chunk: Buffer) => {
        stderr += String(chunk);
      });
      child.on('close', (code) => resolve({ code, stdout, stderr }));
    });

  it.each([
    ['standard output', ['out'], 1],
    ['standard error', ['err'], 0],
    ['either', ['out', 'err'], 1],
  ] as const)('on %s: the change is made, and a lost report is an error', async (_, stdio, code) => {
    declare(['a'], 'one');
    const ended = await runInto(['apply', '--yes'], stdio);
    expect(ended.code).toBe(code);
    if (!(stdio as readonly string[]).includes('err')) {
      expect(ended.stderr).toContain('error[output/lost]: Standard output could not be written: ENOSPC');
      expect(ended.stderr).not.toMatch(/^ {4}at /m);
    }
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 1 job matches.\n');
  });
});
