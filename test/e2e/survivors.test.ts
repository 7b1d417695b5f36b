import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realProcesses } from '../../src/sys/processes.ts';
import { jobUntil, statusOf } from '../support/jobs.ts';
import { createWorld, until, type World } from '../support/private-home.ts';

/** A process of a former run that survives its job and holds its port. One world, in this order. */

let world: World;
let port: number;

/** Lets a helper in a session of its own listen, writes down which, and refuses to start while the port is held. */
const SERVER = `
const { spawn } = require('node:child_process');
const { createServer } = require('node:net');
const { existsSync, writeFileSync } = require('node:fs');
const [port, role] = process.argv.slice(2);
const server = createServer().once('error', () => { console.error('port in use'); process.exit(1); });
server.listen(Number(port), '127.0.0.1', () => {
  if (role === 'helper') {
    // It takes more than a word to end it.
    if (existsSync('stubborn')) process.on('SIGTERM', () => {});
    writeFileSync('helper.pid', String(process.pid));
    return;
  }
  server.close(() => {
    spawn(process.execPath, [__filename, port, 'helper'], { detached: true, stdio: 'ignore' }).unref();
    setInterval(() => {}, 1000);
  });
});
`;

const declare = (): string => `version: 1
name: test
label_prefix: com.example
instances:
  web:
    command: [${JSON.stringify(process.execPath)}, "\${config_dir}/server.js", "${port}"]
    working_dir: "\${config_dir}"
    restart: {policy: always, throttle: 2s}
    healthcheck: {tcp: ${port}, interval: 1s, start_period: 20s}
`;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: free } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return free;
}

const helper = (): number => {
  const path = join(world.home, 'helper.pid');
  return existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
};
interface Answer {
  readonly exit_code: number;
  readonly diagnostics: readonly { readonly code: string; readonly message: string }[];
}
const json = async (...args: readonly string[]): Promise<Answer> =>
  (await world.json(...args)) as unknown as Answer;
const told = (answer: Answer, code: string): string =>
  answer.diagnostics.find((each) => each.code === code)?.message ?? '';

beforeAll(async () => {
  world = createWorld();
  port = await freePort();
  world.write('server.js', SERVER);
  world.write('reconcile.yaml', declare());
  expect((await world.reconcile('apply', '--yes')).code).toBe(0);
});
afterAll(async () => {
  // Should a test have failed before it could.
  if (realProcesses.alive(helper())) process.kill(helper(), 'SIGKILL');
  await world.end();
});

/** The port answers for a moment before its helper has it. */
const helperAfter = (former: number): Promise<number> =>
  until('another helper listens', () => helper() !== former && realProcesses.alive(helper()) && helper());
const end = async (pid: number): Promise<void> => {
  process.kill(pid, 'SIGKILL');
  await until('it has ended', () => !realProcesses.alive(pid));
};

const kill = async (): Promise<void> => {
  await until('a helper listens', () => realProcesses.alive(helper()));
  const { pid } = await jobUntil(world, 'web', 'is healthy', ({ health }) => health?.state === 'healthy');
  process.kill(pid ?? 0, 'SIGKILL');
  await jobUntil(world, 'web', 'has fallen over', ({ last_exit }) => last_exit?.code === 1);
};

describe('a process of a former run', () => {
  it('is named in status, with its command, its age and its parent', async () => {
    await kill();
    const { next } = await statusOf(world, 'web');
    expect(next).toContain(`process ${helper()} of a former run of web still holds 127.0.0.1:${port}`);
    expect(next).toMatch(/server\.js \d+ helper, \d+ (?:s|min) old, parent \d+/);
    expect(next).toContain('reconcile apply --end-leftovers');
    // Once is enough.
    expect((await world.reconcile('status')).stderr).toBe('');
  });

  it('is told and left alone by apply', async () => {
    const survivor = helper();
    const applied = await json('apply', '--yes');
    expect(applied.exit_code).toBe(0);
    expect(told(applied, 'leftover/process')).toContain(`Process ${survivor} of a former run of web`);
    expect(realProcesses.alive(survivor)).toBe(true);
    expect(helper()).toBe(survivor);
  });

  it('is ended by apply --end-leftovers, shown in the plan first; the job comes up', async () => {
    const survivor = helper();
    const plan = await world.reconcile('plan', '--end-leftovers');
    expect(plan.stdout).toContain(
      `    leftover: process ${survivor}  it is of a former run (${process.execPath} `,
    );
    expect(plan.stdout).toContain(`and holds 127.0.0.1:${port}, so it is ended before the start\n`);
    expect(realProcesses.alive(survivor)).toBe(true);
    const applied = await json('apply', '--yes', '--end-leftovers');
    expect(applied.exit_code).toBe(0);
    await until('it has ended', () => !realProcesses.alive(survivor));
    await jobUntil(world, 'web', 'is healthy', ({ health }) => health?.state === 'healthy');
    await helperAfter(survivor);
  });

  it('is ended by start --end-leftovers, and killed if it does not listen to a word', async () => {
    expect((await world.reconcile('stop', 'web')).code).toBe(0);
    const polite = helper();
    expect(realProcesses.alive(polite)).toBe(true);
    world.write('stubborn', '');
    const started = await world.reconcile('start', 'web', '--end-leftovers');
    expect(started.stderr).toContain(`process ${polite}: it is of a former run (`);
    await until('it has ended', () => !realProcesses.alive(polite));
    const stubborn = await helperAfter(polite);
    expect((await world.reconcile('stop', 'web')).code).toBe(0);
    expect(realProcesses.alive(stubborn)).toBe(true);
    expect((await world.reconcile('start', 'web', '--end-leftovers')).code).toBe(0);
    await until('it was killed', () => !realProcesses.alive(stubborn));
    await helperAfter(stubborn);
    const history = await world.reconcile('history', 'web');
    for (const pid of [polite, stubborn])
      expect(history.stdout).toContain(`    leftover: process ${pid}  it is of a former run (`);
  });

  it('is never one that is not provably of the job', async () => {
    expect((await world.reconcile('stop', 'web')).code).toBe(0);
    await end(helper());
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    try {
      const started = await json('start', 'web', '--end-leftovers', '--timeout', '5s');
      const { next } = await jobUntil(
        world,
        'web',
        'has fallen over',
        ({ last_exit }) => last_exit?.code === 1,
      );
      const words = new RegExp(
        `127\\.0\\.0\\.1:${port}, which web needs, is in use by process ${process.pid} `,
      );
      expect(next).toMatch(words);
      expect(next).toContain('it is not of this job');
      expect(started.exit_code).toBe(0);
    } finally {
      server.close();
    }
  });
});
