import { spawn } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { CLI, createWorld, until, type World } from '../support/private-home.ts';
import { startWatch } from '../support/watch.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.end());

const VALUES = {
  token: 'tt-4c1f08e7aa913b',
  password: 'pp-99d2b7c05e1f6a',
  multi: 'mm-0a77e3\nsecond-line-5b21c4',
};
const PARTS = Object.values(VALUES).flatMap((value) => value.split('\n'));
const PLIST = '.local/state/reconcile/embedded/LaunchAgents/com.example.web.plist';

/** The job writes what it has got, its pid and why it ends; nothing else does. */
const PROGRAM = `
const { appendFileSync } = require('node:fs');
const { TOKEN, DB_PASSWORD, MULTI, MODE, PORT } = process.env;
appendFileSync('seen', JSON.stringify({ TOKEN, DB_PASSWORD, MULTI, MODE, PORT, pid: process.pid }) + '\\n');
process.on('SIGTERM', () => { appendFileSync('ends', 'SIGTERM ' + process.pid + '\\n'); process.exit(0); });
setInterval(() => {}, 1000);
`;

function secret(name: string, text: string): void {
  chmodSync(world.write(name, text), 0o600);
}

function declare(more = ''): void {
  world.write('program.cjs', PROGRAM);
  world.write(
    'reconcile.yaml',
    `version: 1
name: demo
label_prefix: com.example
instances:
  web:
    command: [${JSON.stringify(process.execPath)}, program.cjs]
    working_dir: \${home}
    environment: { PORT: 80 }
    env_file: web.env
    secrets: { TOKEN: { file: token }, MULTI: { file: multi } }
    restart_on: [conf.toml]
    restart: { policy: always, throttle: 1s }
    logs: true
${more}`,
  );
  secret('web.env', `# said\nDB_PASSWORD='${VALUES.password}'\nMODE=fast # quick\nPORT=99\n`);
  secret('token', `${VALUES.token}\n`);
  secret('multi', `${VALUES.multi}\n`);
  world.write('conf.toml', 'a = 1\n');
}

const seen = (): readonly Record<string, unknown>[] => {
  try {
    return world
      .read('seen')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  } catch {
    return [];
  }
};

async function apply(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await world.reconcile('apply', '--yes', ...args);
  expect([code, stdout, stderr].join('\n')).toMatch(/^0\n/);
  return stdout + stderr;
}

function demandNone(where: string, text: string): void {
  for (const part of PARTS) expect(text.includes(part), `${where} holds ${part}`).toBe(false);
}

/** What every process shows of itself, as far as it may be looked at; [] where there is no /proc. */
function processes(file: 'cmdline' | 'environ'): readonly { readonly pid: number; readonly text: string }[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      return [{ pid: Number(pid), text: readFileSync(join('/proc', pid, file), 'latin1') }];
    } catch {
      return [];
    }
  });
}

