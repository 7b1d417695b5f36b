import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { createWorld, type World } from '../support/private-home.ts';

/** The declared policy, seen on real processes (facts §2.5). */

let world: World;
beforeAll(async () => {
  world = createWorld();
  const job = (name: string, policy: string, script: string): string =>
    `  ${name}: { script: "${script}", restart: { policy: ${policy}, throttle: 1s } }\n`;
  // A job that first runs until it is told how to end: each ends once by itself and then sleeps.
  const once = (name: string, end: string): string =>
    `if [ -e $HOME/${name}.ran ]; then sleep 1000; else touch $HOME/${name}.ran; ${end}; fi`;
  world.write(
    'reconcile.yaml',
    `version: 1\nname: test\nlabel_prefix: com.example\ninstances:\n${[
      job('killed', 'on-failure', 'sleep 1000'),
      job('success-one', 'on-success', once('success-one', 'exit 1')),
      job('success-zero', 'on-success', once('success-zero', 'exit 0')),
      job('failure-zero', 'on-failure', once('failure-zero', 'exit 0')),
      job('failure-one', 'on-failure', once('failure-one', 'exit 1')),
      job('always-zero', 'always', once('always-zero', 'exit 0')),
      job('crash-one', 'on-crash', once('crash-one', 'exit 1')),
      job('crash-abort', 'on-crash', once('crash-abort', 'kill -ABRT $$')),
      job('never-abort', 'never', once('never-abort', 'kill -ABRT $$')),
    ].join('')}`,
  );
  expect((await world.reconcile('apply', '--yes')).code).toBe(0);
});
afterAll(() => world.end());

describe('restart policies', () => {
  it('on-failure: comes back after SIGKILL, and status tells the runs and the signal', async () => {
    const before = await jobUntil(world, 'killed', 'runs', isRunning);
    process.kill(before.pid ?? 0, 'SIGKILL');
    const after = await jobUntil(
      world,
      'killed',
      'runs again',
      (job) => isRunning(job) && job.pid !== before.pid,
    );
    expect(after).toMatchObject({ runs: 2, last_exit: { signal: 9, name: 'SIGKILL' } });
  });

  it.each(['success-zero', 'failure-one', 'always-zero', 'crash-abort'])(
    'scenario 16: after its own kind of end %s is started again',
    async (name) => {
      const job = await jobUntil(
        world,
        name,
        'runs a second time',
        (each) => isRunning(each) && each.runs === 2,
      );
      expect(job.verdict).toBe('running');
    },
  );

  it.each([
    ['success-one', { code: 1 }],
    ['crash-one', { code: 1 }],
  ])('scenario 16: %s stays down under its policy, and status tells how to start it', async (name, exit) => {
    const job = await jobUntil(
      world,
      name,
      'has ended',
      (each) => each.last_exit !== null && each.pid === null,
    );
    expect(job).toMatchObject({ verdict: 'stopped-by-policy', runs: 1, last_exit: exit });
    expect(job.next).toContain(`reconcile start ${name}`);
  });

  it('scenario 5: never after a crash is failing; on-failure after exit 0 is stopped by policy', async () => {
    expect(
      await jobUntil(
        world,
        'failure-zero',
        'has ended',
        (each) => each.last_exit !== null && each.pid === null,
      ),
    ).toMatchObject({ verdict: 'stopped-by-policy', last_exit: { code: 0 } });
    expect(
      await jobUntil(
        world,
        'never-abort',
        'has ended',
        (each) => each.last_exit !== null && each.pid === null,
      ),
    ).toMatchObject({ verdict: 'failing', runs: 1, last_exit: { signal: 6, name: 'SIGABRT' } });
  });

  it('a job that stays down is no change', async () => {
    await jobUntil(world, 'success-one', 'has ended', (each) => each.last_exit !== null && each.pid === null);
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 9 jobs match.\n');
    expect((await statusOf(world, 'success-one')).plist).toBe('ok');
  });
});
