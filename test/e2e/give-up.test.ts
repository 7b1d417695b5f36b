import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { createWorld, until, type World } from '../support/private-home.ts';
import { startWatch, type Watching } from '../support/watch.ts';

/** `give_up`: a job that crashes over and over is taken out of launchd and held. In this order. */

let world: World;
let watching: Watching;
const starts = (): number =>
  world
    .read('starts')
    .split('\n')
    .filter((line) => line !== '').length;

beforeAll(async () => {
  world = createWorld();
  world.write('starts', '');
  world.write(
    'reconcile.yaml',
    `version: 1
name: test
label_prefix: com.example
instances:
  flaky:
    script: echo start >> starts; echo it broke >&2; test -e mended && exec sleep 1000; exit 3
    working_dir: ${world.home}
    restart: { policy: always, throttle: 1s }
    logs: true
    give_up: { after: 5, within: 1m }
  now-and-then:
    script: test -e once && exec sleep 1000; touch once; exit 1
    working_dir: ${world.home}
    restart: { policy: always, throttle: 1s }
    give_up: { after: 5, within: 1m }
`,
  );
  watching = startWatch(world);
});
afterAll(async () => {
  await watching.end('SIGKILL');
  await world.end();
});

describe('give_up', () => {
  it('holds a job after the fifth bad end, without a sixth start, and tells why', async () => {
    const told = await watching.told('gave-up');
    expect(told).toMatchObject({ instance: 'flaky', after: 5, within: 60 });
    expect(told['exits']).toEqual(Array.from({ length: 5 }, () => ({ code: 3 })));
    expect(told['log']).toMatchObject({
      lines: ['it broke', 'it broke', 'it broke', 'it broke', 'it broke'],
    });
    expect(starts()).toBe(5);
    const status = await statusOf(world, 'flaky');
    expect(status).toMatchObject({ verdict: 'held', loaded: false, pid: null });
    expect(status.next).toContain('given up after 5 bad ends');
    expect(status.next).toContain('reconcile restart flaky');
    // Who asks for another job reads nothing of this one.
    expect((await world.reconcile('status', 'flaky')).stderr).toContain('job/gave-up');
    expect((await world.reconcile('status', 'now-and-then')).stderr).toBe('');
    const { stdout, stderr } = await world.reconcile('plan');
    expect(stdout).toContain('given up after 5 bad ends');
    expect(stderr).toContain('job/gave-up');
    expect(stderr).toContain('it broke');
    const { events } = await world.json('history', 'flaky');
    expect(events).toContainEqual(
      expect.objectContaining({ what: 'gave-up', by: { command: 'watch', pid: watching.pid } }),
    );
    // It is left alone: by an apply, by the loop, and by another loop.
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    await watching.end();
    watching = startWatch(world);
    await watching.told('file-loaded');
    world.write(
      'reconcile.yaml',
      `${world.read('reconcile.yaml')}  tick: { command: /bin/echo, start: { every: 1h } }\n`,
    );
    await watching.told('applied', ({ instance }) => instance === 'tick');
    expect(starts()).toBe(5);
  });

  it('counts what ended since an apply by hand, before the loop was there', async () => {
    await watching.end();
    world.write('others', '');
    const file = world.read('reconcile.yaml');
    const others = (): number => world.read('others').split('\n').length - 1;
    world.write(
      'reconcile.yaml',
      `${file}  other:
    script: echo start >> others; exit 3
    working_dir: ${world.home}
    restart: { policy: always, throttle: 2s }
    give_up: { after: 5, within: 1m }
`,
    );
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    expect(others()).toBeGreaterThan(0);
    watching = startWatch(world);
    await watching.told('gave-up', ({ instance }) => instance === 'other');
    expect(others()).toBe(5);
    world.write('reconcile.yaml', file);
    await watching.told('applied', ({ instance, op }) => instance === 'other' && op === 'delete');
  });

  it('leaves a restart now and then to launchd', async () => {
    const job = await jobUntil(world, 'now-and-then', 'runs', isRunning);
    expect(job.runs).toBeGreaterThan(1);
    expect(watching.events().filter(({ instance }) => instance === 'now-and-then')).toEqual([]);
  });

  it('takes it up again by restart, counts anew, and gives it up again', async () => {
    expect((await world.reconcile('restart', 'flaky')).code).toBe(0);
    await watching.told('gave-up', ({ instance }) => instance === 'flaky');
    expect(starts()).toBe(10);
    world.write('mended', '');
    expect((await world.reconcile('restart', 'flaky')).code).toBe(0);
    await jobUntil(world, 'flaky', 'runs', isRunning);
    expect(world.read('.local/state/reconcile/embedded/ledger.json')).not.toContain('gaveUp');
    await until('the plan has nothing to tell', async () => (await world.reconcile('plan')).stderr === '');
  });
});
