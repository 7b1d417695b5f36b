import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { CLI, createWorld, execute, LAUNCHCTL, until, type World } from '../support/private-home.ts';

/** What the command promises at its edges: usage, saved plans, pipes. */

let world: World;
beforeAll(async () => {
  world = createWorld();
  world.write(
    'reconcile.yaml',
    `version: 1
name: test
label_prefix: com.example
instances:
  web:
    script: while :; do echo up; sleep 0.1; done
    restart: { policy: always, throttle: 1s }
    logs: true
  once: { script: "exit 3", restart: { policy: never, throttle: 1s } }
`,
  );
  expect((await world.reconcile('apply', '--yes')).code).toBe(0);
});
afterAll(() => world.end());

describe('usage', () => {
  it('reads a file from a pipe of the shell', async () => {
    const script = `"$0" "$1" validate -f <(printf 'version: 1\\ninstances: {a: {command: /bin/true}}\\n')`;
    const ended = await execute('bash', ['-c', script, process.execPath, CLI], world.env, world.home);
    expect([ended.code, ended.stdout]).toEqual([0, expect.stringContaining('is valid: 1 job')]);
  });

  it('tells what a command gets wrong beside another wrong field of the same instance', async () => {
    world.write(
      'two-faults.yaml',
      'version: 1\ninstances:\n  web:\n    command: echo $HOME\n    umask: 022\n',
    );
    const { diagnostics } = await world.json('validate', '-f', 'two-faults.yaml');
    expect(diagnostics).toMatchObject([
      { code: 'command/shell-syntax', line: 4, column: 19 },
      { code: 'umask/number', line: 5, column: 12 },
    ]);
  });

  it('says what to do about wrong usage', async () => {
    const { code, stderr } = await world.reconcile('restart');
    expect(code).toBe(64);
    expect(stderr).toBe(
      "error: missing required argument 'name'\nhint: See `reconcile --help`, or `reconcile COMMAND --help`.\n",
    );
  });

  it('guesses only what is near at a command that is not there', async () => {
    const told = async (...args: readonly string[]): Promise<string> =>
      (await world.reconcile(...args)).stderr.split('\nhint: ')[0] ?? '';
    expect(await told('embedded', 'foo')).toBe("error: unknown command 'foo'");
    expect(await told('embedded', 'rebot')).toBe("error: unknown command 'rebot'\n(Did you mean reboot?)");
    expect(await told('aply')).toBe("error: unknown command 'aply'\n(Did you mean apply?)");
    expect(await told('plan', '--detailed-exit-code')).toBe(
      "error: unknown option '--detailed-exit-code'\n(Did you mean --detailed-exitcode?)",
    );
  });

  it('speaks to the same embedded launchd as the launchctl of the shell', async () => {
    const elsewhere = { ...world.env, RECONCILE_EMBEDDED_DIR: join(world.home, 'elsewhere') };
    const ask = (...args: readonly string[]) =>
      execute(process.execPath, [CLI, ...args], elsewhere, world.home);
    expect((await ask('embedded', 'status')).stdout).toContain(`Its world: ${join(world.home, 'elsewhere')}`);
    expect((await ask('embedded', 'boot')).code).toBe(0);
    const { stdout } = await execute(LAUNCHCTL, ['embedded-status'], elsewhere, world.home);
    expect(JSON.parse(stdout)).toMatchObject({ running: true, logged_in: false });
    expect((await ask('embedded', 'stop')).code).toBe(0);
  });

  it('names a folder that is not there', async () => {
    const { code, stderr } = await world.reconcile(
      'explain',
      'web',
      '--exits',
      '1',
      '--svg',
      'no/such/a.svg',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error\[[^\]]+\]: .*no such file or directory/m);
    expect(stderr).toContain('the folder must be there');
  });

  it('tells the notes of a file to who checks it, and not at each of the other commands', async () => {
    world.write('bare.yaml', 'version: 1\nname: bare\ninstances: { nap: { command: sleep 1 } }\n');
    const told = async (...args: readonly string[]): Promise<string> =>
      (await world.reconcile(...args, '-f', 'bare.yaml')).stderr;
    expect(await told('validate')).toContain('info[program/bare-name]');
    for (const command of ['plan', 'status', 'destroy']) expect(await told(command)).toBe('');
    expect(await told('start', 'nap')).toContain('error[job/not-installed]');
    const { diagnostics } = await world.json('plan', '-f', 'bare.yaml');
    expect(diagnostics).toMatchObject([{ code: 'program/bare-name', severity: 'info' }]);
  });

  it('tells a wrong option as one whole JSON document, wherever --json stands', async () => {
    const { code, stdout } = await world.reconcile('--json', 'plan', '--bogus');
    expect(code).toBe(64);
    expect(JSON.parse(stdout)).toEqual({
      format_version: '1.0',
      command: 'plan',
      exit_code: 64,
      diagnostics: [
        {
          code: 'usage',
          severity: 'error',
          message: "unknown option '--bogus'",
          file: null,
          line: null,
          column: null,
          hint: 'See `reconcile --help`, or `reconcile COMMAND --help`.',
        },
      ],
    });
  });

  it.each(['plan', 'apply', 'status', 'destroy'])(
    '%s does not speak for another machine',
    async (command) => {
      const refused = await world.reconcile(command, '--as', 'host=elsewhere');
      expect(refused).toMatchObject({ code: 64, stdout: '' });
      expect(refused.stderr).toContain('--as');
    },
  );

  it('tells a failure as one line where JSON lines are printed', async () => {
    const cases: readonly (readonly [readonly string[], number])[] = [
      [['logs', 'web', '--follow', '--launchd', 'no-such'], 64],
      [['logs', 'no-such', '--follow'], 64],
      [['logs', 'once', '-f'], 1],
      [['history', 'no-such', '--follow'], 64],
      [['watch', '-f', '-'], 64],
      [['watch', '--interval', 'soon'], 64],
    ];
    for (const [args, code] of cases) {
      const ended = await world.reconcile(...args, '--json');
      expect([args, ended.code]).toEqual([args, code]);
      expect(ended.stdout).toMatch(/^[^\n]+\n$/);
      expect(JSON.parse(ended.stdout)).toMatchObject({
        format_version: '1.0',
        command: args[0],
        exit_code: code,
      });
    }
  });

  it('takes variables for flags, and flags before them', async () => {
    const given = (variables: Readonly<Record<string, string>>, ...args: readonly string[]) =>
      execute(process.execPath, [CLI, ...args], { ...world.env, ...variables }, world.home);
    expect(JSON.parse((await given({ RECONCILE_JSON: '1' }, 'plan')).stdout)).toMatchObject({
      command: 'plan',
    });
    expect(JSON.parse((await given({ RECONCILE_JSON: '1' }, 'plan', '--no-such')).stdout)).toMatchObject({
      exit_code: 64,
    });
    expect((await given({ RECONCILE_JSON: '0' }, 'plan')).stdout).toContain('No changes.');
    expect((await given({ RECONCILE_JSON: '1' }, 'plan', '--format', 'markdown')).stdout).not.toContain('{');
    expect((await given({ RECONCILE_LOG: 'debug' }, 'plan')).stderr).toMatch(/^launchctl print gui/);
    expect((await given({ RECONCILE_LOG: 'info' }, 'plan')).stderr).toBe('');
  });

  it.skipIf(process.platform === 'darwin')(
    'says in one line which launchd was taken, where that was left open',
    async () => {
      const said = async (launchd: string, ...args: readonly string[]): Promise<string> => {
        const env = { ...world.env, RECONCILE_LAUNCHD: launchd };
        return (await execute(process.execPath, [CLI, 'plan', ...args], env, world.home)).stderr;
      };
      const line = /^This is not a Mac: using the embedded launchd[^\n]*\n$/;
      expect(await said('')).toMatch(line);
      expect(await said('auto')).toMatch(line);
      expect(await said('embedded', '--launchd', 'auto')).toMatch(line);
      expect(await said('embedded')).toBe('');
      expect(await said('auto', '--launchd', 'embedded')).toBe('');
    },
  );

  it('says which file was found, where nobody named it and it lies elsewhere', async () => {
    mkdirSync(join(world.home, 'below'), { recursive: true });
    const file = join(world.home, 'reconcile.yaml');
    const said = async (cwd: string, ...args: readonly string[]): Promise<string> =>
      (await execute(process.execPath, [CLI, ...args], world.env, join(world.home, cwd))).stderr;
    for (const command of ['plan', 'apply']) {
      expect(await said('below', command)).toBe(`The file: ${file}\n`);
      expect(await said('.', command)).toBe('');
      expect(await said('below', command, '-f', '../reconcile.yaml')).toBe('');
      expect(await said('below', command, '--quiet')).toBe('');
    }
  });

  it('takes durations as the file does, also longer than a timer of Node', async () => {
    for (const duration of ['2d', '1h30m', '90', '999h']) {
      const ended = await world.reconcile('plan', '--timeout', duration, '--lock-timeout', duration);
      expect([ended.code, ended.stderr]).toEqual([0, '']);
    }
    expect((await world.reconcile('plan', '--timeout', '2w')).code).toBe(64);
  });

  it('refuses a time limit of nothing', async () => {
    expect((await world.reconcile('plan', '--timeout', '0')).code).toBe(64);
  });

  it('init writes the file that -f names, and says how to go on with it', async () => {
    const written = await world.reconcile('init', '-f', 'other.yaml');
    expect(written.stdout).toContain('reconcile plan -f other.yaml');
    expect((await world.reconcile('validate', '-f', 'other.yaml')).code).toBe(0);
    expect((await world.reconcile('init', '-f', 'other.yaml')).code).toBe(1);
  });

  it('counts as matching only what is declared for this machine', async () => {
    const elsewhere = `${world.read('reconcile.yaml')}  away: { command: /bin/date, when: { host: nowhere } }\n`;
    world.write('elsewhere.yaml', elsewhere);
    const shown = await world.reconcile('plan', '-f', 'elsewhere.yaml', '--take-over-stack', '--adopt');
    expect(shown.stdout).toContain('\nPlan: 2 to adopt.\n');
  });
});

