import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { writePlist } from '../../src/plist/write.ts';
import {
  alive,
  type EmbeddedWorld,
  jobPlist,
  LAUNCHCTL,
  openWorld,
  shell,
} from '../support/embedded-world.ts';
import { CLI } from '../support/private-home.ts';

const soon = { timeout: 30_000, interval: 50 };
const worlds: EmbeddedWorld[] = [];

function open(below = ''): EmbeddedWorld {
  const world = openWorld(below);
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

/** An agent on disk, as a login finds it. */
function install(world: EmbeddedWorld, label: string, script: string, keys = {}): void {
  const folder = join(world.root, 'LaunchAgents');
  mkdirSync(folder, { recursive: true });
  const plist = jobPlist(label, { ProgramArguments: shell(script), RunAtLoad: true, ...keys });
  writeFileSync(join(folder, `${label}.plist`), writePlist(plist), { mode: 0o644 });
}

describe('the daemon', () => {
  it('is one, though twenty ask for it at once', async () => {
    const world = open();
    const answers = await Promise.all(Array.from({ length: 20 }, () => world.launchctl('managerpid')));
    expect(answers.map(({ code, stderr }) => [code, stderr])).toEqual(answers.map(() => [0, '']));
    expect(new Set(answers.map(({ stdout }) => stdout)).size).toBe(1);
    await world.launchctl('embedded-stop');
    expect(await world.status()).toMatchObject({ running: false, services: [] });
  });

  it('that cannot start says why', async () => {
    const world = open();
    mkdirSync(world.root, { recursive: true });
    writeFileSync(join(world.root, 'LaunchAgents'), '');
    expect(await world.launchctl('managerpid')).toMatchObject({
      code: 118,
      stderr: expect.stringMatching(/it cannot start: EEXIST: .*LaunchAgents'\.$/m),
    });
  });

  it('that cannot write says why, and leaves no draft of its lock', () => {
    const world = open();
    // As on a full disk: no file may grow.
    const { status, stderr } = spawnSync('/bin/sh', ['-c', 'ulimit -f 0; exec "$0" list', LAUNCHCTL], {
      env: world.env,
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([118, expect.stringMatching(/it cannot start: EFBIG: .*write\.$/m)]);
    expect(readdirSync(join(world.root, 'run')).filter((name) => name.startsWith('draft.'))).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'of somebody else is not taken for one that does not run (only root can become somebody else)',
    async () => {
      const world = open();
      chmodSync(world.folder, 0o755);
      const asNobody = (...argv: readonly string[]) =>
        spawnSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', ...argv], {
          env: { ...world.env, HOME: '/nonexistent' },
          encoding: 'utf8',
        });
      await world.launchctl('list');
      for (const verb of ['embedded-status', 'embedded-stop', 'list'])
        expect(asNobody(process.execPath, LAUNCHCTL, verb)).toMatchObject({
          status: 118,
          stdout: '',
          stderr: expect.stringContaining('cannot be reached: EACCES: permission denied'),
        });
      const told = asNobody(process.execPath, CLI, 'embedded', 'status');
      expect(told.status).toBe(1);
      expect(told.stderr).toContain(`hint: Make ${world.root} yours to write, or have the world elsewhere`);
      expect(await world.status()).toMatchObject({ running: true });
    },
  );

  it.skipIf(process.getuid?.() !== 0)(
    'tells of a folder of agents that it may not look into (root may look into all of them)',
    () => {
      const world = open();
      chmodSync(world.folder, 0o777);
      const embedded = (...argv: readonly string[]) =>
        spawnSync(
          'setpriv',
          ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, CLI, 'embedded', ...argv],
          { env: { ...world.env, HOME: world.folder }, encoding: 'utf8' },
        );
      try {
        expect(embedded('boot').status).toBe(0);
        const agents = join(world.root, 'LaunchAgents');
        chmodSync(agents, 0o000);
        expect(embedded('login').stdout).toContain(`\n  not loaded: ${agents}: 13: Permission denied\n`);
      } finally {
        embedded('stop');
      }
    },
  );

  it('of another version of reconcile is told as such', async () => {
    const world = open();
    mkdirSync(join(world.root, 'run'), { recursive: true });
    // What one of an earlier version answers.
    const stdout = JSON.stringify({ running: true, pid: 42, version: '0.0.1', services: [] });
    const server = createServer((socket) =>
      socket.once('data', () => socket.end(`${JSON.stringify({ code: 0, stdout, stderr: '' })}\n`)),
    );
    await new Promise<void>((resolve) => server.listen(join(world.root, 'run', 's'), resolve));
    const child = spawn(process.execPath, [CLI, 'embedded', 'status'], { env: world.env });
    let text = '';
    child.stderr.on('data', (chunk: Buffer) => {
      text += String(chunk);
    });
    await new Promise((resolve) => child.once('close', resolve));
    await new Promise((resolve) => server.close(resolve));
    expect(child.exitCode).toBe(1);
    expect(text).toContain('(pid 42) is of another version of reconcile.');
    expect(text).toContain('hint: `reconcile embedded stop` ends it');
  });

  it('says what it had to end, and what a killed one may have left', async () => {
    const world = open();
    const embedded = (verb: string): string =>
      spawnSync(process.execPath, [CLI, 'embedded', verb], { env: world.env, encoding: 'utf8' }).stdout;
    expect(embedded('stop')).toBe('The embedded launchd was not running; there was nothing to end.\n');

    await world.load('org.example.long', { ProgramArguments: shell('exec sleep 600'), RunAtLoad: true });
    process.kill((await world.status()).pid ?? 0, 'SIGKILL');
    await vi.waitFor(
      () => expect(embedded('status')).toContain('may go on: the next command ends that'),
      soon,
    );
    expect(embedded('stop')).toBe(
      'The embedded launchd had been killed; what its jobs had left running is ended.\n',
    );
    expect(embedded('status')).not.toContain('may go on');

    await world.load('org.example.long', { ProgramArguments: shell('exec sleep 600'), RunAtLoad: true });
    expect(embedded('stop')).toBe(
      'The embedded launchd is stopped, and its one job is ended. The next command starts it again.\n',
    );
  });

  it('is found below a path that is too long for a socket', async () => {
    const world = open(join('x'.repeat(100), 'y'.repeat(100)));
    await world.load('org.example.long', { ProgramArguments: shell('exec sleep 600'), RunAtLoad: true });
    expect(await world.field('org.example.long', 'state')).toBe('running');
  });

  it('loads what lies on disk when it starts, save what is disabled, and forgets what was only loaded', async () => {
    const world = open();
    install(world, 'org.example.kept', 'exec sleep 600');
    install(world, 'org.example.off', 'exec sleep 600');
    install(world, 'org.example.background', 'exec sleep 600', { LimitLoadToSessionType: 'Background' });
    writeFileSync(join(world.root, 'LaunchAgents', 'broken.plist'), '<plist>');
    await world.launchctl('disable', `${world.gui}/org.example.off`);
    await world.load('org.example.transient', { ProgramArguments: shell('exec sleep 600') });
    expect((await world.status()).services.map(({ label }) => label)).toEqual([
      'org.example.kept',
      'org.example.off',
      'org.example.transient',
    ]);
    await world.launchctl('embedded-stop');
    const { stdout } = await world.launchctl('print-disabled', world.gui);
    expect(stdout).toContain('"org.example.off" => disabled');
    expect((await world.status()).services.map(({ label }) => label)).toEqual(['org.example.kept']);
  });

  it.each(['embedded-stop', 'SIGTERM'])('leaves no process behind: %s', async (way) => {
    const world = open();
    const log = join(world.folder, 'deaf.log');
    await world.load('org.example.deaf', {
      ProgramArguments: shell(`trap '' TERM; (trap '' TERM; sleep 600) & echo $!; wait; sleep 600`),
      StandardOutPath: log,
      KeepAlive: true,
      ExitTimeOut: 1,
    });
    await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toMatch(/^\d+\n$/), soon);
    const pids = [Number(await world.field('org.example.deaf', 'pid')), Number(readFileSync(log, 'utf8'))];
    const daemon = (await world.status()).pid ?? 0;
    if (way === 'embedded-stop') await world.launchctl(way);
    else process.kill(daemon, 'SIGTERM');
    await vi.waitFor(() => expect([daemon, ...pids].map(alive)).toEqual([false, false, false]), soon);
    expect(await world.status()).toMatchObject({ running: false });
  });

  it.skipIf(process.platform !== 'linux')(
    'ends with the world what jobs have started in sessions of their own',
    async () => {
      const world = open();
      const log = join(world.folder, 'stray.log');
      await world.load('org.example.father', {
        ProgramArguments: shell('/usr/bin/setsid /bin/sh -c "echo \\$\\$; exec sleep 600" & wait'),
        StandardOutPath: log,
        RunAtLoad: true,
      });
      await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toMatch(/^\d+\n$/), soon);
      const stray = Number(readFileSync(log, 'utf8'));
      await world.launchctl('bootout', `gui/${process.getuid?.()}/org.example.father`);
      await vi.waitFor(async () => expect((await world.status()).services).toEqual([]), soon);
      expect(alive(stray)).toBe(true);
      await world.launchctl('embedded-stop');
      expect(alive(stray)).toBe(false);
    },
  );

  it('killed with SIGKILL, ends its orphans at the next start before it starts them anew', async () => {
    const world = open();
    const log = join(world.folder, 'child.log');
    const script = `(trap '' TERM; exec sleep 600) & echo $! >> '${log}'; trap 'exit 0' TERM; while :; do sleep 0.1; done`;
    install(world, 'org.example.orphan', script, { KeepAlive: true, ExitTimeOut: 1 });
    const daemon = (await startedStatus(world)).pid ?? 0;
    await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toMatch(/^\d+\n$/), soon);
    const pid = Number(await world.field('org.example.orphan', 'pid'));
    const child = Number(readFileSync(log, 'utf8'));
    process.kill(daemon, 'SIGKILL');
    await vi.waitFor(() => expect(alive(daemon)).toBe(false), soon);
    expect([alive(pid), alive(child)]).toEqual([true, true]);
    const anew = Number(await world.field('org.example.orphan', 'pid'));
    expect(anew).toBeGreaterThan(1);
    expect(anew).not.toBe(pid);
    expect([alive(pid), alive(child)]).toEqual([false, false]);
  });

  it('killed with SIGKILL, leaves nothing that embedded-stop would not end', async () => {
    const world = open();
    await world.load('org.example.orphan', { ProgramArguments: shell('exec sleep 600'), RunAtLoad: true });
    const { pid, services } = await world.status();
    const orphan = services[0]?.pid ?? 0;
    process.kill(pid ?? 0, 'SIGKILL');
    await vi.waitFor(() => expect(alive(pid ?? 0)).toBe(false), soon);
    expect(alive(orphan)).toBe(true);
    expect(await world.launchctl('embedded-stop')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(alive(orphan)).toBe(false);
    expect(await world.status()).toMatchObject({ running: false });
  });

  it('ends with all its jobs when its folder is removed', async () => {
    const world = open();
    await world.load('org.example.lost', { ProgramArguments: shell('exec sleep 600'), RunAtLoad: true });
    const { pid, services } = await world.status();
    const pids = [pid ?? 0, services[0]?.pid ?? 0];
    expect(pids.map(alive)).toEqual([true, true]);
    rmSync(world.root, { recursive: true, force: true, maxRetries: 5 });
    await vi.waitFor(() => expect(pids.map(alive)).toEqual([false, false]), soon);
  });

  it('answers a question about itself without being started', async () => {
    const world = open();
    expect(await world.status()).toEqual({
      running: false,
      leftovers: false,
      pid: null,
      version: null,
      macos: null,
      folder: world.root,
      logged_in: false,
      asleep: false,
      on_demand_only: [],
      services: [],
    });
    expect(await world.launchctl('embedded-stop')).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('an answer', () => {
  it.each([
    ['none', ''],
    ['half of one', '{"code":0,"stdout":"PID\\tSta'],
  ])('that does not come is told: %s', async (_name, sent) => {
    const world = open();
    mkdirSync(join(world.root, 'run'), { recursive: true });
    // Stands where a daemon would that is killed while it answers.
    const server = createServer((socket) => socket.once('data', () => socket.end(sent)));
    await new Promise<void>((resolve) => server.listen(join(world.root, 'run', 's'), resolve));
    expect(await world.launchctl('list')).toEqual({
      code: 118,
      stdout: '',
      stderr: 'The embedded launchd ended before it answered.\n',
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it('is complete, however long it is', async () => {
    const world = open();
    const long = 'x'.repeat(900_000);
    await world.load('org.example.long', { ProgramArguments: ['/bin/true', long] });
    const { code, stdout } = await world.launchctl('print', `${world.gui}/org.example.long`);
    expect(code).toBe(0);
    expect(stdout).toContain(`\t\t${long}\n`);
    expect(stdout.endsWith('\n}\n')).toBe(true);
  });
});

async function startedStatus(world: EmbeddedWorld): ReturnType<EmbeddedWorld['status']> {
  await world.launchctl('version');
  return world.status();
}
