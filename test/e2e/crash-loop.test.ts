import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobUntil } from '../support/jobs.ts';
import { createWorld, type World } from '../support/private-home.ts';
import { startWatch, type Told, type Watching } from '../support/watch.ts';

/** A job that falls over at once, over and over, without `give_up`: the loop tells it. In this order. */

const FILE = `version: 1
name: test
label_prefix: com.example
instances:
  tick: { command: /bin/echo, start: { every: 1h } }
`;
const FLAKY = `  flaky: { script: exit 3, restart: { policy: always, throttle: 1s } }
`;

let world: World;
let watching: Watching;
const told = (): readonly Told[] => watching.events().filter(({ event }) => event === 'crash-looping');

beforeAll(() => {
  world = createWorld();
  world.write('reconcile.yaml', `${FILE}${FLAKY}`);
  watching = startWatch(world);
});
afterAll(async () => {
  await watching.end('SIGKILL');
  await world.end();
});

describe('a crash loop', () => {
  it('is told though no look ever meets a process', async () => {
    const event = await watching.told('crash-looping');
    expect(event).toMatchObject({ instance: 'flaky', exits: [3, 3, 3, 3, 3].map((code) => ({ code })) });
    // Five ends with a second between them, whenever they were seen.
    expect(event['seconds']).toBeGreaterThanOrEqual(3);
  });

  it('is of the job as it is declared now: declared again, it begins anew', async () => {
    world.write('reconcile.yaml', FILE);
    await watching.told('applied', ({ instance, op }) => instance === 'flaky' && op === 'delete');
    const from = watching.events().length;
    world.write('reconcile.yaml', `${FILE}${FLAKY}`);
    await watching.told('applied', ({ instance, op }) => instance === 'flaky' && op === 'create', from);
    await jobUntil(world, 'flaky', 'has fallen over some times', ({ runs }) => (runs ?? 0) >= 3);
    expect(told()).toHaveLength(1);
  });
});
