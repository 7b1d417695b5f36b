import { fork } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Question, Reply } from '../support/kill-harness.ts';
import { applyOnce, planOnce } from '../support/kill-run.ts';
import {
  createKillWorld,
  DOMAINS,
  differences,
  type KillWorld,
  loadsOf,
  lookAt,
} from '../support/kill-world.ts';
import { record } from '../support/reliability.ts';

/**
 * A run with three creates, three updates and three deletes in a process of its own, which is killed at each of its
 * effects; and the run after it. Files, locks, ledger and journal are real, launchd lives in this process.
 */

let scratch = '';
let harness = '';
let undisturbed: Whole;

interface Whole {
  /** Before which each kill takes place, in order. */
  readonly points: readonly string[];
  readonly outcomes: readonly string[];
  readonly end: unknown;
}

beforeAll(async () => {
  scratch = realpathSync(mkdtempSync(join(tmpdir(), 'reconcile-kill-')));
  harness = join(scratch, 'harness.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../support/kill-harness.ts')],
    outfile: harness,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'warning',
    define: { RECONCILE_VERSION: '"0"' },
    banner: {
      js: "import { createRequire as nodeRequire } from 'node:module'; const require = nodeRequire(import.meta.url);",
    },
  });
  const world = await createWorld();
  const whole = await run(world, 0);
  if (whole === null) throw new Error('it was not to be killed');
  const points = whole.points.map((point) => point.replaceAll(world.folder, '~'));
  undisturbed = { points, outcomes: whole.outcomes, end: await lookAt(world) };
  expect(loadsOf(world)).toEqual({
    'create-daemon': 1,
    'create-enabled': 1,
    'create-one': 1,
    'delete-daemon': 1,
    'delete-one': 1,
    'delete-two': 1,
    'update-disabled': 2,
    'update-shown': 2,
    'update-unseen': 2,
  });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

let worlds = 0;
function createWorld(): Promise<KillWorld> {
  worlds += 1;
  return createKillWorld(join(scratch, `world-${worlds}`));
}

type Done = Extract<Question, { ask: 'done' }>;

/** Runs the harness until it has ended; null: killed. */
function run({ folder, mac, launchctl }: KillWorld, killAt: number): Promise<Done | null> {
  return new Promise((resolve, reject) => {
    let done: Done | null = null;
    let errors = '';
    const child = fork(harness, [folder, String(killAt)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    child.stderr?.on('data', (text) => {
      errors += text;
    });
    child.on('message', async (message) => {
      const question = message as Question;
      let result: Reply['result'] = null;
      if (question.ask === 'done') done = question;
      else if (question.ask === 'pause') await mac.clock.pause(question.ms);
      else result = await mac.launchctl.call(question.args, question.options);
      const living = DOMAINS.flatMap((domain) =>
        launchctl.loaded(domain).flatMap((label) => launchctl.pid(domain, label) ?? []),
      );
      if (child.connected) child.send({ result, now: mac.clock.now(), living } satisfies Reply, () => {});
    });
    child.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(null);
      else if (code === 0) resolve(done);
      else reject(new Error(`the harness ended with ${code ?? signal}: ${errors}`));
    });
  });
}

/** What is not as it would be after an undisturbed run, once the next one is through. */
async function recover(world: KillWorld): Promise<readonly string[]> {
  const { results } = await applyOnce(world.folder, world.mac);
  const after = await planOnce(world.folder, world.mac, 'proven');
  return [
    ...results
      .filter(({ outcome }) => !/applied|unchanged/.test(outcome))
      .map((each) => JSON.stringify(each)),
    ...differences(await lookAt(world), undisturbed.end),
    ...after.changes.flatMap(({ label, actions }) =>
      actions.map(({ action }) => `still planned: ${action} ${label}`),
    ),
    ...after.diagnostics.map(({ message }) => message),
  ];
}

/** Works on several of these at once, since most of the time goes into starting processes. */
async function each<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all([worker(), worker(), worker()]);
}

describe('an apply that is killed', () => {
  it('has every kind of change in it', () => {
    expect(undisturbed.outcomes).toEqual(Array.from({ length: 9 }, () => 'applied'));
    const kinds = new Set(undisturbed.points.map((point) => point.split(' ')[0]));
    expect([...kinds].sort()).toEqual(
      [
        'chmod',
        'fchmod',
        'fsync',
        'half',
        'launchctl',
        'mkdir',
        'open',
        'rename',
        'the',
        'unlink',
        'write',
      ].sort(),
    );
    const verbs = undisturbed.points.flatMap((point) => /^launchctl (\S+)/.exec(point)?.[1] ?? []);
    expect(new Set(verbs)).toEqual(new Set(['bootout', 'bootstrap', 'enable']));
    expect(undisturbed.points.length).toBeGreaterThan(200);
  });

  it('scenario 38: at any point: plan tells and changes nothing, the next apply comes to the same end', {
    timeout: 900_000,
  }, async () => {
    const failures: string[] = [];
    const extra: Record<string, number> = {};
    await each([...undisturbed.points.keys()], async (index) => {
      const world = await createWorld();
      const where = `killed before ${undisturbed.points[index]} (${index + 1})`;
      expect(await run(world, index + 1), where).toBeNull();
      const left = await lookAt(world);
      const plan = await planOnce(world.folder, world.mac, 'proven');
      const changed = differences(await lookAt(world), left).map((each) => `changed by plan: ${each}`);
      const wrong = [...changed, ...(await recover(world))];
      for (const [name, loads] of Object.entries(loadsOf(world))) {
        const expected = name.startsWith('update') ? 2 : 1;
        if (loads > expected) extra[name] = (extra[name] ?? 0) + loads - expected;
        if (loads > (name.startsWith('update') ? 3 : 1)) wrong.push(`${name} was loaded ${loads} times`);
      }
      const said = plan.diagnostics.map(({ code, message }) => `${code}: ${message}`);
      if (wrong.length > 0) failures.push([where, ...said, ...wrong].join('\n  '));
      rmSync(world.folder, { recursive: true, force: true });
    });
    record('kills', {
      where: 'before each effect of an apply, or in the middle of writing a file',
      tried: undisturbed.points.length,
      converged: undisturbed.points.length - failures.length,
    });
    expect(failures.slice(0, 5).join('\n').slice(0, 4_000)).toBe('');
    // Between a bootstrap and the look that verifies it lie few effects: one more restart is all that a kill there costs.
    for (const count of Object.values(extra)) expect(count).toBeLessThanOrEqual(6);
  });

  it('and killed again in the run after it, comes to the same end too', { timeout: 120_000 }, async () => {
    const failures: string[] = [];
    const pairs = Array.from({ length: 24 }, (_, index) => [index * 9 + 4, ((index * 13) % 60) + 5] as const);
    await each(pairs, async ([first, second]) => {
      const world = await createWorld();
      expect(await run(world, first)).toBeNull();
      // The second run may have less to do than that.
      await run(world, second);
      const wrong = await recover(world);
      if (wrong.length > 0) failures.push([`killed at ${first}, then at ${second}`, ...wrong].join('\n  '));
      rmSync(world.folder, { recursive: true, force: true });
    });
    record('kills', {
      where: 'before an effect, and once more in the run after it',
      tried: pairs.length,
      converged: pairs.length - failures.length,
    });
    expect(failures.join('\n').slice(0, 4_000)).toBe('');
  });
});
