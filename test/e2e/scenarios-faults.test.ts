import { chmodSync, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createFaultyWorld, type FaultyWorld } from '../support/faulty-world.ts';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { execute } from '../support/private-home.ts';

/** What the built command makes of a launchctl that refuses. One world; each test has a job and a stack of its own. */

let world: FaultyWorld;
beforeAll(() => {
  world = createFaultyWorld();
});
afterEach(() => world.fault(''));
afterAll(() => world.end());

const REFUSED = 'echo "Bootstrap failed: 134: Service cannot load in requested session" >&2; exit 134';

/** Refuses the bootstrap of plists in which this text stands. */
const refuse = (text: string): string =>
  `if [ "$1" = bootstrap ] && grep -q '${text}' "$3"; then ${REFUSED}; fi`;

const plistOf = (name: string): string => `${world.agents}/com.example.${name}.plist`;
const modeOf = (name: string): number => statSync(join(world.home, plistOf(name))).mode & 0o777;

function declare(names: readonly string[], value: string, more = ''): readonly string[] {
  world.write(
    `${names[0]}.yaml`,
    `version: 1\nname: ${names[0]}\nlabel_prefix: com.example\ninstances:\n${names
      .map(
        (name) =>
          `  ${name}: { command: /bin/sleep 1000, environment: { V: ${value} }, restart: { policy: always, throttle: 1s }${more} }\n`,
      )
      .join('')}`,
  );
  return ['-f', `${names[0]}.yaml`];
}

interface Applied {
  readonly exit_code: number;
  readonly changed: boolean;
  readonly results: readonly {
    readonly instance: string;
    readonly outcome: string;
    readonly error: { readonly code: string; readonly message: string; readonly hint: string } | null;
  }[];
}
const apply = async (...args: readonly string[]): Promise<Applied> =>
  (await world.json('apply', '--yes', ...args)) as unknown as Applied;

const inFile = (file: readonly string[]): FaultyWorld => ({
  ...world,
  json: (...args) => world.json(...args, ...file),
});

describe('a bootstrap that is refused', () => {
  it('scenario 35: leaves nothing of a first install: no plist, no job, and what was disabled is disabled again', async () => {
    const file = declare(['fresh'], 'new', ', enabled: true');
    const { domain } = (await statusOf(inFile(file), 'fresh')) as { domain: string };
    await world.launchctl('disable', `${domain}/com.example.fresh`);
    world.fault(refuse('com.example.fresh'));
    const refused = await apply(...file);
    expect(refused).toMatchObject({
      exit_code: 1,
      results: [{ outcome: 'rolled-back', error: { code: 'launchctl/134' } }],
    });
    expect(existsSync(join(world.home, plistOf('fresh')))).toBe(false);
    expect((await world.launchctl('print', `${domain}/com.example.fresh`)).code).toBe(113);
    expect((await world.launchctl('print-disabled', domain)).stdout).toContain(
      '"com.example.fresh" => disabled',
    );
    world.fault('');
    expect(await apply(...file)).toMatchObject({ exit_code: 0 });
    expect((await world.launchctl('print-disabled', domain)).stdout).not.toContain(
      '"com.example.fresh" => disabled',
    );
  });

  it('scenario 36: gives a former job back, its plist byte for byte with its mode, and says so', async () => {
    const file = declare(['former'], 'one');
    expect(await apply(...file)).toMatchObject({ exit_code: 0 });
    chmodSync(join(world.home, plistOf('former')), 0o600);
    const text = world.read(plistOf('former'));
    declare(['former'], 'two');
    world.fault(refuse('<string>two</string>'));
    const { code, stdout } = await world.reconcile('apply', '--yes', ...file);
    expect(code).toBe(1);
    expect(stdout).toContain('put back as it was');
    expect(stdout).toContain('1 rolled back');
    expect([world.read(plistOf('former')), modeOf('former')]).toEqual([text, 0o600]);
    await jobUntil(inFile(file), 'former', 'runs', isRunning);
  });

  it('scenario 37: that refuses the former job too is told as down, exit 4, with the command that brings it back', async () => {
    const file = declare(['down'], 'one');
    expect(await apply(...file)).toMatchObject({ exit_code: 0 });
    const text = world.read(plistOf('down'));
    declare(['down'], 'two');
    world.fault(refuse('com.example.down'));
    const failed = await apply(...file);
    expect(failed).toMatchObject({
      exit_code: 4,
      results: [{ outcome: 'rollback-failed', error: { message: expect.stringContaining('down') } }],
    });
    expect(world.read(plistOf('down'))).toBe(text);
    world.fault('');
    const command = /^Bring it back with: (.+)$/m.exec(failed.results[0]?.error?.hint ?? '')?.[1] ?? '';
    expect(await execute('/bin/sh', ['-c', command], world.env, world.home)).toMatchObject({ code: 0 });
    await jobUntil(inFile(file), 'down', 'runs', isRunning);
  });

  it('scenario 49: does not keep four others from being applied, and the sum counts them', async () => {
    const file = declare(['five-a', 'five-b', 'five-c', 'five-d', 'five-e'], 'one');
    world.fault(refuse('com.example.five-c'));
    const { code, stdout } = await world.reconcile('apply', '--yes', ...file);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^Applied: 4 created, 1 rolled back\. 4 jobs started\.$/m);
    for (const name of ['five-a', 'five-b', 'five-d', 'five-e'])
      await jobUntil(inFile(file), name, 'runs', isRunning);
    expect(await statusOf(inFile(file), 'five-c')).toMatchObject({ plist: 'missing', loaded: false });
  });
});

