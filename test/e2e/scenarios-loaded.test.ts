import { unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { createWorld, until, type World } from '../support/private-home.ts';

/** The declaration, the plist and what launchd holds, where one of them is not as the others. One world, in this order. */

const AGENTS = '.local/state/reconcile/embedded/LaunchAgents';
const PLIST = `${AGENTS}/com.example.worker.plist`;

let world: World;

/** A worker that tells its variable, and a neighbour that nothing is to happen to. */
const declare = (environment: string, more = ''): string => `version: 1
name: test
label_prefix: com.example
defaults: { restart: { policy: always, throttle: 1s } }
instances:
  worker: { command: [/bin/sh, -c, 'echo "$GREETING" >> "$HOME/worker.out"; exec sleep 1000'], environment: { ${environment} }${more} }
  neighbour: { command: /bin/sleep 2000 }
`;

interface Shown {
  readonly instance: string | null;
  readonly label: string;
  readonly op: string;
  readonly reasons: readonly string[];
  readonly restarts: boolean;
  readonly blocked: { readonly code: string; readonly hint: string } | null;
  readonly fields: readonly { readonly path: readonly string[]; readonly source: string }[];
  readonly actions: readonly string[];
}
async function planned(label: string, ...args: readonly string[]): Promise<Shown | undefined> {
  const { changes } = (await world.json('plan', ...args)) as { changes: readonly Shown[] };
  return changes.find((each) => each.label === `com.example.${label}`);
}

/** The verbs that reached launchd and change something, in order. */
const changing = (stderr: string): readonly string[] =>
  stderr
    .split('\n')
    .filter((line) => /^launchctl (?!print)/.test(line))
    .map((line) => line.split(' ')[1] ?? '');

/** Its process now; the neighbour's is still the one that it began with. */
async function pidOfWorker(): Promise<number> {
  const { pid } = await jobUntil(world, 'worker', 'runs', isRunning);
  return pid ?? 0;
}

let neighbour: number | null;
let domain: string;
beforeAll(async () => {
  world = createWorld();
  world.write('reconcile.yaml', declare('GREETING: one, OTHER: same'));
  expect((await world.reconcile('apply', '--yes')).code).toBe(0);
  ({ pid: neighbour, domain } = await jobUntil(world, 'neighbour', 'runs', isRunning));
});
afterAll(async () => {
  const after = await statusOf(world, 'neighbour');
  await world.end();
  expect(after).toMatchObject({ pid: neighbour, runs: 1 });
});

describe('what launchd holds', () => {
  it('scenario 23: is old when the plist was changed after the load, told by key, although the plist is as declared', async () => {
    const text = world.read(PLIST);
    world.write(PLIST, text.replace('<string>one</string>', '<string>two</string>'));
    await world.launchctl('bootout', '--wait', `${domain}/com.example.worker`);
    await world.launchctl('bootstrap', domain, join(world.home, PLIST));
    await until('its word', () => world.read('worker.out') === 'one\ntwo\n');
    world.write(PLIST, text);
    expect(await planned('worker')).toMatchObject({
      op: 'reload',
      reasons: ['stale'],
      restarts: true,
      fields: [{ path: ['EnvironmentVariables', 'GREETING'], source: 'loaded' }],
    });
    expect((await world.reconcile('plan')).stdout).toContain('launchd still holds another definition');
    expect(await statusOf(world, 'worker')).toMatchObject({ plist: 'ok', stale: true });
  });

  it('scenario 24: is replaced by out and in, with no kickstart; the new process has the new environment', async () => {
    const before = await pidOfWorker();
    const { code, stderr } = await world.reconcile('apply', '--yes', '-v');
    expect(code).toBe(0);
    expect(changing(stderr)).toEqual(['bootout', 'bootstrap']);
    expect(await pidOfWorker()).not.toBe(before);
    await until('its word', () => world.read('worker.out') === 'one\ntwo\none\n');
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 2 jobs match.\n');
  });

  it('scenario 26: without its plist, a declared job gets it back and goes on; what is not ours is left', async () => {
    const before = await pidOfWorker();
    const text = world.read(PLIST);
    unlinkSync(join(world.home, PLIST));
    expect(await planned('worker')).toMatchObject({ op: 'update', reasons: ['missing'], restarts: false });
    const { stderr } = await world.reconcile('apply', '--yes', '-v');
    expect(changing(stderr)).toEqual([]);
    expect([world.read(PLIST), await pidOfWorker()]).toEqual([text, before]);

    // Loaded by somebody else from a plist that is gone, and declared: told, and not touched.
    const elsewhere = world.write(
      'orphan.plist',
      text.replaceAll('com.example.worker', 'com.example.orphan').replace(/<!-- .*? -->\n?/gs, ''),
    );
    expect((await world.launchctl('bootstrap', domain, elsewhere)).code).toBe(0);
    unlinkSync(elsewhere);
    world.write(
      'orphan.yaml',
      'version: 1\nname: orphan\nlabel_prefix: com.example\ninstances: { orphan: { command: /bin/date } }\n',
    );
    expect(await planned('orphan', '-f', 'orphan.yaml')).toMatchObject({
      op: 'adopt',
      reasons: expect.arrayContaining(['foreign']),
      blocked: { hint: expect.stringContaining('--adopt') },
      actions: [],
    });
    expect((await world.reconcile('apply', '--yes', '-f', 'orphan.yaml')).code).toBe(1);
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 2 jobs match.\n');
    const orphan = await world.launchctl('print', `${domain}/com.example.orphan`);
    expect(orphan.stdout).toMatch(/^\tpid = \d+$/m);
  });
});

describe('a disabled job', () => {
  it('scenario 29: that is declared enabled is shown as disabled outside, and enabled by the plan that says so', async () => {
    const before = await pidOfWorker();
    await world.launchctl('disable', `${domain}/com.example.worker`);
    expect(await planned('worker')).toMatchObject({ op: 'noop', reasons: ['disabled'], actions: [] });

    world.write('reconcile.yaml', declare('GREETING: one, OTHER: same', ', enabled: true'));
    expect(await planned('worker')).toMatchObject({
      op: 'update',
      reasons: ['enabled'],
      restarts: false,
      actions: ['enable', 'record'],
    });
    expect((await world.reconcile('plan')).stdout).toMatch(/worker .*disabled now, to be enabled again/);
    expect(changing((await world.reconcile('apply', '--yes', '-v')).stderr)).toEqual(['enable']);
    expect(await statusOf(world, 'worker')).toMatchObject({ enabled: true, pid: before });
    // And none is sent where none is needed.
    expect(changing((await world.reconcile('apply', '--yes', '-v', '--replace', 'worker')).stderr)).toEqual([
      'bootout',
      'bootstrap',
    ]);
    world.write('reconcile.yaml', declare('GREETING: one, OTHER: same'));
  });
});

describe('one restart', () => {
  it('scenario 43: none for another order of the variables', async () => {
    world.write('reconcile.yaml', declare('OTHER: same, GREETING: one'));
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 2 jobs match.\n');
  });

  it('scenario 42: one for three changed keys and a replacement asked for at once', async () => {
    const before = await pidOfWorker();
    const lines = world.read('worker.out').split('\n').length;
    world.write(
      'reconcile.yaml',
      declare('GREETING: three, OTHER: else', ', stop_timeout: 7s, working_dir: /usr'),
    );
    const { stderr } = await world.reconcile('apply', '--yes', '-v', '--replace', 'worker');
    expect(changing(stderr)).toEqual(['bootout', 'bootstrap']);
    expect(await pidOfWorker()).not.toBe(before);
    await until('its word', () => world.read('worker.out').endsWith('three\n'));
    expect(world.read('worker.out').split('\n')).toHaveLength(lines + 1);
    expect((await statusOf(world, 'worker')).runs).toBe(1);
  });

  it('scenario 33: a declared stop_timeout is shown beside what launchd gives the loaded job now', async () => {
    world.write('reconcile.yaml', declare('GREETING: three, OTHER: else', ', stop_timeout: 7s'));
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    world.write('reconcile.yaml', declare('GREETING: three, OTHER: else', ', stop_timeout: 30s'));
    const { stdout } = await world.reconcile('plan');
    expect(stdout).toMatch(/^ {4}ExitTimeOut: 7 → 30 {2}# 30 s from SIGTERM to SIGKILL/m);
    world.write('reconcile.yaml', declare('GREETING: three, OTHER: else'));
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    const given = (await world.launchctl('print', `${domain}/com.example.worker`)).stdout;
    const effective = /^\texit timeout = (\d+)$/m.exec(given)?.[1];
    world.write('reconcile.yaml', declare('GREETING: three, OTHER: else', ', stop_timeout: 30s'));
    const added = (await world.reconcile('plan', '--refresh', 'full')).stdout;
    expect(added).toMatch(/^ {4}ExitTimeOut: .*→ 30 /m);
    expect(added.match(/^ {4}ExitTimeOut: .*$/m)?.[0]).toContain(`${effective} s`);
  });
});

describe('an installed job that is not loaded', () => {
  it('scenario 39: is told as not loaded, neither unknown nor missing', async () => {
    await world.launchctl('bootout', '--wait', `${domain}/com.example.worker`);
    expect(await statusOf(world, 'worker')).toMatchObject({
      verdict: 'not-loaded',
      plist: expect.stringMatching(/^(ok|differs)$/),
      loaded: false,
      pid: null,
      next: expect.stringContaining('reconcile apply'),
    });
    expect((await world.reconcile('status', 'worker')).stdout).toMatch(/not.loaded/);
  });

  it('scenario 40: is loaded and run by start; where nothing is installed, start says what is missing', async () => {
    const started = await world.reconcile('start', 'worker');
    expect(started).toMatchObject({ code: 0 });
    expect(started.stdout).toMatch(/worker is running \(pid \d+\)/);
    world.write(
      'none.yaml',
      'version: 1\nname: none\nlabel_prefix: com.example\ninstances: { none: { command: /bin/date } }\n',
    );
    const missing = await world.reconcile('start', 'none', '-f', 'none.yaml');
    expect(missing.code).not.toBe(0);
    expect(missing.stderr).toContain('reconcile apply');
  });
});