describe('a working directory that is not there any more', () => {
  it.each([['plan'], ['plan', '--json']])('is said in words: %s %s', async (...args) => {
    const command = `mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"`;
    const { code, stdout, stderr } = await execute(
      '/bin/sh',
      ['-c', command, process.execPath, CLI, ...args],
      world.env,
      world.home,
    );
    expect(code).toBe(1);
    expect(stdout + stderr).toContain('The working directory is not there any more.');
    expect(stdout + stderr).not.toContain('at process');
  });
});

describe('logs', () => {
  it('of a job that has written nothing say so', async () => {
    world.write(
      'mute.yaml',
      'version: 1\nname: mute\ninstances: { mute: { command: /bin/sleep 9, logs: true } }\n',
    );
    expect((await world.reconcile('apply', '--yes', '-f', 'mute.yaml')).code).toBe(0);
    await until('both are there', () => existsSync(join(world.home, 'Library/Logs/local.mute.mute/err.log')));
    const { code, stdout, stderr } = await world.reconcile('logs', 'mute', '-f', 'mute.yaml');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toContain('out.log is empty: the job has written nothing to it.');
    expect((await world.reconcile('destroy', '--yes', '-f', 'mute.yaml')).code).toBe(0);
  });

  it('stand below one another, also where one ends within a line', async () => {
    const script = 'printf unended; echo oops >&2; exec sleep 9';
    world.write(
      'two.yaml',
      `version: 1\nname: two\ninstances: { two: { script: "${script}", logs: true } }\n`,
    );
    expect((await world.reconcile('apply', '--yes', '-f', 'two.yaml')).code).toBe(0);
    const folder = join(world.home, 'Library/Logs/local.two.two');
    const shown = await until('both are written', async () => {
      const { stdout } = await world.reconcile('logs', 'two', '-f', 'two.yaml');
      return stdout.includes('oops') && stdout;
    });
    expect(shown).toBe(`==> ${folder}/out.log <==\nunended\n\n==> ${folder}/err.log <==\noops\n`);
    expect((await world.reconcile('destroy', '--yes', '-f', 'two.yaml')).code).toBe(0);
  });
});

