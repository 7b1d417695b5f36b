import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { StatusJob } from '../support/jobs.ts';
import { createWorld, until, type World } from '../support/private-home.ts';
import { startWatch } from '../support/watch.ts';

/** Lima's story: a host agent is killed, leaves its socket behind, and the next one refuses to start over it. */

const EXAMPLE = join(import.meta.dirname, '..', '..', 'examples', 'lima');
const THROTTLE_MS = 2_000;

let world: World;
let folder: string;

beforeEach(() => {
  world = createWorld({ NODE: process.execPath, RECONCILE_FILE: '' });
  cpSync(EXAMPLE, join(world.home, 'lima'), { recursive: true });
  folder = join(world.home, '.lima/default');
  mkdirSync(folder, { recursive: true });
});
afterEach(() => world.end());

const FILES = ['-f', 'lima/reconcile.yaml', '-f', 'lima/stand-in.yaml'] as const;
const onDefault = (command: string, ...args: readonly string[]): readonly string[] => [
  command,
  ...FILES,
  '-t',
  'default',
  ...args,
];
const sock = (): string => join(folder, 'ha.sock');

const job = async (): Promise<StatusJob> => {
  const { jobs } = (await world.json(...onDefault('status'))) as unknown as { jobs: readonly StatusJob[] };
  const found = jobs.find(({ instance }) => instance === 'default');
  if (found === undefined) throw new Error('status has no default');
  return found;
};
const jobIs = (what: string, wanted: (each: StatusJob) => boolean): Promise<StatusJob> =>
  until(`the host agent ${what}`, async () => {
    const now = await job();
    return wanted(now) ? now : undefined;
  });

/** What the host agent says to who connects. */
const answer = (): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    connect(sock())
      .on('data', (data) => {
        text += String(data);
      })
      .on('end', () => resolve(text))
      .on('error', reject);
  });

async function startAndKill(): Promise<void> {
  const applied = await world.reconcile(...onDefault('apply', '--yes'));
  expect(applied).toMatchObject({ code: 0 });
  const { pid, health } = await job();
  expect(health).toEqual({ state: 'healthy', reason: '' });
  if (pid === null) throw new Error('the host agent has no process');
  process.kill(pid, 'SIGKILL');
}
const fellOver = (): Promise<StatusJob> => jobIs('has fallen over', ({ last_exit }) => last_exit?.code === 1);

describe('a host agent that is killed', () => {
  it('is mended by apply: shown in the plan, removed, running and answering', async () => {
    await startAndKill();
    const down = await fellOver();
    expect(down).toMatchObject({ pid: null, health: null });
    expect(existsSync(sock())).toBe(true);
    expect(down.next).toContain(`${sock()} is left over from a dead run`);
    expect(down.next).toContain('reconcile apply');

    const plan = await world.reconcile(...onDefault('plan', '--detailed-exitcode'));
    expect(plan.code).toBe(2);
    expect(plan.stdout).toContain('a leftover of a dead run is in its way; will start');
    expect(plan.stdout).toContain(
      `    leftover: ${sock()}  nobody answers on it, so it is removed before the start`,
    );
    expect(plan.stdout).toMatch(
      /leftover: \S+ha\.pid {2}process \d+ is gone, so it is removed before the start/,
    );
    expect(existsSync(sock())).toBe(true);

    const applied = await world.json(...onDefault('apply', '--yes'));
    expect(applied).toMatchObject({ exit_code: 0, changed: true });
    const [change] = (applied['changes'] as readonly Record<string, unknown>[]).filter(
      ({ op }) => op !== 'noop',
    );
    expect(change).toMatchObject({
      op: 'update',
      reasons: ['leftover'],
      starts: true,
      leftovers: [
        { kind: 'socket', path: sock() },
        { kind: 'pid-file', path: join(folder, 'ha.pid') },
      ],
    });
    expect(await job()).toMatchObject({ verdict: 'running', health: { state: 'healthy' } });
    expect(await answer()).toBe('default is running\n');
    expect((await world.reconcile(...onDefault('plan', '--detailed-exitcode'))).code).toBe(0);
    const history = await world.reconcile('history', ...FILES);
    expect(history.stdout).toContain('a leftover of a dead run is in its way');
    expect(history.stdout).toContain(`    leftover: ${sock()}  nobody answers on it`);
  });

  it('is mended by restart and start as well', async () => {
    await startAndKill();
    await fellOver();
    const restarted = await world.reconcile('restart', ...FILES, 'default');
    expect(restarted).toMatchObject({ code: 0 });
    expect(restarted.stderr).toContain(`${sock()}: nobody answers on it`);
    expect(await job()).toMatchObject({ health: { state: 'healthy' } });
  });

  it('stays down without the line, and status says why', async () => {
    world.write('lima/reconcile.yaml', world.read('lima/reconcile.yaml').replace(/^ +stale: .*\n/m, ''));
    await startAndKill();
    const down = await fellOver();
    expect(down.next).toContain(
      `${sock()} is left over from a dead run and may be in its way (nobody answers on it)`,
    );
    expect(down.next).toContain(`stale: {sockets: [${sock()}]}`);
    const applied = await world.reconcile(...onDefault('apply', '--yes'));
    expect(applied.stdout).toContain('No changes.');
    const runs = (await job()).runs ?? 0;
    await jobIs('was tried again', (each) => (each.runs ?? 0) > runs);
    expect((await job()).pid).toBeNull();
    expect(existsSync(sock())).toBe(true);
  });

  it('stays down where somebody answers on the socket, or the process of the pid file lives', async () => {
    await startAndKill();
    await fellOver();
    // Somebody else has taken the place of both.
    rmSync(sock());
    const server = createServer().listen(sock());
    onTestFinished(() => void server.close());
    await until('somebody listens', () => existsSync(sock()));
    writeFileSync(join(folder, 'ha.pid'), `${process.pid}\n`);
    const applied = await world.json(...onDefault('apply', '--yes'));
    const told = (applied['diagnostics'] as readonly { code: string; message: string }[]).filter(
      ({ code }) => code === 'leftover/kept' || code === 'port/in-use',
    );
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringContaining(`${sock()}, which default needs, is in use by process ${process.pid}`),
      expect.stringContaining(`process ${process.pid} lives`),
    ]);
    expect([existsSync(sock()), existsSync(join(folder, 'ha.pid'))]).toEqual([true, true]);
  });

  it('is mended by watch, within one throttle interval and one round', async () => {
    const watching = startWatch(world, ...FILES, '-t', 'default', '--interval', '2s');
    onTestFinished(() => watching.end('SIGKILL').then(() => {}));
    await jobIs('is healthy', ({ health }) => health?.state === 'healthy');
    const { pid } = await job();
    const killed = performance.now();
    process.kill(pid ?? 0, 'SIGKILL');
    const told = await watching.told('applied', ({ reasons }) => String(reasons).includes('leftover'));
    expect(told).toMatchObject({ instance: 'default', op: 'update', outcome: 'applied' });
    await until('it answers', () => answer().catch(() => undefined));
    const took = performance.now() - killed;
    // One throttle, one round, and what a busy machine takes to start a few processes.
    expect(took).toBeLessThan(THROTTLE_MS + 2_000 + 10_000);
    expect(await job()).toMatchObject({ verdict: 'running', health: { state: 'healthy' } });
  });
});
