import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { dict } from '../../src/model/plist.ts';
import { type Answer, type EmbeddedWorld, LAUNCHCTL, openWorld, shell } from '../support/embedded-world.ts';

const soon = { timeout: 20_000, interval: 20 };
const worlds: EmbeddedWorld[] = [];

function open(): EmbeddedWorld {
  const world = openWorld();
  worlds.push(world);
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) await world.close();
});

/** A script with our launchctl first in PATH, in the world's folder. */
function script(world: EmbeddedWorld, text: string): Promise<Answer> {
  const PATH = [dirname(LAUNCHCTL), process.env['PATH'] ?? ''].join(delimiter);
  return new Promise((resolve, reject) => {
    execFile(
      '/bin/sh',
      ['-c', text],
      { env: { ...world.env, PATH }, cwd: world.folder },
      (error, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') reject(error);
        else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

describe('idioms of shell scripts', () => {
  it('several plists at once, list and print through grep, kickstart -kp, bootout', async () => {
    const world = open();
    for (const name of ['a', 'b'])
      world.plist(`org.example.${name}`, { ProgramArguments: ['/bin/sleep', '600'], RunAtLoad: true });
    const { code, stdout, stderr } = await script(
      world,
      `set -e
      launchctl bootstrap gui/$(id -u) "$PWD/plists/org.example.a.plist" "$PWD/plists/org.example.b.plist"
      launchctl list | grep -c org.example
      launchctl list | awk '/org.example.b/ {print $3}'
      launchctl print gui/$(id -u)/org.example.a | grep -q 'state = running' && echo up
      old=$(launchctl print gui/$(id -u)/org.example.a | awk '$1 == "pid" {print $3}')
      new=$(launchctl kickstart -kp gui/$(id -u)/org.example.a)
      test "$old" != "$new" && echo replaced
      launchctl print gui/$(id -u)/org.example.a | grep -q "pid = $new" && echo same
      launchctl kill SIGKILL gui/$(id -u)/org.example.b
      launchctl bootout gui/$(id -u)/org.example.a
      launchctl print gui/$(id -u)/org.example.nobody >/dev/null 2>&1 || echo absent $?
      launchctl managername
      launchctl error 5`,
    );
    const manager = process.getuid?.() === 0 ? 'System' : 'Aqua';
    expect(stderr).toBe('');
    expect(stdout.split('\n')).toEqual([
      ...['2', 'org.example.b', 'up', 'replaced', 'same', 'absent 113', manager],
      '5: Input/output error',
      '',
    ]);
    expect(code).toBe(0);
  });

  it('load -w and unload -w from the folder of the plist', async () => {
    const world = open();
    world.plist('org.example.old', { ProgramArguments: ['/bin/sleep', '600'] });
    const { code, stdout, stderr } = await script(
      world,
      `cd plists && launchctl load -w org.example.old.plist && launchctl list | cut -f3 | grep -x org.example.old &&
      launchctl unload -w org.example.old.plist && ! launchctl list org.example.old`,
    );
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: 'org.example.old\n',
      stderr: 'Could not find service "org.example.old" in domain for port\n',
    });
  });
});

describe('the variables of the session', () => {
  it('setenv reaches jobs that start later, and the plist wins', async () => {
    const world = open();
    const seen = join(world.folder, 'seen');
    const job = (label: string): Promise<void> =>
      world.load(label, {
        ProgramArguments: shell(`echo "$EDITOR,$PAGER" > "${seen}.$XPC_SERVICE_NAME.part"
          mv "${seen}.$XPC_SERVICE_NAME.part" "${seen}.$XPC_SERVICE_NAME"`),
        EnvironmentVariables: dict([['PAGER', 'more']]),
        RunAtLoad: true,
      });
    await job('org.example.before');
    await vi.waitFor(() => expect(existsSync(`${seen}.org.example.before`)).toBe(true), soon);
    expect(await world.launchctl('setenv', 'EDITOR', 'vi', 'PAGER', 'less')).toMatchObject({ code: 0 });
    await job('org.example.after');
    await vi.waitFor(() => expect(existsSync(`${seen}.org.example.after`)).toBe(true), soon);
    expect(readFileSync(`${seen}.org.example.before`, 'utf8')).toBe(',more\n');
    expect(readFileSync(`${seen}.org.example.after`, 'utf8')).toBe('vi,more\n');
    expect((await world.launchctl('getenv', 'EDITOR')).stdout).toBe('vi\n');
  });

  it('setenv tells a job of our launchctl and of its own world', async () => {
    const world = open();
    const seen = join(world.folder, 'seen');
    const PATH = [dirname(LAUNCHCTL), process.env['PATH'] ?? ''].join(delimiter);
    await world.launchctl('setenv', 'PATH', PATH, 'RECONCILE_EMBEDDED_DIR', world.root);
    await world.load('org.example.caller', {
      ProgramArguments: shell(
        `launchctl print "${world.gui}/org.example.caller" > "${seen}.part"; mv "${seen}.part" "${seen}"`,
      ),
      RunAtLoad: true,
    });
    await vi.waitFor(() => expect(existsSync(seen)).toBe(true), soon);
    expect(readFileSync(seen, 'utf8')).toMatch(/^\tstate = running$/m);
  });
});

describe('asuser', () => {
  it('asuser runs a command and ends as it does', async () => {
    const world = open();
    const answer = await script(
      world,
      `echo in | launchctl asuser $(id -u) sh -c 'cat; echo err >&2; exit 7'; echo "exit $?"
      launchctl asuser $(id -u) sh -c 'kill -KILL $$'; echo "exit $?"
      launchctl asuser $(id -u) ./no-such-command; echo "exit $?"
      launchctl asuser me true; echo "exit $?"
      launchctl asuser $(id -u) launchctl manageruid`,
    );
    expect(answer.stdout.split('\n')).toEqual([
      ...['in', 'exit 7', 'exit 137', 'exit 127', 'exit 64', String(process.getuid?.() ?? 0), ''],
    ]);
    expect(answer.stderr).toContain('err\n');
    expect(answer.stderr).toContain('./no-such-command: No such file or directory\n');
    expect(answer.stderr).toContain('Usage: launchctl asuser <UID> <command> [arguments...]\n');
  });
});
