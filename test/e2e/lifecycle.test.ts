import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { createWorld, until, type World } from '../support/private-home.ts';

/** start, stop, restart, logs, forget, explain: on one world, in this order. */

let world: World;
beforeAll(async () => {
  world = createWorld();
  world.write(
    'reconcile.yaml',
    `version: 1
name: test
label_prefix: com.example
instances:
  web:
    script: echo up as $$; exec sleep 1000
    restart: { policy: always, throttle: 1s }
    logs: true
  tick:
    command: /bin/echo tock
    start: { every: 1h }
    logs: true
`,
  );
  expect((await world.reconcile('apply', '--yes')).code).toBe(0);
});
afterAll(() => world.end());

describe('lifecycle', () => {
  it('scenario 44: stop holds a job: plan and apply leave it, start brings it back without a reinstall', async () => {
    await jobUntil(world, 'web', 'runs', isRunning);
    const stopped = await world.reconcile('stop', 'web');
    expect(stopped).toMatchObject({ code: 0 });
    expect(stopped.stdout).toContain('reconcile start web');
    expect((await statusOf(world, 'web')).verdict).toBe('held');
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    expect((await statusOf(world, 'web')).pid).toBe(null);

    const started = await world.reconcile('start', 'web');
    expect(started.code).toBe(0);
    await jobUntil(world, 'web', 'runs', isRunning);
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 2 jobs match.\n');
  });

  it('restart keeps the proof of what is loaded, so the next plan asks no more than before', async () => {
    const { stderr: before } = await world.reconcile('plan', '-v');
    expect(before.match(/print gui\/\d+\S*/g)).toHaveLength(1);
    const { pid } = await statusOf(world, 'web');
    expect((await world.reconcile('restart', 'web')).code).toBe(0);
    await jobUntil(world, 'web', 'runs anew', (job) => isRunning(job) && job.pid !== pid);
    const { stderr: after, stdout } = await world.reconcile('plan', '-v');
    expect(stdout).toBe('No changes. 2 jobs match.\n');
    expect(after.match(/print gui\/\d+\S*/g)).toHaveLength(1);
  });

  it('apply --release-held starts a held job', async () => {
    await world.reconcile('stop', 'web');
    expect((await world.reconcile('apply', '--yes', '--release-held')).code).toBe(0);
    await jobUntil(world, 'web', 'runs', isRunning);
  });

  it('scenario 45: stop --disable outlives a restart of launchd, and start undoes it', async () => {
    expect((await world.reconcile('stop', 'web', '--disable')).code).toBe(0);
    expect((await world.reconcile('embedded', 'stop')).code).toBe(0);
    expect((await statusOf(world, 'web')).pid).toBe(null);
    const started = await world.reconcile('start', 'web');
    expect(started.code).toBe(0);
    expect(started.stdout).toContain('It was disabled, and is enabled again.');
    const job = await jobUntil(world, 'web', 'runs', isRunning);
    expect(job.enabled).toBe(true);
  });

  it('scenario 25: restart changes the pid and reloads nothing', async () => {
    const before = await jobUntil(world, 'web', 'runs', isRunning);
    expect((await world.reconcile('restart', 'web')).code).toBe(0);
    const after = await jobUntil(
      world,
      'web',
      'runs anew',
      (job) => isRunning(job) && job.pid !== before.pid,
    );
    // A reload would have begun the count anew.
    expect(after.runs).toBeGreaterThan(before.runs ?? 0);
  });

  it('start runs a job that waits for its time', async () => {
    expect((await statusOf(world, 'tick')).verdict).toBe('waiting');
    expect((await world.reconcile('start', 'tick')).code).toBe(0);
    await jobUntil(world, 'tick', 'has run', (job) => job.runs === 1 && job.last_exit?.code === 0);
    await until('the log has its word', async () =>
      (await world.reconcile('logs', 'tick')).stdout.includes('tock'),
    );
  });

  it('logs shows what the job wrote; an unknown name lists the candidates', async () => {
    expect((await world.reconcile('logs', 'web', '-n', '1')).stdout).toMatch(/up as \d+\n$/);
    const unknown = await world.reconcile('logs', 'nope');
    expect(unknown.code).toBe(64);
    expect(unknown.stderr).toContain('web');
  });

  it('explain tells a job, a code and a key in words', async () => {
    const job = await world.reconcile('explain', 'web');
    expect(job.code).toBe(0);
    expect(job.stdout).toMatch(/exit 0/i);
    expect((await world.reconcile('explain', '5')).stdout).toContain('Input/output error');
    expect((await world.reconcile('explain', 'KeepAlive')).stdout).toContain('SuccessfulExit');
    expect((await world.reconcile('explain', 'nonsense-topic')).code).toBe(64);
  });

  it('forget leaves the job running and its plist, and is not undone by the next plan', async () => {
    const { pid, label } = await jobUntil(world, 'web', 'runs', isRunning);
    expect((await world.reconcile('forget', 'web')).code).toBe(0);
    expect((await statusOf(world, 'web')).pid).toBe(pid);
    const plan = await world.json('plan');
    expect((plan['changes'] as { label: string }[]).find((change) => change.label === label)).toMatchObject({
      op: 'adopt',
      reasons: ['foreign'],
      actions: [],
    });
    expect((await world.reconcile('apply', '--yes', '--adopt')).code).toBe(0);
    expect((await statusOf(world, 'web')).pid).toBe(pid);
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 2 jobs match.\n');
  });
});