describe('env_file and secrets', () => {
  it('reach the job, by way of its own start, and nothing else: no plist, output, record, list or process of ours', async () => {
    declare();
    const outputs: string[] = [];
    for (const args of [
      ['plan'],
      ['plan', '--json'],
      ['plan', '--out', 'plan.json'],
      ['render'],
      ['validate', '--json'],
    ])
      outputs.push(Object.values(await world.reconcile(...args)).join('\n'));

    // As it is applied, over and over: what does any process show of its words, or get in its environment?
    const child = spawn(process.execPath, [CLI, 'apply', '--yes', '--verbose'], {
      cwd: world.home,
      env: world.env,
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => outputs.push(String(chunk)));
    let running = true;
    const ended = new Promise<number | null>((resolve) => {
      child.on('close', (code) => {
        running = false;
        resolve(code);
      });
    });
    const looks: { pid: number; text: string }[] = [];
    const isJobs = ({ pid }: { pid: number }) => seen().some((line) => line['pid'] === pid);
    await until('the end of apply', () => {
      if (process.platform === 'linux') {
        for (const look of processes('cmdline'))
          if (PARTS.some((part) => look.text.includes(part))) looks.push(look);
        const told = processes('environ').filter(({ text }) => PARTS.some((part) => text.includes(part)));
        // The job itself has them, of course; it may not have said its pid yet.
        looks.push(...told.filter((look) => !isJobs(look) && !isProgram(look.pid)));
      }
      return !running;
    });
    expect(await ended).toBe(0);
    expect(looks.map(({ pid }) => pid)).toEqual([]);

    const [got] = await until('the first start', () => (seen().length > 0 ? seen() : undefined));
    expect(got).toMatchObject({
      TOKEN: VALUES.token,
      DB_PASSWORD: VALUES.password,
      MULTI: VALUES.multi,
      MODE: 'fast',
      // What the file declares for all to see wins over an env_file.
      PORT: '80',
    });
    // Its own pid: the reader became the program.
    expect((await jobUntil(world, 'web', 'runs', isRunning)).pid).toBe(got?.['pid']);

    for (const args of [
      ['plan', '--refresh', 'full', '--json'],
      ['status', 'web', '--json'],
      ['logs', 'web'],
      ['history', '--json'],
      ['explain', 'web'],
      ['audit', '--all'],
      ['restart', 'web', '--verbose'],
      ['apply', '--yes', '--json'],
    ])
      outputs.push(Object.values(await world.reconcile(...args)).join('\n'));
    expect((await world.reconcile('explain', 'web')).stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /Before its program starts, it reads the env_file .*web\.env, TOKEN from .*token, MULTI from .*multi\. .* when the content of one of these has changed: .*conf\.toml, /,
    );
    outputs.push((await world.launchctl('print', `gui/${process.getuid?.()}/com.example.web`)).stdout);
    outputs.forEach((text, index) => {
      demandNone(`output ${index}`, text);
    });
    for (const entry of readdirSync(world.home, { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      const isTheirs = ['seen', 'token', 'multi', 'web.env'].includes(entry.name);
      if (entry.isFile() && !isTheirs) demandNone(path, readFileSync(path, 'latin1'));
    }
    expect(world.read(PLIST)).toContain('program.cjs');
  });

  it('restart the job once when files of it change, and not when they are only touched', async () => {
    declare();
    await apply();
    await until('the first start', () => seen().length === 1);
    expect(await apply()).toContain('No changes');
    secret('token', 'another\n');
    secret('web.env', 'MODE=slow\n');
    world.write('conf.toml', 'a = 2\n');
    const plan = await world.reconcile('plan');
    expect(plan.stdout).toContain('web.env changed; will restart');
    expect(plan.stdout).toContain('Plan: 1 to update. 1 job will restart.');
    await apply();
    await until('the second start', () => seen().length === 2);
    expect(seen()[1]).toMatchObject({ TOKEN: 'another', MODE: 'slow' });
    // The signal reached the program itself, since it is the process that launchd started.
    expect(world.read('ends')).toBe(`SIGTERM ${seen()[0]?.['pid']}\n`);
    for (const name of ['token', 'web.env', 'conf.toml']) utimesSync(join(world.home, name), 1, 1);
    expect(await apply()).toContain('No changes');
    // A change of the declaration and of a file together are one restart, too.
    declare('    nice: 1\n');
    await apply();
    await until('the third start', () => seen().length === 3);
    expect(await apply()).toContain('No changes');
    // Who restarts it by hand has done what was due.
    world.write('conf.toml', 'a = 3\n');
    expect((await world.reconcile('restart', 'web')).code).toBe(0);
    await until('the fourth start', () => seen().length === 4);
    expect(await apply()).toContain('No changes');
    expect(seen()).toHaveLength(4);
    expect((await statusOf(world, 'web')).runs).toBe(2);
  });

  it('are followed by the loop, however often they change: a file is no other manager', async () => {
    declare();
    const watching = startWatch(world);
    try {
      await until('the first start', () => seen().length === 1);
      for (let count = 2; count <= 6; count++) {
        secret('token', `number ${count}\n`);
        await until(`start ${count}`, () => seen().length === count, 60_000);
        expect(seen()[count - 1]).toMatchObject({ TOKEN: `number ${count}` });
      }
      const told = watching.events().map(({ event }) => event);
      expect(told).not.toContain('another-manager');
      expect(JSON.stringify(watching.events()) + watching.stderr()).not.toContain('number ');
    } finally {
      await watching.end('SIGTERM');
    }
  });

  it('are missed in words: by the plan, by the job itself with 78, and by what apply tells of it', async () => {
    declare();
    rmSync(join(world.home, 'token'));
    const plan = await world.reconcile('plan');
    expect(plan.stderr).toContain(`The file of the secret TOKEN, ${join(world.home, 'token')} is not there`);
    const told = await apply();
    expect(told).toContain('secret TOKEN');
    const log = 'Library/Logs/com.example.web/err.log';
    await until('the line of the job', () => world.read(log).includes('\n'));
    expect(world.read(log).split('\n')[0]).toBe(
      `reconcile: com.example.web: the file of the secret TOKEN, ${join(world.home, 'token')} is not there, or may not be read by this job.`,
    );
    const down = await jobUntil(world, 'web', 'ends with 78', ({ last_exit }) => last_exit?.code === 78);
    expect(down.pid).toBeNull();
    // Once it is there, the job comes up by its own policy.
    secret('token', `${VALUES.token}\n`);
    await jobUntil(world, 'web', 'runs', isRunning);
    // And while it runs, a file that goes away is told, and takes nothing down.
    rmSync(join(world.home, 'token'));
    world.write('conf.toml', 'a = 9\n');
    const later = await world.reconcile('plan');
    expect(later.stdout).toContain('No changes');
    expect(later.stderr).toContain('preflight/secret-missing');
    writeFileSync(join(world.home, 'token'), 'x', { mode: 0o644 });
    chmodSync(join(world.home, 'token'), 0o644);
    expect((await world.reconcile('plan')).stderr).toContain('can be read or changed by others (mode 0644)');
  });
});

describe('a job that runs', () => {
  it('is not restarted over an env_file that it could not read, and the plan says which line is wrong', async () => {
    declare();
    await apply();
    await until('the first start', () => seen().length === 1);
    secret('web.env', '# said\nDB_PASSWORD=x\n  DB PASSWORD=hunter2\n');
    secret('token', 'another\n');
    const plan = await world.reconcile('plan');
    expect(plan.stdout).toContain('No changes');
    expect(plan.stderr).toContain(
      `Line 3 of the env_file ${join(world.home, 'web.env')} does not begin with the name of a variable and an equals sign (column 3)`,
    );
    expect(plan.stdout + plan.stderr).not.toContain('hunter2');
    expect(await apply()).toContain('No changes');
    expect(isRunning(await statusOf(world, 'web'))).toBe(true);
    secret('web.env', 'DB_PASSWORD=mended\n');
    await apply();
    await until('the second start', () => seen().length === 2);
    expect(seen()[1]).toMatchObject({ TOKEN: 'another', DB_PASSWORD: 'mended' });
  });

  it('is not restarted once somebody has disabled it', async () => {
    declare();
    await apply();
    await until('the first start', () => seen().length === 1);
    const target = `gui/${process.getuid?.()}/com.example.web`;
    await world.launchctl('disable', target);
    secret('token', 'another\n');
    expect(await apply()).toContain('was disabled outside of reconcile');
    expect((await statusOf(world, 'web')).pid).toBe(seen()[0]?.['pid']);
    await world.launchctl('enable', target);
    await apply();
    await until('the second start', () => seen().length === 2);
  });
});

function isProgram(pid: number): boolean {
  return processes('cmdline').some((look) => look.pid === pid && look.text.includes('program.cjs'));
}