describe('a saved plan', () => {
  it('is applied with the file, targets and flags it was made with, also after a restart of the job', async () => {
    const before = await jobUntil(world, 'web', 'runs', isRunning);
    const out = join(world.home, 'plan.json');
    expect((await world.reconcile('plan', '--replace', 'web', '-t', 'web', '--out', out)).code).toBe(0);
    process.kill(before.pid ?? 0, 'SIGKILL');
    const again = await jobUntil(
      world,
      'web',
      'runs again',
      (job) => isRunning(job) && job.pid !== before.pid,
    );
    mkdirSync(join(world.home, 'below/.git'), { recursive: true });
    const applied = await execute(
      process.execPath,
      [CLI, 'apply', out],
      world.env,
      join(world.home, 'below'),
    );
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect((await statusOf(world, 'web')).pid).not.toBe(again.pid);
  });

  it('is for its owner alone, also where an older file was not, and its names are snake_case', async () => {
    const path = world.write('open.json', 'an older file');
    chmodSync(path, 0o644);
    expect((await world.reconcile('plan', '--out', 'open.json')).code).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(JSON.parse(world.read('open.json')).flags).toEqual({
      refresh: 'proven',
      replace: [],
      prune: true,
      adopt: false,
      allow_empty: false,
      take_over_stack: false,
      release_held: false,
      end_leftovers: false,
    });
  });

  it('that cannot be saved says why, in words', async () => {
    const { code, stderr } = await world.reconcile('plan', '--out', 'nowhere/plan.json');
    expect(code).toBe(1);
    expect(stderr).toContain('The plan cannot be saved to nowhere/plan.json: its folder is not there.');
    expect(stderr).not.toContain('ENOENT');
  });

  it('in which nothing changes says so when it is applied', async () => {
    expect((await world.reconcile('plan', '-t', 'web', '--out', 'nothing.json')).code).toBe(0);
    const { code, stdout } = await world.reconcile('apply', 'nothing.json');
    expect(code).toBe(0);
    expect(stdout).toBe('No changes. 1 job matches.\n');
  });

  it('takes nothing that would make it another plan', async () => {
    expect((await world.reconcile('plan', '--replace', 'web', '--out', 'web.json')).code).toBe(0);
    for (const more of [['--replace', 'once'], ['-t', 'once'], ['--adopt'], ['--no-prune']]) {
      const { code, stderr } = await world.reconcile('apply', 'web.json', '--yes', ...more);
      expect(code).toBe(64);
      expect(stderr).toContain('A saved plan is applied as it is, without --');
    }
  });

  it('that is stale says of each job what was to be done and what would be now', async () => {
    expect((await world.reconcile('plan', '--replace', '*', '--out', 'both.json')).code).toBe(0);
    expect((await world.reconcile('stop', 'once')).code).toBe(0);
    const file = world.read('reconcile.yaml');
    world.write('reconcile.yaml', file.replace('sleep 0.1', 'sleep 0.2'));
    const { code, stderr } = await world.reconcile('apply', 'both.json');
    world.write('reconcile.yaml', file);
    expect((await world.reconcile('start', 'once')).code).toBe(0);
    expect(code).toBe(1);
    expect(stderr).toContain(
      'com.example.once was to be reloaded, and nothing is to be done to it now; com.example.web was to be reloaded, and is to be updated now.',
    );
  });

  it.each([
    ['text', 'garbage'],
    ['nothing', ''],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['flags of another kind', null],
  ])('that is %s is no plan', async (_, text) => {
    if (text === null) {
      expect((await world.reconcile('plan', '--out', 'odd.json')).code).toBe(0);
      const plan = JSON.parse(world.read('odd.json'));
      world.write('odd.json', JSON.stringify({ ...plan, flags: { ...plan.flags, replace: 'web' } }));
    } else world.write('odd.json', text);
    const { code, stderr } = await world.reconcile('apply', 'odd.json', '--yes');
    expect(code).toBe(64);
    expect(stderr).toContain('odd.json is not a plan saved by this version of reconcile.');
  });

  it('that is not there is named, with how to make one', async () => {
    const missing = await world.reconcile('apply', 'nowhere.json');
    expect(missing.code).toBe(64);
    expect(missing.stderr).toContain('There is no saved plan nowhere.json.');
    expect(missing.stderr).not.toContain('ENOENT');
  });
});

