import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobUntil } from '../support/jobs.ts';
import { CLI, createWorld, type Ended, execute, type World } from '../support/private-home.ts';

/** What a job needs is looked for before anything is touched, and when it could not be started. */

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.end());

const AGENTS = '.local/state/reconcile/embedded/LaunchAgents';
const uid = process.getuid?.() ?? 501;

const oneJob = (fields: string): string =>
  `version: 1\nname: test\nlabel_prefix: com.example\ninstances:\n  web:\n    restart: { policy: on-failure, throttle: 1s }\n${fields
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('')}`;

interface Told {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly file: string | null;
  readonly line: number | null;
}
const toldBy = (document: Readonly<Record<string, unknown>>): readonly Told[] =>
  document['diagnostics'] as readonly Told[];

function script(name: string, text: string): string {
  const path = world.write(name, text);
  chmodSync(path, 0o755);
  return path;
}

describe('a job that launchd could not start', () => {
  it.each<readonly [string, () => string, string, RegExp]>([
    [
      'a missing program',
      () => 'command: /opt/none/bin serve',
      'preflight/program-missing',
      /\/opt\/none\/bin is not there/,
    ],
    [
      'a missing interpreter',
      () => `command: ${script('tool', '#!/opt/none/python\n')}`,
      'preflight/interpreter-missing',
      /tool wants to be run by \/opt\/none\/python, but \/opt\/none\/python is not there/,
    ],
    [
      'a working directory that is not there',
      () => `command: /bin/sleep 1000\nworking_dir: ${world.home}/away`,
      'preflight/working-dir-missing',
      /working directory .*away is not there/,
    ],
  ])('is told by plan, apply and status, with the cause: %s', async (_, fields, code, cause) => {
    world.write('reconcile.yaml', oneJob(fields()));
    const plan = await world.json('plan');
    expect(plan['exit_code']).toBe(0);
    expect(toldBy(plan)).toMatchObject(
      [{ code, severity: 'warning', message: expect.stringMatching(cause), line: 5, hint: /\S/ }].map(
        (each) => ({ ...each, hint: expect.stringMatching(/`.+`/) }),
      ),
    );
    expect(toldBy(plan)[0]?.message).toContain('will report exit code 78 (EX_CONFIG)');
    expect((await world.reconcile('plan')).stderr).toContain(`warning[${code}]`);

    const applied = await world.json('apply', '--yes');
    expect(applied['exit_code']).toBe(0);
    const failing = toldBy(applied).find((each) => each.code === 'job/failing');
    expect(failing?.message).toContain('exit code 78: EX_CONFIG');
    expect(failing?.hint).toMatch(/^The likely cause: /);
    expect(failing?.hint).toMatch(new RegExp(cause.source, 'i'));

    const job = await jobUntil(world, 'web', 'failed', ({ last_exit }) => last_exit?.code === 78);
    expect(job.next).toMatch(new RegExp(cause.source, 'i'));
    // Nothing is to be done, yet the job is ill: plan still says so.
    expect(toldBy(await world.json('plan')).map((each) => each.code)).toEqual([code]);
  });

  it.skipIf(!otherMayRun())(
    'whose log folder it may not write to is told, as the user that it runs as',
    async () => {
      const home = world.home;
      const closed = join(home, 'closed');
      mkdirSync(closed);
      world.write('reconcile.yaml', oneJob(`command: /bin/sleep 1000\nstdout: ${closed}/out.log`));
      const run = asOther(world);
      if (uid === 0) for (const path of [home, join(home, 'reconcile.yaml')]) chownSync(path, 65534, 65534);
      else chmodSync(closed, 0o555);

      const plan = await run('plan', '--json');
      const [told] = toldBy(JSON.parse(plan.stdout));
      expect(told?.code).toBe('preflight/log-folder-unwritable');
      expect(told?.message).toMatch(
        /The log .*out\.log cannot be made, since the user with uid \d+ may not write to .*closed,/,
      );
      const applied = await run('apply', '--yes', '--json');
      const failing = toldBy(JSON.parse(applied.stdout)).find(({ code }) => code === 'job/failing');
      expect(failing?.hint).toMatch(/^The likely cause: the log .*out\.log cannot be made/);
      await run('embedded', 'stop');
      chmodSync(closed, 0o755);
    },
  );

  it('is no word about in the quickstart', async () => {
    const example = join(import.meta.dirname, '../../examples/quickstart/reconcile.yaml');
    expect(toldBy(await world.json('plan', '-f', example))).toEqual([]);
  });

  it('is silent again once that is put right', async () => {
    const tool = join(world.home, 'tool');
    world.write('reconcile.yaml', oneJob(`command: ${tool}`));
    expect(toldBy(await world.json('plan'))).toHaveLength(1);
    script('tool', '#!/bin/sh\nexec /bin/sleep 1000\n');
    expect(toldBy(await world.json('plan'))).toEqual([]);
    const applied = await world.json('apply', '--yes');
    expect(toldBy(applied)).toEqual([]);
  });
});

