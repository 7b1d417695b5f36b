import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { realProcesses } from '../../src/sys/processes.ts';
import { jobUntil, statusOf } from '../support/jobs.ts';
import { createWorld, until, type World } from '../support/private-home.ts';
import { startWatch } from '../support/watch.ts';

/** `healthcheck:` in apply, start, restart and status; real processes, real sockets. One world, in this order. */

let world: World;

/** Listens on its socket once it is allowed to, and logs what it does. */
const SERVER = `
const { createServer } = require('node:net');
const { existsSync, rmSync } = require('node:fs');
const [socket, gate] = process.argv.slice(2);
console.log('waiting to be let in');
const wait = setInterval(() => {
  if (!existsSync(gate)) return;
  clearInterval(wait);
  rmSync(socket, { force: true });
  const server = createServer().listen(socket, () => console.log('listening'));
  // Hangs from the moment that the gate is closed, and for good.
  setInterval(() => existsSync(gate) || server.close(), 20);
}, 20);
process.on('SIGTERM', () => process.exit(0));
`;

const declare = (more = ''): string => `version: 1
name: test
label_prefix: com.example
instances:
  web:
    command: [${JSON.stringify(process.execPath)}, "\${config_dir}/server.js", web.sock, gate]
    working_dir: "\${config_dir}"
    stdout: web.log
    restart: {policy: always, throttle: 1s}
    healthcheck: {unix_socket: web.sock, interval: 1s, retries: 2, start_period: 1s}
  after:
    command: [/bin/sleep, "1000"]
    depends_on: [web]
${more}`;

interface Answer {
  readonly exit_code: number;
  readonly diagnostics: readonly {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
  }[];
  readonly results: readonly { readonly label: string; readonly outcome: string }[];
  readonly changes: readonly {
    readonly instance: string;
    readonly plist: string;
    readonly actions: readonly string[];
  }[];
}
const json = async (...args: readonly string[]): Promise<Answer> =>
  (await world.json(...args)) as unknown as Answer;

beforeAll(() => {
  world = createWorld();
  world.write('server.js', SERVER);
  world.write('reconcile.yaml', declare());
});
afterAll(() => world.end());

describe('a job with a health check', () => {
  it('is waited for, and told with its reason and the end of its log when it does not answer in time', async () => {
    const applied = await json('apply', '--yes');
    expect(applied.exit_code).toBe(0);
    expect(applied.changes.find(({ instance }) => instance === 'web')?.actions.at(-1)).toBe('await-healthy');
    expect(applied.results.map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
    const [told, ...more] = applied.diagnostics.filter(({ code }) => code.startsWith('job/'));
    expect(more).toEqual([]);
    expect(told).toMatchObject({ code: 'job/unhealthy' });
    expect(told?.message).toContain(`was not healthy within 3 s: there is no socket ${world.home}/web.sock`);
    expect(told?.hint).toContain('waiting to be let in');
    // What runs beside it is not asked for anything.
    expect((await statusOf(world, 'after')).health).toBeNull();
  });

  it('is unhealthy in status, with the reason and what to do', async () => {
    expect(
      await jobUntil(
        world,
        'web',
        'is out of its start period',
        ({ health }) => health?.state === 'unhealthy',
      ),
    ).toMatchObject({ verdict: 'running', health: { reason: `there is no socket ${world.home}/web.sock` } });
    const { stdout } = await world.reconcile('status');
    expect(stdout).toMatch(/^web +! unhealthy +\d+/m);
    expect(stdout).toContain('2 jobs: 1 running, 1 unhealthy.');
    expect(stdout).toContain('reconcile logs web');
    expect((await world.reconcile('status', 'web')).stdout).toMatch(/health +unhealthy: there is no socket/);
  });

  it('is healthy once it answers, and restart waits for that', async () => {
    writeFileSync(join(world.home, 'gate'), '');
    await jobUntil(world, 'web', 'is healthy', ({ health }) => health?.state === 'healthy');
    const { pid } = await statusOf(world, 'web');
    const restarted = await world.reconcile('restart', 'web');
    expect(restarted).toMatchObject({ code: 0, stderr: '' });
    const now = await statusOf(world, 'web');
    expect(now).toMatchObject({ health: { state: 'healthy', reason: '' } });
    expect(now.pid).not.toBe(pid);
    expect((await world.reconcile('status')).stdout).toMatch(/^web +● healthy/m);
  });

  it('is waited for no longer than --timeout, however long it may take to come up', async () => {
    rmSync(join(world.home, 'gate'));
    world.write('reconcile.yaml', declare().replace('start_period: 1s', 'start_period: 1h'));
    const restarted = await json('restart', 'web', '--timeout', '2s');
    expect(restarted.exit_code).toBe(0);
    expect(restarted.diagnostics).toMatchObject([
      {
        code: 'job/unhealthy',
        message: expect.stringContaining('was not healthy within 2 s: there is no socket'),
      },
    ]);
    expect(restarted.diagnostics[0]?.hint).toContain('It may take 3602 s from its start');
    expect(restarted.diagnostics[0]?.hint).toContain('--timeout waits longer');
    expect((await statusOf(world, 'web')).health).toMatchObject({ state: 'starting' });
    writeFileSync(join(world.home, 'gate'), '');
    world.write('reconcile.yaml', declare());
    await jobUntil(world, 'web', 'is healthy', ({ health }) => health?.state === 'healthy');
  });

  it('has none while it is stopped, and apply says nothing of it when nothing changes', async () => {
    expect((await world.reconcile('stop', 'web')).code).toBe(0);
    expect(await statusOf(world, 'web')).toMatchObject({ verdict: 'held', health: null });
    expect((await world.reconcile('start', 'web')).code).toBe(0);
    expect(await statusOf(world, 'web')).toMatchObject({ health: { state: 'healthy' } });
    const plan = await json('plan');
    expect(plan.changes.every(({ actions }) => actions.length === 0)).toBe(true);
  });

  it('has none while it waits out its throttle: that is no illness of its own', async () => {
    world.write(
      'reconcile.yaml',
      declare(`  broken:
    command: [/bin/sh, -c, "exit 3"]
    restart: {policy: always, throttle: 60s}
    healthcheck: {tcp: 1, interval: 1s, retries: 1, start_period: 1s}
`),
    );
    const applied = await json('apply', '--yes');
    expect(applied.exit_code).toBe(0);
    expect(applied.diagnostics.map(({ code }) => code)).toContain('job/failing');
    expect(applied.diagnostics.map(({ code }) => code)).not.toContain('job/unhealthy');
    expect(await statusOf(world, 'broken')).toMatchObject({ verdict: 'throttled', health: null });
  });
});

describe('many jobs with a health check', () => {
  it('are asked without a word of Node, and one that is named is asked alone', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `many-${index}`);
    const one = (name: string): string => `  ${name}:
    command: [/bin/sleep, "1000"]
    healthcheck: {command: [/bin/sh, -c, "echo ${name} >> asked"], start_period: 1s}
    working_dir: "\${config_dir}"
`;
    world.write('many.yaml', `version: 1\nname: many\ninstances:\n${names.map(one).join('')}`);
    const asked = (): readonly string[] =>
      readFileSync(join(world.home, 'asked'), 'utf8').trim().split('\n').toSorted();
    const applied = await world.reconcile('apply', '-f', 'many.yaml', '--yes', '--parallelism', '12');
    expect(applied.code).toBe(0);
    expect(asked()).toEqual(names.toSorted());
    rmSync(join(world.home, 'asked'));
    const { stdout, stderr } = await world.reconcile('status', '-f', 'many.yaml');
    expect(stdout).toContain('12 jobs: 12 healthy.');
    expect(stderr).not.toContain('MaxListeners');
    expect(asked()).toEqual(names.toSorted());
    rmSync(join(world.home, 'asked'));
    const named = await world.reconcile('status', 'many-7', '-f', 'many.yaml');
    expect(named.stdout).toMatch(/health +healthy/);
    expect(asked()).toEqual(['many-7']);
    expect((await world.reconcile('destroy', '-f', 'many.yaml', '--yes')).code).toBe(0);
  });
});

