import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning, jobUntil } from '../support/jobs.ts';
import { CLI, createWorld, execute, type World } from '../support/private-home.ts';
import { isThorough, record } from '../support/reliability.ts';

/** Several applies at once that want different things of the same jobs. */

const APPLIES = isThorough ? 8 : 4;
const ROUNDS = isThorough ? 3 : 1;
const AGENTS = '.local/state/reconcile/embedded/LaunchAgents';
const NAMES = ['one', 'two', 'three'];

let world: World;
beforeAll(() => {
  world = createWorld();
  const jobs = NAMES.map(
    (name) => `  ${name}: { command: /bin/sleep 1000, environment: { V: "\${env.WISH}" } }\n`,
  );
  world.write(
    'reconcile.yaml',
    `version: 1\nname: together\nlabel_prefix: com.example\ninstances:\n${jobs.join('')}`,
  );
  world.write(
    'others.yaml',
    'version: 1\nname: others\nlabel_prefix: org.example\ninstances: { theirs: { command: /bin/sleep 2000 } }\n',
  );
});
afterAll(() => world.end());

const run = (wish: string, ...args: readonly string[]): ReturnType<typeof execute> =>
  execute(process.execPath, [CLI, ...args], { ...world.env, WISH: wish }, world.home);

describe('applies at once', () => {
  it('scenario 53: take turns; what is there in the end is the wish of one of them, whole', async () => {
    expect((await world.reconcile('apply', '--yes', '-f', 'others.yaml')).code).toBe(0);
    const others: World = { ...world, json: (...args) => world.json(...args, '-f', 'others.yaml') };
    const theirs = await jobUntil(others, 'theirs', 'runs', isRunning);
    const file = join(world.home, AGENTS, 'org.example.theirs.plist');
    const { ino, mtimeMs } = statSync(file);

    let mixed = 0;
    let wentThrough = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const wishes = Array.from({ length: APPLIES }, (_, index) => `wish-${round}-${index}`);
      const ended = await Promise.all(
        wishes.map((wish) => run(wish, 'apply', '--yes', '--quiet', '--lock-timeout', '120s')),
      );
      expect(ended.map(({ code, stderr }) => `${code} ${stderr}`)).toEqual(wishes.map(() => '0 '));
      wentThrough += ended.filter(({ code }) => code === 0).length;
      const found = new Set(
        NAMES.map((name) => /wish-\d+-\d+/.exec(world.read(`${AGENTS}/com.example.${name}.plist`))?.[0]),
      );
      if (found.size !== 1) mixed += 1;
      const [winner = ''] = found;
      expect((await run(winner, 'plan', '--refresh', 'full')).stdout).toBe('No changes. 3 jobs match.\n');
    }
    expect(mixed).toBe(0);
    const after = await jobUntil(others, 'theirs', 'runs', isRunning);
    const [was, is] = [
      [theirs.pid, 1, ino, mtimeMs],
      [after.pid, after.runs, statSync(file).ino, statSync(file).mtimeMs],
    ];
    const touched = was.filter((value, index) => value !== is[index]).length;
    expect(touched).toBe(0);
    record('concurrent', {
      'at once': APPLIES,
      rounds: ROUNDS,
      'jobs each': NAMES.length,
      'went through': wentThrough,
      mixed,
      'others touched': touched,
    });
  });
});