describe('what launchd would refuse', () => {
  it('is blocked before anything is touched: a folder that others may write', async () => {
    world.write('reconcile.yaml', oneJob('command: /bin/sleep 1000'));
    mkdirSync(join(world.home, AGENTS), { recursive: true });
    chmodSync(join(world.home, AGENTS), 0o777);
    const plan = await world.json('plan');
    expect(plan['changes']).toMatchObject([
      {
        op: 'create',
        actions: [],
        blocked: {
          code: 'preflight/folder-writable-by-others',
          hint: `Run \`chmod go-w ${join(world.home, AGENTS)}\`, then this again.`,
        },
      },
    ]);
    const applied = await world.reconcile('apply', '--yes');
    expect(applied.code).toBe(1);
    expect(applied.stdout).toContain('can be written by others (mode 0777)');
    expect(readdirSync(join(world.home, AGENTS))).toEqual([]);
    chmodSync(join(world.home, AGENTS), 0o755);
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
  });

  it('is blocked: a plist that is a symbolic link, which is neither followed nor replaced', async () => {
    world.write('reconcile.yaml', oneJob('command: /bin/sleep 1000'));
    await world.reconcile('apply', '--yes');
    const path = join(world.home, AGENTS, 'com.example.web.plist');
    const real = join(world.home, 'real.plist');
    renameSync(path, real);
    symlinkSync(real, path);
    const before = readFileSync(real, 'utf8');
    world.write('reconcile.yaml', oneJob('command: /bin/sleep 2000'));
    const applied = await world.reconcile('apply', '--yes');
    expect(applied.code).toBe(1);
    expect(applied.stdout).toContain('plist/symlink');
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readFileSync(real, 'utf8')).toBe(before);
  });
});

describe('a plan in which nothing changes', () => {
  it('asks launchd once, and looks at nothing that its hundred jobs need', async () => {
    const jobs = Array.from(
      { length: 100 },
      (_, index) =>
        `  job-${index}: { command: /bin/sleep ${index + 1}, start: { every: 1h }, stdout: ${world.home}/logs/${index}.log, working_dir: ${world.home} }\n`,
    );
    world.write(
      'reconcile.yaml',
      `version: 1\nname: test\nlabel_prefix: com.example\ninstances:\n${jobs.join('')}`,
    );
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    const record = world.write('record.mjs', RECORD);
    const paths = join(world.home, 'paths.json');
    const { stdout, stderr, code } = await execute(
      process.execPath,
      ['--import', record, CLI, 'plan', '-v'],
      { ...world.env, RECORD_TO: paths },
      world.home,
    );
    expect([code, stdout]).toEqual([0, 'No changes. 100 jobs match.\n']);
    expect(stderr.split('\n').filter((line) => line.startsWith('launchctl '))).toHaveLength(1);
    const looked = JSON.parse(readFileSync(paths, 'utf8')) as readonly string[];
    expect(looked).toContain(join(world.home, AGENTS, 'com.example.job-0.plist'));
    const needless = looked.filter((path) => path === '/bin/sleep' || path.endsWith('.log'));
    expect(needless).toEqual([]);
    // Of each job its plist is looked at and read: nothing grows faster than that.
    expect(looked.filter((path) => path.includes('com.example.job-')).length).toBeLessThanOrEqual(2 * 100);
  });
});

/** Notes every path that Node's file system calls name, and writes them down at the end. */
const RECORD = `
import fs, { writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
const paths = [];
for (const where of [fs.promises, fs])
  for (const name of ['lstat', 'stat', 'access', 'open', 'readFile', 'realpath', 'lstatSync', 'statSync', 'accessSync', 'openSync']) {
    const original = where[name];
    if (typeof original !== 'function') continue;
    where[name] = (...args) => {
      if (typeof args[0] === 'string') paths.push(args[0]);
      return original.apply(where, args);
    };
  }
syncBuiltinESMExports();
process.on('exit', () => writeFileSync(process.env.RECORD_TO, JSON.stringify(paths)));
`;

const SOMEBODY_ELSE = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];

/** Root may write anywhere, so that for once somebody else runs the command. */
function asOther({ env, home }: World): (...args: readonly string[]) => Promise<Ended> {
  const [program = '', ...rest] = [...(uid === 0 ? SOMEBODY_ELSE : []), process.execPath, CLI];
  return (...args) => execute(program, [...rest, ...args], { ...env, USER: 'nobody' }, home);
}

/** As root: whether that can be done here, and the built command be read by others. */
function otherMayRun(): boolean {
  const [program = '', ...rest] = [...SOMEBODY_ELSE, 'test', '-r', CLI];
  return uid !== 0 || spawnSync(program, rest).status === 0;
}
