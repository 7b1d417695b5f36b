import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';
import { isRunning, jobUntil, type StatusJob, statusOf } from '../support/jobs.ts';
import { createWorld, until, type World } from '../support/private-home.ts';

/** Restart policies: what is declared, what plan says of it, what the processes then do. One world, in this order. */

const STATE = '.local/state/reconcile/embedded';
const AGENTS = `${STATE}/LaunchAgents`;

let world: World;

/** Runs until it is told with which code to end, again and again. */
const obedient = (name: string): readonly string[] => [
  '/bin/sh',
  '-c',
  // A word that went to the run before may still hold the pipe open: then there is nothing to read, and one waits on.
  `until read code < "$HOME/${name}.end"; do :; done; exit $code`,
];
const tell = (name: string, code: number): Promise<void> =>
  writeFile(join(world.home, `${name}.end`), `${code}\n`);

/** Ends well when it is asked to end. */
const POLITE = ['/bin/sh', '-c', 'trap "exit 0" TERM; sleep 1000 & wait'];

const declare = (
  jobs: Readonly<Record<string, readonly [command: readonly string[], more: string]>>,
): string =>
  `version: 1\nname: test\nlabel_prefix: com.example\ninstances:\n${Object.entries(jobs)
    .map(([name, [command, more]]) => `  ${name}: { command: ${JSON.stringify(command)}, ${more} }\n`)
    .join('')}`;

const policy = (name: string): string => `restart: { policy: ${name}, throttle: 1s }`;
const BROKEN = ['/bin/sh', '-c', 'echo cannot find my socket >&2; exit 7'];

const FORMER = declare({
  broken: [BROKEN, `${policy('always')}, logs: true`],
  loop: [obedient('loop'), policy('always')],
  gateway: [['/bin/sleep', '1000'], 'restart: always'],
  'opt-out': [['/bin/sleep', '2000'], policy('on-failure')],
  terminated: [POLITE, policy('always')],
});
const DESIRED = declare({
  broken: [BROKEN, `${policy('always')}, logs: true`],
  loop: [obedient('loop'), policy('on-failure')],
  gateway: [['/bin/sleep', '1000'], 'restart: { policy: on-success, throttle: 5s }'],
  'opt-out': [['/bin/sleep', '2000'], policy('never')],
  terminated: [POLITE, policy('always')],
  polite: [POLITE, policy('on-failure')],
  lima: [obedient('lima'), policy('on-failure')],
});

/** A plist that somebody else wrote. */
function install(label: string, keys: Readonly<Record<string, PlistValue>>, folder = AGENTS): string {
  return world.write(
    `${folder}/${label}.plist`,
    writePlist(dict([['Label', label], ...Object.entries(keys)])),
  );
}

interface Shown {
  readonly instance: string;
  readonly op: string;
  readonly reasons: readonly string[];
  readonly blocked: { readonly code: string; readonly message: string } | null;
  readonly fields: readonly {
    readonly key: string;
    readonly before: unknown;
    readonly after: unknown;
    readonly meaning: string;
  }[];
}

async function planned(instance: string, ...args: readonly string[]): Promise<Shown> {
  const { changes } = (await world.json('plan', ...args)) as { changes: readonly Shown[] };
  const change = changes.find((each) => each.instance === instance);
  if (change === undefined) throw new Error(`plan has no ${instance}`);
  return change;
}

const isDown = (job: StatusJob): boolean => job.pid === null && job.last_exit !== null;

beforeAll(async () => {
  world = createWorld();
  for (const name of ['loop', 'lima']) execFileSync('mkfifo', [join(world.home, `${name}.end`)]);
  world.write('reconcile.yaml', FORMER);
  expect((await world.reconcile('apply', '--yes')).code).toBe(0);
  const { domain } = await statusOf(world, 'loop');
  const lima = install('com.example.lima', {
    ProgramArguments: obedient('lima'),
    RunAtLoad: true,
    ThrottleInterval: 1,
  });
  expect((await world.launchctl('bootstrap', domain, lima)).code).toBe(0);
  world.write('reconcile.yaml', DESIRED);
});
afterAll(() => world.end());