describe('start and restart', () => {
  it.each([
    ['37', 'Operation already in progress'],
    ['5', 'Input/output error'],
  ])('scenario 46: a bootstrap that says %s of a job that is there is a success', async (code, words) => {
    const name = `said-${code}`;
    const file = declare([name], 'one');
    expect(await apply(...file)).toMatchObject({ exit_code: 0 });
    expect((await world.reconcile('stop', name, ...file)).code).toBe(0);
    world.fault(
      `if [ "$1" = bootstrap ]; then "$real" "$@"; echo "Bootstrap failed: ${code}: ${words}" >&2; exit ${code}; fi`,
    );
    expect((await world.reconcile('start', name, ...file)).code).toBe(0);
    await jobUntil(inFile(file), name, 'runs', isRunning);
  });

  it.each([
    ['0', 'job/not-restarted'],
    ['37', 'launchctl/37'],
  ])('a restart that is answered with %s while the process goes on is no success', async (code, error) => {
    const name = `deaf-${code}`;
    const file = declare([name], 'one');
    expect(await apply(...file)).toMatchObject({ exit_code: 0 });
    const { pid } = await jobUntil(inFile(file), name, 'runs', isRunning);
    world.fault(`if [ "$1" = kickstart ]; then exit ${code}; fi`);
    expect(await world.json('restart', name, ...file)).toMatchObject({
      exit_code: 1,
      results: [{ outcome: 'failed', error: { code: error } }],
    });
    world.fault('');
    expect(await world.json('restart', name, ...file)).toMatchObject({ exit_code: 0 });
    expect((await jobUntil(inFile(file), name, 'runs', isRunning)).pid).not.toBe(pid);
  });

  const gone = `if [ "$1" = kickstart ]; then
  "$real" bootout --wait "$3" || "$real" bootout --wait "$2"
  echo 'Could not find service' >&2; exit 113
fi 2>/dev/null`;

  it('scenario 28: a restart of a job that is gone by then loads it', async () => {
    const file = declare(['gone'], 'one');
    expect(await apply(...file)).toMatchObject({ exit_code: 0 });
    world.fault(gone);
    const { code, stdout, stderr } = await world.reconcile('restart', 'gone', ...file);
    await jobUntil(inFile(file), 'gone', 'runs', isRunning);
    expect(code, stdout + stderr).toBe(0);
  });

  it('scenario 28: and if it cannot be loaded either, both refusals are told', async () => {
    const file = declare(['lost'], 'one');
    expect(await apply(...file)).toMatchObject({ exit_code: 0 });
    world.fault(`${gone}\n${refuse('com.example.lost')}`);
    const { code, stdout, stderr } = await world.reconcile('restart', 'lost', ...file);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toContain('113');
    expect(stdout + stderr).toContain('134');
  });
});

describe('a run that is killed right after it disabled a job', () => {
  it.each(['disable', 'bootout'])(
    'by its %s: the override counts as ours, and goes with the declaration that asked for it',
    async (verb) => {
      const name = `off-${verb}`;
      const file = declare([name], 'one');
      expect(await apply(...file)).toMatchObject({ exit_code: 0 });
      declare([name], 'two', ', enabled: false');
      world.fault(`if [ "$1" = ${verb} ]; then "$real" "$@"; kill -9 $PPID; exit 1; fi`);
      expect((await world.reconcile('apply', '--yes', ...file)).code).toBe(null);
      world.fault('');
      expect(await apply(...file)).toMatchObject({ exit_code: 0, results: [{ outcome: 'applied' }] });
      expect(await statusOf(inFile(file), name)).toMatchObject({ enabled: false, loaded: false });
      declare([name], 'three');
      expect(await apply(...file)).toMatchObject({ exit_code: 0, results: [{ outcome: 'applied' }] });
      await jobUntil(inFile(file), name, 'runs', isRunning);
    },
  );

  it('by a destroy: nothing disabled is left behind', async () => {
    const file = declare(['gone-off'], 'one', ', enabled: false');
    world.fault('if [ "$1" = disable ]; then "$real" "$@"; kill -9 $PPID; exit 1; fi');
    expect((await world.reconcile('apply', '--yes', ...file)).code).toBe(null);
    world.fault('');
    expect((await world.reconcile('destroy', '--yes', ...file)).code).toBe(0);
    const domain = `gui/${process.getuid?.()}`;
    expect((await world.launchctl('print-disabled', domain)).stdout).not.toContain(
      '"com.example.gone-off" => disabled',
    );
  });
});

describe('advice to call launchctl', () => {
  it('names the program that is in use', async () => {
    const program = world.env['RECONCILE_LAUNCHCTL'] ?? '';
    const file = declare(['advice'], 'one');
    expect(await apply(...file)).toMatchObject({ exit_code: 0 });
    world.fault('case "$*" in "print "*.advice) echo hello; exit 0;; esac');
    const plan = await world.reconcile('plan', '--refresh', 'full', ...file);
    expect(plan.stdout).toMatch(`hint: Look at \`${program} print gui/`);
    expect((await world.reconcile('status', ...file)).stdout).toContain(`Look at \`${program} print gui/`);
    expect((await world.reconcile('stop', 'advice', ...file)).stderr).toContain(`${program} print gui/`);
    world.fault('case "$1" in print) exit 0;; esac');
    const unusable = await world.reconcile('plan', ...file);
    expect([unusable.code, unusable.stderr]).toEqual([
      69,
      expect.stringContaining(`hint: Run \`${program} print gui/`),
    ]);
  });
});
