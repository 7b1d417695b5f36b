import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, createWorld, until, type World } from '../support/private-home.ts';

/** Runs that are disturbed: nobody reads them any more, or another one is at work. */

const STATE = '.local/state/reconcile/embedded';

let world: World;
beforeAll(() => {
  world = createWorld();
});
afterAll(() => world.end());

const declare = (name: string, jobs: readonly string[]): string => {
  world.write(
    `${name}.yaml`,
    `version: 1\nname: ${name}\nlabel_prefix: com.example\ndefaults: { restart: { policy: always, throttle: 1s } }\ninstances:\n${jobs.map((job) => `  ${job}\n`).join('')}`,
  );
  return join(world.home, `${name}.yaml`);
};

describe('a reader that goes away', () => {
  it.each([
    ['30', 'the reader', ['stdout']],
    ['31', 'everybody who could read', ['stdout', 'stderr']],
  ] as const)('scenario %s: once %s is gone, apply goes on quietly to its end', async (number, _, closed) => {
    const file = declare(`pipe-${number}`, [
      `one-${number}: { command: /bin/sleep 1000 }`,
      `two-${number}: { command: /bin/sleep 1001 }`,
    ]);
    const child = spawn(process.execPath, [CLI, 'apply', '--yes', '-v', '-f', file], {
      cwd: world.home,
      env: world.env,
    });
    let errors = '';
    child.stderr.on('data', (text) => {
      errors += text;
    });
    for (const stream of closed) child[stream].destroy();
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
    expect(errors).not.toMatch(/EPIPE|^\s+at /m);
    expect(await world.reconcile('plan', '-f', file, '--detailed-exitcode')).toMatchObject({
      code: 0,
      stdout: 'No changes. 2 jobs match.\n',
    });
  });
});

describe('a second apply', () => {
  it('scenario 53: names the process that holds the lock and ends with 75, or waits as long as it is told to', async () => {
    const deaf = `trap "" TERM; touch "$HOME/deaf"; while :; do sleep 0.2; done`;
    const job = (value: string): string =>
      `deaf: { script: '${deaf}', stop_timeout: 3s, environment: { V: ${value} } }`;
    const file = declare('locked', [job('one')]);
    expect((await world.reconcile('apply', '--yes', '-f', file)).code).toBe(0);
    await until('its trap', () => existsSync(join(world.home, 'deaf')));
    declare('locked', [job('two')]);
    const first = spawn(process.execPath, [CLI, 'apply', '--yes', '-f', file], {
      cwd: world.home,
      env: world.env,
      stdio: 'ignore',
    });
    const ended = new Promise((resolve) => first.once('exit', resolve));
    await until('the lock', () =>
      readdirSync(join(world.home, STATE)).some((name) => name.startsWith(`apply.lock.${first.pid}.`)),
    );
    const refused = await world.json('apply', '--yes', '-f', file);
    expect(refused).toMatchObject({
      exit_code: 75,
      diagnostics: [{ code: 'lock/held', message: expect.stringContaining(`process ${first.pid} `) }],
    });
    expect(await world.reconcile('apply', '--yes', '-f', file, '--lock-timeout', '60s')).toMatchObject({
      code: 0,
      stdout: 'No changes. 1 job matches.\n',
    });
    expect(await ended).toBe(0);
  });
});