describe('plan', () => {
  it('scenario 1: a plist with RunAtLoad and no KeepAlive becomes on-failure in one line; nothing is changed', async () => {
    const before = [world.read(`${AGENTS}/com.example.lima.plist`), (await statusOf(world, 'lima')).pid];
    const plan = await world.reconcile('plan', '--adopt', '--detailed-exitcode', '-t', 'lima');
    expect(plan.code).toBe(2);
    expect(plan.stdout.split('\n').filter((line) => /^ {4}\S/.test(line))).toEqual([
      expect.stringMatching(/^ {4}KeepAlive: .*→.*SuccessfulExit.*restarts after a failure or a signal/),
    ]);
    expect(plan.stdout).toMatch(/^~ lima {2}com\.example\.lima/m);
    expect([world.read(`${AGENTS}/com.example.lima.plist`), (await statusOf(world, 'lima')).pid]).toEqual(
      before,
    );
  });

  it('scenario 12: another policy and another throttle are two keys, each with what it means', async () => {
    const { op, fields } = await planned('gateway');
    expect(op).toBe('update');
    expect(fields).toMatchObject([
      {
        key: 'KeepAlive',
        before: true,
        after: { SuccessfulExit: true },
        meaning: expect.stringContaining('stays down after a crash, a failure or a kill'),
      },
      { key: 'ThrottleInterval', before: null, after: 5, meaning: expect.stringMatching(/\b5 s/) },
    ]);
    const text = (await world.reconcile('plan', '-t', 'gateway')).stdout;
    expect(text).toMatch(/^ {4}KeepAlive: true → /m);
    expect(text).toMatch(/^ {4}ThrottleInterval: .* → 5/m);
  });

  it('scenario 6: without a policy an agent and a daemon have the same default, and never takes it out of both', async () => {
    const names = ['agent', 'daemon'] as const;
    const both = (more: string): string =>
      declare({
        agent: [['/bin/sleep', '1'], more],
        daemon: [['/bin/sleep', '1'], `domain: system, ${more}`],
      });
    const keepAlive = async (): Promise<readonly unknown[]> =>
      Promise.all(
        names.map(
          async (name) =>
            (await planned(name, '-f', 'six.yaml', '--take-over-stack')).fields.find(
              ({ key }) => key === 'KeepAlive',
            )?.after,
        ),
      );
    world.write('six.yaml', both('description: none').replace('name: test', 'name: six'));
    expect(await keepAlive()).toEqual([{ SuccessfulExit: false }, { SuccessfulExit: false }]);
    world.write('six.yaml', both('restart: never').replace('name: test', 'name: six'));
    expect(await keepAlive()).toEqual([undefined, undefined]);
  });

  it('scenario 10: an agent beside a daemon of the same label is not planned, and said why', async () => {
    install('com.example.twice', { ProgramArguments: ['/bin/sleep', '1'] }, `${STATE}/Library/LaunchDaemons`);
    world.write(
      'ten.yaml',
      declare({ twice: [['/bin/sleep', '1'], 'restart: never'] }).replace('name: test', 'name: ten'),
    );
    const { reasons, blocked } = await planned('twice', '-f', 'ten.yaml');
    expect(reasons).toContain('duplicate');
    expect(blocked?.message).toContain('LaunchDaemons/com.example.twice.plist');

    const both = `version: 1\nlabel_prefix: com.example\ntemplates: { t: { label: com.example.vm, command: /bin/date } }
instances: { agent: { template: t }, daemon: { template: t, domain: system } }\n`;
    world.write('both.yaml', both);
    expect(await world.json('plan', '-f', 'both.yaml')).toMatchObject({
      exit_code: 65,
      diagnostics: [{ code: 'label/duplicate', severity: 'error', line: 4 }],
    });
  });

  it('scenario 7: the opt-out removes KeepAlive and does not write it as false', async () => {
    expect((await planned('opt-out')).fields).toMatchObject([
      { key: 'KeepAlive', before: { SuccessfulExit: false }, after: null },
    ]);
  });

  it('scenario 21: the plan of on-failure says that exit 0 leaves it down', async () => {
    const { stdout } = await world.reconcile('plan', '-t', 'polite');
    expect(stdout).toMatch(/^ {4}KeepAlive: .*stays down after exit 0/m);
  });
});

