import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CLI, createWorld, type World } from '../support/private-home.ts';
import { isThorough, record } from '../support/reliability.ts';

/** The built command on the embedded launchd, killed for real at moments all over its run. */

let world: World;
afterEach(() => world.end());

const STATE = '.local/state/reconcile/embedded';

const declare = (names: readonly string[], value: string): string => `version: 1
name: kill
label_prefix: com.example
defaults: { restart: { policy: always, throttle: 1s } }
instances:
${names.map((name) => `  ${name}: { command: [/bin/sleep, "1000"], environment: { V: "${name.startsWith('update') ? value : 'same'}" } }\n`).join('')}`;

const BEFORE = declare(
  ['update-one', 'update-two', 'update-three', 'delete-one', 'delete-two', 'delete-three'],
  'old',
);
const AFTER = declare(
  ['update-one', 'update-two', 'update-three', 'create-one', 'create-two', 'create-three'],
  'new',
);

async function prepare(): Promise<void> {
  world.write('reconcile.yaml', BEFORE);
  expect((await world.reconcile('apply', '--yes')).code).toBe(0);
  world.write('reconcile.yaml', AFTER);
}

/** Starts an apply and kills it after so many milliseconds; whether it was still at work. */
function killAfter(ms: number): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [CLI, 'apply', '--yes', '--quiet'], {
      cwd: world.home,
      env: world.env,
      stdio: 'ignore',
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), ms);
    child.on('exit', (_, signal) => {
      clearTimeout(timer);
      resolve(signal === 'SIGKILL');
    });
  });
}

/** Plists with their modes, what launchd has of each job, and the names in the state folder. */
async function lookAround(): Promise<unknown> {
  const agents = join(world.home, STATE, 'LaunchAgents');
  const plists = Object.fromEntries(
    readdirSync(agents).map((name) => [
      name,
      `${(statSync(join(agents, name)).mode & 0o7777).toString(8)} ${readFileSync(join(agents, name), 'utf8')}`,
    ]),
  );
  const { jobs } = (await world.json('status')) as { jobs: readonly Record<string, unknown>[] };
  const { entries } = JSON.parse(world.read(`${STATE}/ledger.json`)) as {
    entries: readonly { label: string; fileHash: string }[];
  };
  const own = readdirSync(join(world.home, STATE)).filter((name) =>
    /^\.reconcile|^apply\.lock|journal/.test(name),
  );
  return {
    plists,
    jobs: jobs.map(({ label, plist, loaded, stale, state }) => ({ label, plist, loaded, stale, state })),
    owned: entries.map(({ label, fileHash }) => [label, fileHash]),
    own: [...own, ...readdirSync(join(world.home, STATE, 'journal'))],
  };
}

describe('reconcile apply, killed', () => {
  it('scenario 38: anywhere: the next one comes to the same end', { timeout: 600_000 }, async () => {
    world = createWorld();
    await prepare();
    const began = performance.now();
    expect(await killAfter(600_000)).toBe(false);
    const whole = performance.now() - began;
    const end = await lookAround();
    let killed = 0;
    let converged = 0;
    const moments = isThorough ? 10 : 5;
    for (let moment = 1; moment <= moments; moment++) {
      await world.end();
      world = createWorld();
      await prepare();
      // Node's own start is no part of an apply, and at its end it only watches the new jobs.
      if (await killAfter(whole * (0.1 + (0.6 * moment) / moments))) killed += 1;
      const { code, stderr } = await world.reconcile('apply', '--yes');
      expect(code, stderr).toBe(0);
      expect(await lookAround(), `killed at ${moment}/${moments}`).toEqual(end);
      expect((await world.reconcile('plan', '--detailed-exitcode')).code).toBe(0);
      converged += 1;
    }
    record('kills', {
      where: 'the built command on the embedded launchd, at moments all over its run',
      tried: moments,
      converged,
    });
    expect(killed).toBe(moments);
  });
});
