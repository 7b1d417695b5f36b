import { appendFileSync, chmodSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { CLI, createWorld, execute, until, type World } from '../support/private-home.ts';
import { startWatch } from '../support/watch.ts';

/** The loop as a job of launchd: on one world, in this order. */

const FILE = `version: 1
name: test
label_prefix: com.example
include: ["more/*.yaml?"]
instances:
  web:
    script: exec sleep 1000
    restart: { policy: always, throttle: 1s }
  other:
    script: exec sleep 5000
`;

interface AgentState {
  readonly stack: string;
  readonly label: string;
  readonly pid: number | null;
  readonly last_round: string | null;
  readonly recent: readonly Readonly<Record<string, unknown>>[];
  readonly log: string;
}

let world: World;
beforeAll(() => {
  world = createWorld();
  world.write('reconcile.yaml', FILE);
});
afterAll(() => world.end());

async function agent(): Promise<AgentState | undefined> {
  const document = await world.json('agent', 'status');
  return (document['agents'] as readonly AgentState[])[0];
}

/** Never 0, which would mean this process and all its group. */
function pidOf(state: AgentState | undefined): number {
  if (state?.pid == null) throw new Error(`the agent does not run: ${JSON.stringify(state)}`);
  return state.pid;
}

const applied = (state: AgentState | undefined, instance: string, op: string): boolean =>
  state?.recent.some(
    (each) => each['event'] === 'applied' && each['instance'] === instance && each['op'] === op,
  ) === true;

describe('agent', () => {
  it('is not there before it was installed', async () => {
    expect(await world.json('agent', 'status')).toMatchObject({ agents: [], exit_code: 0 });
    expect(await world.reconcile('agent', 'uninstall')).toMatchObject({
      code: 0,
      stdout: 'No agent is installed.\n',
    });
    expect(await world.json('agent', 'uninstall')).toMatchObject({
      exit_code: 0,
      changed: false,
      results: [],
    });
    expect(await world.json('agent', 'uninstall', 'test', '--yes')).toMatchObject({
      exit_code: 64,
      diagnostics: [{ code: 'agent/none' }],
    });
    const unasked = await world.reconcile('agent', 'install');
    expect(unasked).toMatchObject({ code: 64 });
    expect(unasked.stderr).toContain(
      `run \`reconcile agent install --file ${join(world.home, 'reconcile.yaml')} --yes\``,
    );
  });

  it('refuses a file that takes from the environment what launchd gives to no job', async () => {
    const variable = '$'.concat('{env.LANG}');
    const file = world.write(
      'env.yaml',
      FILE.replace('sleep 1000', `sleep 1000 ${variable}`).replace('script', 'command'),
    );
    const { code, stderr } = await world.reconcile('agent', 'install', '--yes', '-f', file);
    expect(code).toBe(65);
    expect(stderr).toContain('agent/environment');
  });

  it('is a job as any other, planned, applied and watched by launchd', async () => {
    const { code, stdout } = await world.reconcile('agent', 'install', '--yes', '--interval', '200ms');
    expect(code).toBe(0);
    expect(stdout).toContain('local.reconcile-agent.test');
    await jobUntil(world, 'web', 'runs', isRunning);
    const state = await until('the agent has applied the file', async () => {
      const seen = await agent();
      return seen?.pid != null && applied(seen, 'web', 'create') ? seen : undefined;
    });
    expect(Date.now() - Date.parse(state.last_round ?? '')).toBeLessThan(60_000);
    const plist = world.read('.local/state/reconcile/embedded/LaunchAgents/local.reconcile-agent.test.plist');
    expect(plist).toContain(join(world.home, 'reconcile.yaml'));
    expect(plist).toContain(join(world.home, 'more'));
    expect(plist).toContain('<key>KeepAlive</key>');
    expect(existsSync(state.log)).toBe(true);
    expect((await world.reconcile('agent', 'status')).stdout).toMatch(/running \(pid \d+\)/);
    // Once more, nothing changes.
    const again = await world.reconcile('agent', 'install', '--yes', '--interval', '200ms');
    expect(again).toMatchObject({ code: 0 });
    expect((await agent())?.pid).toBe(state.pid);
    // It belongs to another stack than the jobs.
    expect((await world.reconcile('plan')).stdout).toContain('No changes. 2 jobs match.');
  });

  it('is started again after a kill, and applies what was changed meanwhile', async () => {
    const before = await agent();
    process.kill(pidOf(before), 'SIGKILL');
    world.write('reconcile.yaml', FILE.replace('1000', '2000'));
    const after = await until(
      'the relaunched loop has applied the change',
      async () => {
        const seen = await agent();
        return applied(seen, 'web', 'update') ? seen : undefined;
      },
      60_000,
    );
    expect(after.pid).not.toBe(before?.pid);
    expect(world.read('.local/state/reconcile/embedded/LaunchAgents/com.example.web.plist')).toContain(
      'sleep 2000',
    );
    mkdirSync(join(world.home, 'more'), { recursive: true });
    world.write('more/tick.yaml', 'instances:\n  tick: { command: /bin/echo, start: { every: 1h } }\n');
    await until('it has found the new file', async () => applied(await agent(), 'tick', 'create'));
  });

  it('is named, and how to end it, to who would start another loop or destroy its stack', async () => {
    const pid = pidOf(await agent());
    for (const command of [
      ['watch', '--rounds', '1'],
      ['destroy', '--yes'],
    ]) {
      const { code, stderr } = await world.reconcile(...command);
      expect({ code, command }).toMatchObject({ code: 75 });
      expect(stderr).toContain(`process ${pid}`);
      expect(stderr).toContain('reconcile agent uninstall test');
    }
  });

  it('keeps what it says beside its log small, too, while it runs', async () => {
    const errors = join(world.home, '.local/state/reconcile/embedded/loop/test.err.log');
    appendFileSync(errors, 'x'.repeat(1024 * 1024 + 1));
    world.write('reconcile.yaml', world.read('reconcile.yaml'));
    await until('it is cut', () => statSync(errors).size === 0);
  });

  it('goes by its name in every command that tells of a job, in any folder and without a file', async () => {
    const label = 'local.reconcile-agent.test';
    const bare = { ...world.env };
    const call = (...args: readonly string[]) => execute(process.execPath, [CLI, ...args], bare, '/');
    const logs = await call('logs', 'test', '--lines', '1000');
    expect(logs).toMatchObject({ code: 0 });
    expect(logs.stdout).toMatch(/com\.example\.web .* created; as the file says now/);
    expect((await call('status', label)).stdout).toContain('verdict    ● running');
    const before = pidOf(await agent());
    expect((await call('stop', label)).stdout).toContain(`stays down until \`reconcile start ${label}\``);
    const held = await call('agent', 'status');
    expect(held).toMatchObject({ code: 1 });
    expect(held.stdout).toContain(
      `held: It was stopped with \`reconcile stop\`; run \`reconcile start ${label}\``,
    );
    expect((await call('start', label)).code).toBe(0);
    expect(pidOf(await agent())).not.toBe(before);
    const forgotten = await call('forget', label);
    expect(forgotten).toMatchObject({ code: 64 });
    expect(forgotten.stderr).toContain('reconcile agent uninstall test');
    // A job of the file comes first.
    world.write('more/named.yaml', 'instances:\n  test: { command: /bin/echo, start: { every: 1h } }\n');
    await until('the job is there', async () => applied(await agent(), 'test', 'create'));
    expect((await world.reconcile('status', 'test')).stdout).toContain('com.example.test');
    rmSync(join(world.home, 'more/named.yaml'));
    await until('the job is gone', async () => applied(await agent(), 'test', 'delete'));
  });

  it('stays with its stack when the file comes to name another, until it is installed again', async () => {
    const web = await statusOf(world, 'web');
    const invalid = (keeps: boolean) => async () => {
      const seen = await agent();
      const told = seen?.recent.some(
        (each) => each['event'] === 'file-invalid' && each['keeps'] === keeps && isRenamed(each),
      );
      return told === true ? seen : undefined;
    };
    const isRenamed = (each: Readonly<Record<string, unknown>>): boolean =>
      JSON.stringify(each['diagnostics']).includes('watch/renamed');
    const file = world.read('reconcile.yaml');
    world.write('reconcile.yaml', file.replace('name: test', 'name: other-test'));
    await until('the loop tells that the stack is another', invalid(true));
    expect((await world.reconcile('restart', 'local.reconcile-agent.test')).code).toBe(0);
    // A loop that knows no good file of its stack does nothing, and tells why where one asks.
    await until('the next loop tells it, too', invalid(false));
    const { stdout } = await world.reconcile('agent', 'status');
    expect(stdout).toMatch(/reconcile\.yaml: not valid since .*; nothing is done until it is put right/);
    const [, instead] = /let the agent mind other-test instead: reconcile (.*)/.exec(stdout) ?? [];
    expect(instead).toBe(`agent install --file ${join(world.home, 'reconcile.yaml')} --interval 200ms`);
    expect(stdout).not.toContain('of the stack other-test');
    expect(world.read('.local/state/reconcile/embedded/ledger.json')).not.toContain('other-test');

    const moved = await world.json(...(instead ?? '').split(' '), '--yes');
    expect(moved).toMatchObject({
      exit_code: 0,
      changes: [{ op: 'move', instance: 'other-test', label: 'local.reconcile-agent.other-test' }],
      diagnostics: [{ code: 'stack/renamed', hint: expect.stringContaining('`name: test`') }],
    });
    const { agents } = (await world.json('agent', 'status')) as { agents: readonly AgentState[] };
    expect(agents).toMatchObject([{ stack: 'other-test', label: 'local.reconcile-agent.other-test' }]);
    world.write('reconcile.yaml', file);
    expect((await world.reconcile('agent', 'install', '--yes', '--interval', '200ms')).stdout).toContain(
      '→ test  local.reconcile-agent.test',
    );
    expect((await agent())?.stack).toBe('test');
    expect((await statusOf(world, 'web')).pid).toBe(web.pid);
  });

  it('lives on when the folder of its file is gone, and is taken away all the same', async () => {
    const lost = world.write('lost/reconcile.yaml', 'version: 1\nname: lost\ninstances: {}\n');
    expect((await world.reconcile('agent', 'install', '--yes', '--interval', '200ms', '-f', lost)).code).toBe(
      0,
    );
    const lostAgent = async () =>
      ((await world.json('agent', 'status'))['agents'] as readonly AgentState[]).find(
        ({ stack }) => stack === 'lost',
      );
    rmSync(join(world.home, 'lost'), { recursive: true });
    const before = pidOf(await lostAgent());
    expect((await world.reconcile('restart', 'local.reconcile-agent.lost')).code).toBe(0);
    await until('the next loop tells that the file is missing', async () => {
      const seen = await lostAgent();
      return seen?.pid !== before && JSON.stringify(seen?.recent).includes('"keeps":false');
    });
    const several = await world.reconcile('agent', 'uninstall', '--yes');
    expect(several).toMatchObject({ code: 64 });
    expect(several.stderr).toContain('reconcile agent uninstall lost');
    expect((await world.reconcile('agent', 'uninstall', 'lost', '--yes')).stdout).toContain(
      'The jobs of the stack lost stay as they are',
    );
    expect(await lostAgent()).toBeUndefined();
  });

  it('is taken away, and every job that it minded stays with its process', async () => {
    const web = await jobUntil(world, 'web', 'runs', isRunning);
    const other = await statusOf(world, 'other');
    const pid = pidOf(await agent());
    expect((await world.reconcile('agent', 'uninstall', '--yes')).code).toBe(0);
    expect(await world.json('agent', 'status')).toMatchObject({ agents: [] });
    await until('its process has ended', () => {
      try {
        return !process.kill(pid, 0);
      } catch {
        return true;
      }
    });
    expect((await statusOf(world, 'web')).pid).toBe(web.pid);
    expect((await statusOf(world, 'other')).pid).toBe(other.pid);
  });

  it('waits for a loop that was started by hand, says so, and takes over after it', async () => {
    const byHand = startWatch(world);
    try {
      await byHand.told('file-loaded');
      await until('the loop by hand is told of', async () => {
        const { code, stdout } = await world.reconcile('agent', 'status');
        return code === 0 && stdout.includes(`running (pid ${byHand.pid}); an agent would wait`);
      });
      expect(await world.json('agent', 'status')).toMatchObject({
        agents: [],
        loops: [{ stack: 'test', pid: byHand.pid, files: [join(world.home, 'reconcile.yaml')] }],
      });
      const { code, stdout, stderr } = await world.reconcile(
        'agent',
        'install',
        '--yes',
        '--interval',
        '200ms',
      );
      expect(code).toBe(0);
      expect(stdout).toContain(`another loop over this stack runs (process ${byHand.pid})`);
      // What the warning says to type works as it stands.
      const [, more] = /More: reconcile (.*)/.exec(stderr) ?? [];
      expect((await world.reconcile(...(more ?? '').split(' '))).stdout).toContain('watch/running');
      // To take the agent away would end no loop.
      expect((await world.reconcile('destroy', '--yes')).stderr).toContain(
        `End it first: kill ${byHand.pid}`,
      );
      const status = await world.reconcile('agent', 'status');
      expect(status.code).toBe(1);
      expect(status.stdout).toMatch(new RegExp(`state +waiting: .*kill ${byHand.pid}`));
    } finally {
      await byHand.end();
    }
    await until(
      'the agent looks after the stack',
      async () => (await world.reconcile('agent', 'status')).code === 0,
      60_000,
    );
    const refused = await world.reconcile('destroy', '--yes');
    expect(refused).toMatchObject({ code: 75 });
    expect(refused.stderr).toContain('reconcile agent uninstall test');
    expect((await world.reconcile('agent', 'uninstall', '--yes')).code).toBe(0);
  });

  it('refuses a file of whose name another one is the stack', async () => {
    world.write('elsewhere/reconcile.yaml', FILE);
    const { code, stderr } = await world.reconcile(
      'agent',
      'install',
      '--yes',
      '-f',
      'elsewhere/reconcile.yaml',
    );
    expect(code).toBe(1);
    expect(stderr).toContain('stack/name-taken');
    expect(stderr).toContain(
      `reconcile apply --take-over-stack --file ${join(world.home, 'elsewhere/reconcile.yaml')}`,
    );
    expect(await world.json('agent', 'status')).toMatchObject({ agents: [] });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'for the system is refused unless all that it runs is root’s alone',
    async () => {
      // Only a daemon of root runs as root.
      chmodSync(world.home, 0o777);
      const refused = await world.reconcile('agent', 'install', '--system', '--yes');
      expect(refused).toMatchObject({ code: 65 });
      expect(refused.stderr).toMatch(/agent\/untrusted|file\/untrusted/);
      chmodSync(world.home, 0o700);
      world.write('more/tick.yaml', 'instances: {}\n');
      chmodSync(join(world.home, 'more/tick.yaml'), 0o666);
      const included = await world.reconcile('agent', 'install', '--system', '--yes');
      expect(included.stderr).toContain('more/tick.yaml');
      expect(included.code).toBe(65);
      // Nothing lies there yet, and anybody may put something there.
      rmSync(join(world.home, 'more/tick.yaml'));
      chmodSync(join(world.home, 'more'), 0o777);
      const open = await world.reconcile('agent', 'install', '--system', '--yes');
      expect(open).toMatchObject({ code: 65 });
      expect(open.stderr).toMatch(/agent\/untrusted.*\/more can be written by others/s);
    },
  );
});