describe('once it is applied', () => {
  beforeAll(async () => {
    const apply = await world.reconcile('apply', '--yes', '--adopt');
    expect(apply.code, apply.stderr + apply.stdout).toBe(0);
  });

  it('scenario 3: exit 1 is followed by a new start, and is no change', async () => {
    const before = await jobUntil(world, 'lima', 'runs', isRunning);
    await tell('lima', 1);
    const after = await jobUntil(
      world,
      'lima',
      'runs again',
      (job) => isRunning(job) && job.pid !== before.pid,
    );
    expect(after).toMatchObject({ runs: (before.runs ?? 0) + 1, last_exit: { code: 1 } });
    expect((await world.reconcile('plan', '--detailed-exitcode')).stdout).toBe('No changes. 7 jobs match.\n');
  });

  it('scenario 4: exit 0 leaves it stopped by policy, and apply does not start it', async () => {
    await tell('lima', 0);
    const job = await jobUntil(world, 'lima', 'is down', isDown);
    expect(job).toMatchObject({ verdict: 'stopped-by-policy', last_exit: { code: 0 } });
    expect(await world.reconcile('apply', '--yes')).toMatchObject({
      code: 0,
      stdout: 'No changes. 7 jobs match.\n',
    });
    expect(await statusOf(world, 'lima')).toMatchObject({ pid: null, runs: job.runs });
  });

  it('scenario 7: KeepAlive is gone from the plist, and written as false by hand it is no difference', async () => {
    const name = `${AGENTS}/com.example.opt-out.plist`;
    const text = world.read(name);
    expect(text).not.toContain('KeepAlive');
    world.write(name, text.replace('<dict>', '<dict>\n\t<key>KeepAlive</key>\n\t<false/>'));
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 7 jobs match.\n');
  });

  it('scenario 20: always brings back what SIGTERM ended with exit 0', async () => {
    const before = await jobUntil(world, 'terminated', 'runs', isRunning);
    process.kill(before.pid ?? 0, 'SIGTERM');
    const after = await jobUntil(
      world,
      'terminated',
      'runs again',
      (job) => isRunning(job) && job.pid !== before.pid,
    );
    expect(after).toMatchObject({ last_exit: { code: 0 }, runs: (before.runs ?? 0) + 1 });
  });

  it('scenarios 19 and 21: on-failure leaves down what ended with 0, by itself or after SIGTERM, also two throttles later', async () => {
    const polite = await jobUntil(world, 'polite', 'runs', isRunning);
    await tell('loop', 0);
    process.kill(polite.pid ?? 0, 'SIGTERM');
    for (const name of ['loop', 'polite']) await jobUntil(world, name, 'is down', isDown);
    // launchd starts this one each second: its count tells the time.
    const { runs } = await statusOf(world, 'broken');
    await jobUntil(world, 'broken', 'has run thrice', (job) => (job.runs ?? 0) >= (runs ?? 0) + 3);
    for (const name of ['loop', 'polite'])
      expect(await statusOf(world, name)).toMatchObject({
        verdict: 'stopped-by-policy',
        runs: 1,
        last_exit: { code: 0 },
      });
  });

  it('scenario 9: what fails at once each time is crash-looping, with its runs, its last exit and its last words', async () => {
    const job = await jobUntil(
      world,
      'broken',
      'is crash-looping',
      ({ verdict }) => verdict === 'crash-looping',
    );
    expect(job.runs).toBeGreaterThanOrEqual(5);
    expect(job.last_exit).toEqual({ code: 7 });
    expect(job.next).toContain('reconcile logs broken');
    const { stdout } = await world.reconcile('status', 'broken');
    expect(stdout).toContain('crash-looping');
    expect(stdout).toMatch(/started \d+ times/);
    await until('its words', async () =>
      (await world.reconcile('logs', 'broken')).stdout.includes('cannot find my socket'),
    );
  });
});

describe('a job that another program rewrites', () => {
  const declaration = (more: string): string =>
    declare({ vm: [['/bin/sleep', '3000'], `${policy('on-failure')}, ${more}`] }).replace(
      'name: test',
      'name: other',
    );
  const rewritten = (text: string): string =>
    text.replace('<key>SuccessfulExit</key>', '<key>Crashed</key>').replace('3000', '4000');

  it('scenario 11: adopted with ignore_changes, those keys are left; the others are told by key and not fought unasked', async () => {
    install('com.example.vm', {
      ProgramArguments: ['/bin/sleep', '3000'],
      RunAtLoad: true,
      ThrottleInterval: 1,
      KeepAlive: dict([['SuccessfulExit', false]]),
    });
    world.write('vm.yaml', declaration('ignore_changes: [KeepAlive, ProgramArguments]'));
    expect((await world.reconcile('apply', '-f', 'vm.yaml', '--adopt', '--yes')).code).toBe(0);
    const name = `${AGENTS}/com.example.vm.plist`;
    world.write(name, rewritten(world.read(name)));
    const ignored = world.read(name);
    const pid = async (): Promise<number | undefined> =>
      ((await world.json('status', '-f', 'vm.yaml')) as { jobs: readonly StatusJob[] }).jobs[0]?.pid ??
      undefined;
    const before = await until('a process', pid);

    expect((await world.reconcile('apply', '-f', 'vm.yaml', '--yes')).code).toBe(0);
    expect(world.read(name)).toBe(ignored);
    expect(await pid()).toBe(before);

    world.write('vm.yaml', declaration('ignore_changes: [KeepAlive]'));
    const change = await planned('vm', '-f', 'vm.yaml');
    expect(change.reasons).toContain('drifted');
    expect(change.fields.map(({ key }) => key)).toEqual(['ProgramArguments']);
    expect(world.read(name)).toBe(ignored);
  });
});