describe('the loop', () => {
  const watch = (): ReturnType<typeof startWatch> => {
    const watching = startWatch(world);
    onTestFinished(() => watching.end('SIGKILL').then(() => {}));
    return watching;
  };
  const gate = (): string => join(world.home, 'gate');

  it('tells of an unhealthy job, and does not touch it unless that is declared', async () => {
    writeFileSync(gate(), '');
    world.write('reconcile.yaml', declare());
    const { pid } = await jobUntil(world, 'web', 'is healthy', ({ health }) => health?.state === 'healthy');
    const watching = watch();
    await watching.told('file-loaded');
    rmSync(gate());
    const told = await watching.told('health', ({ state }) => state === 'unhealthy');
    expect(told).toMatchObject({ instance: 'web', restarts: 0, retry_at: null });
    expect(told['reason']).toContain(`${world.home}/web.sock`);
    expect(await statusOf(world, 'web')).toMatchObject({ pid });
    expect(watching.events().map(({ event }) => event)).not.toContain('restarted');
    await watching.end();
  });

  it('restarts it once where that is declared, and tells that it is well again', async () => {
    const before = await statusOf(world, 'web');
    world.write(
      'reconcile.yaml',
      declare().replace('start_period: 1s', 'start_period: 1s, on_unhealthy: restart'),
    );
    const watching = watch();
    const restarted = await watching.told('restarted');
    expect(restarted).toMatchObject({ instance: 'web', outcome: 'applied' });
    // Before it may come up.
    writeFileSync(gate(), '');
    expect(await watching.told('health', ({ state }) => state === 'healthy')).toMatchObject({ restarts: 1 });
    const after = await jobUntil(world, 'web', 'is healthy', ({ health }) => health?.state === 'healthy');
    expect(after.pid).not.toBe(before.pid);
    expect(after.runs).toBe((before.runs ?? 0) + 1);
    expect(watching.events().filter(({ event }) => event === 'restarted')).toHaveLength(1);
  });

  it('heals others while a check is slow to answer, and takes that check along when it ends', async () => {
    world.write(
      'reconcile.yaml',
      declare(`  slow:
    command: [/bin/sleep, "1000"]
    working_dir: "\${config_dir}"
    healthcheck: {command: [/bin/sh, -c, "echo $$$$ > pid; exec sleep 1000"], timeout: 10m}
`),
    );
    const watching = watch();
    const note = join(world.home, 'pid');
    const pid = await until(
      'the check',
      () => (existsSync(note) && Number(readFileSync(note, 'utf8'))) || undefined,
    );
    rmSync((await json('plan', '-t', 'after')).changes[0]?.plist ?? '');
    await watching.told('applied', ({ instance }) => instance === 'after');
    expect(realProcesses.alive(pid)).toBe(true);
    expect((await watching.end()).code).toBe(0);
    await until('the end of the check', () => !realProcesses.alive(pid));
  });
});
