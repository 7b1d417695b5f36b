import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';
import type { LifeEvent } from '../../src/report/embedded-text.ts';
import { alive, jobPlist, LAUNCHCTL, shell } from '../support/embedded-world.ts';
import { until } from '../support/until.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const GUI = `gui/${process.getuid?.() ?? 0}`;

/** Five hours and three quarters, all the year round. */
const KATHMANDU_MS = 345 * 60_000;

const WHERE_TO_LOG_IN = 'hint: `reconcile embedded login` begins a session, and loads what is installed.';

interface Machine {
  readonly folder: string;
  /** `reconcile embedded …`: exit code, and both streams. */
  embedded(...args: readonly string[]): {
    readonly code: number | null;
    readonly out: string;
    readonly err: string;
  };
  /** The same with --json: what has happened. */
  events(...args: readonly string[]): readonly LifeEvent[];
  /** `reconcile …`, in the machine's home. */
  reconcile(...args: readonly string[]): {
    readonly code: number | null;
    readonly out: string;
    readonly err: string;
  };
  launchctl(...args: readonly string[]): { readonly code: number | null; readonly out: string };
  /** Puts a plist where a login (`LaunchAgents`) or a boot (`Library/LaunchDaemons`) finds it. */
  install(
    where: 'LaunchAgents' | 'Library/LaunchDaemons',
    label: string,
    keys: Readonly<Record<string, PlistValue>>,
  ): string;
  /** A script that adds a line to the file `label` and stays. */
  recording(label: string): readonly string[];
  lines(label: string): number;
  pid(label: string): number;
}

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

