import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { createWorld, type World } from '../support/private-home.ts';

/** Declare, plan, apply, see it run, change it, take it away: the built command on the embedded launchd. */

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.end());

const AGENTS = '.local/state/reconcile/embedded/LaunchAgents';
const plists = (): readonly string[] => readdirSync(join(world.home, AGENTS)).sort();

const twoJobs = (value = 'one', more = ''): string => `version: 1
name: test
label_prefix: com.example
defaults: { restart: { policy: always, throttle: 1s } }
instances:
  first:
    command: /bin/sleep 1000
    environment: { GREETING: ${value}, OTHER: same }
  second:
    command: [/bin/sleep, "2000"]
${more}`;

describe('the main job', () => {
  it('plans, applies, and then has nothing to do', async () => {
    world.write('reconcile.yaml', twoJobs());
    const plan = await world.reconcile('plan');
    expect(plan.code).toBe(0);
    expect(plan.stdout).toContain('+ first');
    expect(plan.stdout).toContain('Plan: 2 to create. 2 jobs will start.');
    expect(existsSync(join(world.home, AGENTS, 'com.example.first.plist'))).toBe(false);

    const applied = await world.json('apply', '--yes');
    expect(applied).toMatchObject({ exit_code: 0, changed: true });
    expect((applied['results'] as { outcome: string }[]).map(({ outcome }) => outcome)).toEqual([
      'applied',
      'applied',
    ]);
    expect(plists()).toEqual(['com.example.first.plist', 'com.example.second.plist']);
    const first = await jobUntil(world, 'first', 'runs', isRunning);
    const second = await jobUntil(world, 'second', 'runs', isRunning);

    const file = join(world.home, AGENTS, 'com.example.first.plist');
    const before = statSync(file, { bigint: true });
    const again = await world.reconcile('apply', '--yes');
    expect(again).toMatchObject({ code: 0, stdout: 'No changes. 2 jobs match.\n' });
    const after = statSync(file, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
    expect((await statusOf(world, 'first')).pid).toBe(first.pid);
    expect((await statusOf(world, 'second')).pid).toBe(second.pid);
    expect((await world.reconcile('plan', '--detailed-exitcode')).code).toBe(0);
    expect((await world.reconcile('plan', '--detailed-exitcode', '--refresh', 'full')).code).toBe(0);
  });

  it('scenario 41: changes one value: one line, one restart, of that job alone', async () => {
    world.write('reconcile.yaml', twoJobs());
    await world.reconcile('apply', '--yes');
    const first = await jobUntil(world, 'first', 'runs', isRunning);
    const second = await jobUntil(world, 'second', 'runs', isRunning);

    world.write('reconcile.yaml', twoJobs('two'));
    const plan = await world.json('plan');
    const changes = plan['changes'] as {
      op: string;
      instance: string;
      fields: unknown[];
      restarts: boolean;
    }[];
    const change = changes.find(({ instance }) => instance === 'first');
    expect(change).toMatchObject({
      op: 'update',
      restarts: true,
      reasons: ['changed'],
      fields: [
        {
          key: 'EnvironmentVariables',
          path: ['EnvironmentVariables', 'GREETING'],
          before: 'one',
          after: 'two',
          source: 'config',
        },
      ],
    });
    expect(plan['summary']).toMatchObject({ update: 1, noop: 1, restarts: 1, starts: 0 });
    const text = await world.reconcile('plan');
    expect(text.stdout).toContain('EnvironmentVariables.GREETING: "one" → "two"');
    expect(text.stdout).toContain('Plan: 1 to update, 1 unchanged. 1 job will restart.');

    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    const renewed = await jobUntil(
      world,
      'first',
      'runs anew',
      (job) => isRunning(job) && job.pid !== first.pid,
    );
    expect(renewed.runs).toBe(1);
    expect((await statusOf(world, 'second')).pid).toBe(second.pid);
  });

  it('sees a hand-edited plist key by key, and puts it right', async () => {
    world.write('reconcile.yaml', twoJobs());
    await world.reconcile('apply', '--yes');
    const name = `${AGENTS}/com.example.first.plist`;
    const original = world.read(name);
    world.write(name, original.replace('<string>1000</string>', '<string>1</string>'));
    const change = (
      (await world.json('plan'))['changes'] as {
        instance: string;
        reasons: string[];
        fields: { key: string; source: string }[];
      }[]
    ).find(({ instance }) => instance === 'first');
    expect(change?.reasons).toContain('drifted');
    expect(change?.fields).toMatchObject([{ key: 'ProgramArguments', source: 'drift' }]);
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    expect(world.read(name)).toBe(original);
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 2 jobs match.\n');
  });

  it('scenarios 22 and 27: sees a job that was booted out by hand, and loads it', async () => {
    world.write('reconcile.yaml', twoJobs());
    await world.reconcile('apply', '--yes');
    const { domain } = await jobUntil(world, 'first', 'runs', isRunning);
    expect((await world.launchctl('bootout', `${domain}/com.example.first`)).code).toBe(0);
    await jobUntil(world, 'first', 'is gone', (job) => job.verdict === 'not-loaded');
    const plan = await world.reconcile('plan', '--detailed-exitcode');
    expect(plan.code).toBe(2);
    expect(plan.stdout).toMatch(/^> first {2}com\.example\.first/m);
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    await jobUntil(world, 'first', 'runs again', isRunning);
  });

  it('deletes what the file no longer declares, the last one too, and destroys the rest', async () => {
    world.write('reconcile.yaml', twoJobs());
    await world.reconcile('apply', '--yes');
    world.write(
      'reconcile.yaml',
      'version: 1\nname: test\nlabel_prefix: com.example\ninstances:\n  second: { command: /bin/sleep 2000, restart: { policy: always, throttle: 1s } }\n',
    );
    const plan = await world.reconcile('plan');
    expect(plan.stdout).toMatch(/^- first {2}com\.example\.first/m);
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    expect(plists()).toEqual(['com.example.second.plist']);

    world.write('reconcile.yaml', 'version: 1\nname: test\n');
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    expect(plists()).toEqual(['com.example.second.plist']);

    world.write('reconcile.yaml', 'version: 1\nname: test\ninstances: {}\n');
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    expect(plists()).toEqual([]);

    world.write('reconcile.yaml', twoJobs());
    await world.reconcile('apply', '--yes');
    const { domain } = await jobUntil(world, 'first', 'runs', isRunning);
    const destroyed = await world.reconcile('destroy', '--yes');
    expect(destroyed.code).toBe(0);
    // They are declared: that is not why they go.
    expect(destroyed.stdout).not.toContain('no longer declared');
    expect(plists()).toEqual([]);
    for (const label of ['first', 'second'])
      expect((await world.launchctl('print', `${domain}/com.example.${label}`)).code).toBe(113);
    expect(JSON.parse(world.read('.local/state/reconcile/embedded/ledger.json'))['entries']).toEqual([]);
  });

  it('asks first, and without a terminal says so', async () => {
    world.write('reconcile.yaml', twoJobs());
    const refused = await world.reconcile('apply');
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('--yes');
    expect(await world.json('apply')).toMatchObject({
      exit_code: 64,
      command: 'apply',
      summary: { create: 2, starts: 2 },
      changes: [{ instance: 'first' }, { instance: 'second' }],
      changed: false,
      results: [],
      diagnostics: [{ code: 'confirm/no-terminal', severity: 'error' }],
    });
    expect(existsSync(join(world.home, AGENTS, 'com.example.first.plist'))).toBe(false);
  });
});