describe('embedded reset', () => {
  it('removes nothing without a yes, everything with one, and nothing twice', async () => {
    const other = createWorld();
    try {
      other.write('reconcile.yaml', 'version: 1\ninstances: { nap: { command: /bin/sleep 1000 } }\n');
      expect((await other.reconcile('apply', '--yes')).code).toBe(0);
      const { pid } = await jobUntil(other, 'nap', 'runs', isRunning);
      const state = join(other.home, '.local/state/reconcile/embedded');

      const unanswered = await other.reconcile('embedded', 'reset');
      expect(unanswered.code).toBe(64);
      expect(unanswered.stderr).toContain('run `reconcile embedded reset --yes`');
      expect((await statusOf(other, 'nap')).pid).toBe(pid);

      expect((await other.reconcile('embedded', 'reset', '--yes')).code).toBe(0);
      expect(existsSync(state)).toBe(false);
      const again = await other.reconcile('embedded', 'reset');
      expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to reset') });
      expect(existsSync(state)).toBe(false);
    } finally {
      await other.end();
    }
  });
});

describe('jobs by name', () => {
  it('start tells of a job that has ended already how it ended', async () => {
    const ended = await until('its end', async () => {
      const job = await statusOf(world, 'once');
      return job.pid === null && job.verdict === 'failing' && job;
    });
    expect(ended.last_exit).toEqual({ code: 3 });
    const { stdout } = await world.reconcile('start', 'once');
    expect(stdout).toMatch(/ended already, with exit code 3|is running|as soon as its throttle/);
  });

  it('scenario 47: start and stop need a login session: 77', async () => {
    const launchctl = world.write(
      'launchctl',
      `#!/bin/sh
case "$1 $2" in "print gui/"*) echo 'Bad request.' >&2; echo 'Could not find domain' >&2; exit 112;; esac
exec '${LAUNCHCTL}' "$@"
`,
    );
    chmodSync(launchctl, 0o755);
    const env = { RECONCILE_EMBEDDED_DIR: join(world.home, 'alone'), RECONCILE_LAUNCHD: '' };
    const alone = createWorld({ ...env, RECONCILE_LAUNCHCTL: launchctl, RECONCILE_ROOT: world.home });
    try {
      alone.write('reconcile.yaml', world.read('reconcile.yaml'));
      expect(await alone.json('apply', '--yes')).toMatchObject({ exit_code: 77 });
      expect(await alone.json('start', 'web')).toMatchObject({
        exit_code: 77,
        diagnostics: [
          {
            code: 'launchd/no-domain',
            message: expect.stringMatching(/domain gui\/\d+/),
            hint: expect.stringContaining('SSH'),
          },
        ],
      });
      // It is there for the next login.
      expect(alone.read('Library/LaunchAgents/com.example.web.plist')).toContain('com.example.web');
    } finally {
      await alone.launchctl('embedded-stop');
      await alone.end();
    }
  });
});

describe('logs --follow', () => {
  it('ends quietly once nobody reads it', async () => {
    await jobUntil(world, 'web', 'runs', isRunning);
    const child = spawn(process.execPath, [CLI, 'logs', 'web', '--follow'], {
      env: world.env,
      cwd: world.home,
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(0);
  });

  it('goes on until Ctrl-C: 130', async () => {
    const child = spawn(process.execPath, [CLI, 'logs', 'web', '--follow'], {
      env: world.env,
      cwd: world.home,
    });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGINT');
    expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(130);
  });
});