function machine(variables: Readonly<Record<string, string>> = {}): Machine {
  const folder = mkdtempSync(join(tmpdir(), 'life-'));
  const state = join(folder, 'state');
  const root = join(state, 'reconcile', 'embedded');
  const env = {
    ...process.env,
    HOME: folder,
    XDG_STATE_HOME: state,
    RECONCILE_EMBEDDED_DIR: root,
    ...variables,
  };
  const call = (file: string, args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(file, args, { env, cwd: folder, encoding: 'utf8' });
    return { code: status, out: stdout, err: stderr };
  };
  const reconcile = (...args: readonly string[]) => call(process.execPath, [CLI, ...args]);
  const embedded = (...args: readonly string[]) => reconcile('embedded', ...args);
  const launchctl = (...args: readonly string[]) => call(LAUNCHCTL, args);
  opened.push(() => {
    launchctl('embedded-stop');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return {
    folder,
    embedded,
    reconcile,
    launchctl,
    events(...args) {
      const { code, out, err } = embedded(...args, '--json');
      if (code !== 0) throw new Error(`${args.join(' ')}: ${code}: ${out}${err}`);
      return (JSON.parse(out) as { readonly events: readonly LifeEvent[] }).events;
    },
    install(where, label, keys) {
      mkdirSync(join(root, where), { recursive: true, mode: 0o700 });
      const path = join(root, where, `${label}.plist`);
      writeFileSync(path, writePlist(jobPlist(label, keys)), { mode: 0o644 });
      return path;
    },
    recording: (label) => shell(`echo started >> '${folder}/${label}'; exec sleep 600`),
    lines: (label) =>
      existsSync(join(folder, label))
        ? readFileSync(join(folder, label), 'utf8').trim().split('\n').length
        : 0,
    pid: (label) => Number(/^\tpid = (\d+)$/m.exec(launchctl('print', `${GUI}/${label}`).out)?.[1]),
  };
}

describe('the life of a machine', () => {
  it('boots without a login, logs in and out; daemons stay', async () => {
    const mac = machine();
    mac.install('Library/LaunchDaemons', 'org.example.daemon', {
      ProgramArguments: mac.recording('daemon'),
      RunAtLoad: true,
    });
    mac.install('LaunchAgents', 'org.example.agent', {
      ProgramArguments: mac.recording('agent'),
      RunAtLoad: true,
    });
    mac.install('LaunchAgents', 'org.example.idle', { ProgramArguments: shell('true') });
    const broken = mac.install('LaunchAgents', 'org.example.broken', {});

    expect(mac.events('boot')).toMatchObject([
      { event: 'boot', domain: 'system', started: ['org.example.daemon'] },
    ]);
    expect(mac.launchctl('print', GUI).code).not.toBe(0);
    expect(mac.launchctl('bootstrap', GUI, broken).code).toBe(125);

    expect(mac.events('login')).toMatchObject([
      {
        event: 'login',
        domain: GUI,
        loaded: ['org.example.agent', 'org.example.idle'],
        started: ['org.example.agent'],
        passed_over: [{ path: broken, code: 111 }],
      },
    ]);
    const agent = mac.pid('org.example.agent');
    expect(alive(agent)).toBe(true);

    expect(mac.embedded('logout').out).toBe(
      `Logged out: ${GUI} is gone, 2 jobs ended (org.example.agent, org.example.idle). Daemons stay.\n`,
    );
    expect(alive(agent)).toBe(false);
    expect(mac.launchctl('print', 'system/org.example.daemon').out).toContain('state = running');
    expect(mac.embedded('status').out).toContain('Nobody is logged in');
    await until(() => mac.lines('daemon') === 1);

    mac.events('login');
    await until(() => mac.lines('agent') === 2);
    expect(mac.lines('daemon')).toBe(1);
  });

  it('a reboot loses what is not on disk; overrides and the session come back', async () => {
    const mac = machine();
    mac.install('LaunchAgents', 'org.example.agent', {
      ProgramArguments: mac.recording('agent'),
      RunAtLoad: true,
    });
    mac.install('LaunchAgents', 'org.example.off', {
      ProgramArguments: mac.recording('off'),
      RunAtLoad: true,
    });
    const loose = join(mac.folder, 'org.example.loose.plist');
    writeFileSync(
      loose,
      writePlist(
        jobPlist('org.example.loose', { ProgramArguments: mac.recording('loose'), RunAtLoad: true }),
      ),
    );
    expect(mac.launchctl('bootstrap', GUI, loose).code).toBe(0);
    expect(mac.launchctl('disable', `${GUI}/org.example.off`).code).toBe(0);
    await until(() => mac.lines('agent') === 1 && mac.lines('off') === 1 && mac.lines('loose') === 1);
    const pids = ['agent', 'off', 'loose'].map((name) => mac.pid(`org.example.${name}`));

    const happened = mac.events('reboot');
    expect(happened.map(({ event }) => event)).toEqual(['shutdown', 'boot', 'login']);
    expect(happened[2]).toMatchObject({ loaded: ['org.example.agent'], passed_over: [{ code: 119 }] });
    expect(pids.filter(alive)).toEqual([]);
    await until(() => mac.lines('agent') === 2);
    expect(mac.lines('off')).toBe(1);
    expect(mac.launchctl('print', `${GUI}/org.example.loose`).code).toBe(113);

    mac.events('logout');
    expect(mac.events('reboot').map(({ event }) => event)).toEqual(['shutdown', 'boot']);
  });

  it('asleep, starts on demand only; awake, makes up for what was due', async () => {
    const mac = machine();
    mac.events('login');
    mac.events('sleep');
    const path = mac.install('LaunchAgents', 'org.example.agent', {
      ProgramArguments: mac.recording('agent'),
      RunAtLoad: true,
    });
    expect(mac.launchctl('bootstrap', GUI, path).code).toBe(0);
    expect(mac.launchctl('print', `${GUI}/org.example.agent`).out).toContain(
      '\tpended nondemand spawn = speculative\n',
    );
    expect(mac.lines('agent')).toBe(0);
    expect(mac.embedded('status').out).toContain('It is asleep');
    expect(mac.embedded('wake').out).toBe('Awake: 1 job started (org.example.agent).\n');
    await until(() => mac.lines('agent') === 1);
  });

  it('in on-demand-only mode pends spawns until a kickstart, or the end of the mode', async () => {
    const mac = machine();
    mac.events('login');
    mac.events('on-demand-only', 'on');
    for (const label of ['org.example.a', 'org.example.b'])
      expect(
        mac.launchctl(
          'bootstrap',
          GUI,
          mac.install('LaunchAgents', label, { ProgramArguments: mac.recording(label), KeepAlive: true }),
        ).code,
      ).toBe(0);
    expect(mac.launchctl('kickstart', `${GUI}/org.example.a`).code).toBe(0);
    await until(() => mac.lines('org.example.a') === 1);
    expect(mac.lines('org.example.b')).toBe(0);
    expect(mac.embedded('on-demand-only', 'off').out).toBe(
      `${GUI} has left on-demand-only mode: 1 job started (org.example.b).\n`,
    );
    await until(() => mac.lines('org.example.b') === 1);
  });

  it('a mount starts the jobs that wait for one', async () => {
    const mac = machine();
    mac.install('LaunchAgents', 'org.example.mounted', {
      ProgramArguments: mac.recording('mounted'),
      StartOnMount: true,
    });
    mac.events('login');
    expect(mac.lines('mounted')).toBe(0);
    expect(mac.events('mount', '.')).toMatchObject([{ event: 'mount', started: ['org.example.mounted'] }]);
    await until(() => mac.lines('mounted') === 1);
  });

  it('fires a calendar in the time zone of the daemon', async () => {
    const mac = machine({ TZ: 'Asia/Kathmandu' });
    mac.install('LaunchAgents', 'org.example.minute', {
      ProgramArguments: mac.recording('minute'),
      StartCalendarInterval: [1, 2, 3].map((minutes) => {
        const there = new Date(Date.now() + minutes * 60_000 + KATHMANDU_MS);
        return dict([
          ['Hour', there.getUTCHours()],
          ['Minute', there.getUTCMinutes()],
        ]);
      }),
    });
    mac.events('login');
    expect(mac.lines('minute')).toBe(0);
    await until(() => mac.lines('minute') === 1, 140_000);
  }, 160_000);

  it('what is applied with nobody logged in waits for the login; what is pended, for the kickstart of apply', async () => {
    const mac = machine();
    const [shellPath, option, script] = mac.recording('web');
    const command = JSON.stringify([shellPath, option, script]);
    writeFileSync(
      join(mac.folder, 'reconcile.yaml'),
      `version: 1\nname: demo\ninstances:\n  web:\n    command: ${command}\n`,
    );
    mac.events('boot');
    const applied = mac.reconcile('apply', '-y');
    expect([applied.code, applied.out]).toEqual([77, expect.stringContaining(WHERE_TO_LOG_IN)]);
    const started = mac.reconcile('start', 'web');
    expect([started.code, started.err]).toEqual([77, expect.stringContaining(WHERE_TO_LOG_IN)]);
    expect(mac.events('login')).toMatchObject([{ event: 'login', started: ['local.demo.web'] }]);
    await until(() => mac.lines('web') === 1);
    expect(mac.reconcile('plan').out).toContain('No changes.');
    expect(mac.reconcile('destroy', '-y').code).toBe(0);
    mac.events('on-demand-only', 'on');
    expect(mac.reconcile('apply', '-y').code).toBe(0);
    await until(() => mac.lines('web') === 2);
  });

  it.each([
    [['boot'], ['boot'], 'The embedded launchd is running already.'],
    [['boot'], ['logout'], 'Nobody is logged in.'],
    [['login'], ['login'], `There is a login already: ${GUI}.`],
    [['boot'], ['wake'], 'The machine is awake.'],
    [['boot'], ['on-demand-only', 'on'], `There is no domain ${GUI} here now.`],
    [[], ['reboot'], 'The embedded launchd is not running.'],
    [[], ['sleep'], 'The embedded launchd is not running.'],
  ])('after %j refuses %j, and says what to do', (before, refused, message) => {
    const mac = machine();
    if (before.length > 0) mac.events(...before);
    const { code, err } = mac.embedded(...refused);
    expect(code).toBe(1);
    expect(err).toContain(`error[embedded/not-now]: ${message}\nhint: `);
  });

  it.each([
    [['nap']],
    [['mount', 'nowhere']],
    [['mount', 'a', 'b']],
    [['on-demand-only']],
    [['on-demand-only', 'maybe']],
  ])('takes %j for wrong usage', (words) => {
    const mac = machine();
    mac.events('login');
    const { code, err } = mac.embedded(...words);
    expect(code).toBe(64);
    expect(err).toMatch(/^error/);
  });
});
