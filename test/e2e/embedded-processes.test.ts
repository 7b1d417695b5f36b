import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { alive, openWorld, shell } from '../support/embedded-world.ts';
import { observe } from '../support/reliability.ts';

const world = openWorld();
afterAll(() => world.close());

const soon = { timeout: 30_000, interval: 50 };

/** Runs a script to its end as a job; what it wrote. */
async function outputOf(label: string, keys: Readonly<Record<string, PlistValue>>): Promise<string> {
  const log = join(world.folder, `${label}.log`);
  await world.load(label, { RunAtLoad: true, StandardOutPath: log, StandardErrorPath: log, ...keys });
  await vi.waitFor(async () => expect(await world.field(label, 'last exit code')).toBe('0'), soon);
  return readFileSync(log, 'utf8').trim();
}

describe('a process', () => {
  it('has its umask, limits and niceness, and a session of its own', async () => {
    const text = await outputOf('org.example.attributes', {
      ProgramArguments: shell('umask; ulimit -n; nice; pwd; echo $$; cut -d" " -f6 /proc/$$/stat'),
      Umask: 0o027,
      SoftResourceLimits: dict([['NumberOfFiles', 123]]),
      // More than the tests themselves are run with: niceness can only be raised.
      Nice: 15,
      WorkingDirectory: '/usr',
    });
    const [umask, files, nice, folder, pid, session] = text.split('\n').map((line) => line.trim());
    expect([umask, files, nice, folder]).toEqual(['0027', '123', '15', '/usr']);
    expect(session).toBe(pid);
  });

  it('reads from /dev/null, runs in / and writes files that others may read', async () => {
    const text = await outputOf('org.example.defaults', {
      ProgramArguments: shell('umask; pwd; cat; echo end'),
    });
    expect(text).toBe('0022\n/\nend');
    expect(statSync(join(world.folder, 'org.example.defaults.log')).mode & 0o777).toBe(0o644);
  });

  it('may be called by another name than its program’s', async () => {
    const keys = {
      Program: '/bin/sh',
      ProgramArguments: ['another-name', '-c', 'echo $0; tr "\\0" "\\n" < /proc/$$/cmdline | head -1'],
    };
    expect(await outputOf('org.example.argv0', keys)).toBe('another-name\nanother-name');
    expect(await outputOf('org.example.argv0-nice', { ...keys, Nice: 3 })).toBe('another-name\nanother-name');
  });

  it('is found by its bare name in the standard folders only', async () => {
    expect(await outputOf('org.example.bare', { ProgramArguments: ['echo', 'found'] })).toBe('found');
  });

  it.runIf(process.getuid?.() === 0)('becomes another user, with that user’s groups', async () => {
    const log = join(world.folder, 'user.log');
    const path = world.plist('org.example.user', {
      ProgramArguments: shell('id -un; id -gn; echo $HOME $USER'),
      UserName: 'daemon',
      RunAtLoad: true,
      StandardOutPath: log,
    });
    expect(await world.launchctl('bootstrap', 'system', path)).toMatchObject({ code: 0, stderr: '' });
    await vi.waitFor(() => expect(readFileSync(log, 'utf8').split('\n')).toHaveLength(4), soon);
    expect(readFileSync(log, 'utf8')).toBe('daemon\ndaemon\n/usr/sbin daemon\n');
    const { stdout } = await world.launchctl('print', 'system/org.example.user');
    expect(stdout).toContain('\tusername = daemon\n');
  });
});

describe('stopping', () => {
  it('a process that ignores SIGTERM stays listed as SIGTERMed until SIGKILL', async () => {
    const [ready, told] = [join(world.folder, 'deaf.ready'), join(world.folder, 'deaf.told')];
    await world.load('org.example.deaf', {
      ProgramArguments: shell(`trap ': > "${told}"' TERM; : > '${ready}'; while :; do sleep 0.1; done`),
      KeepAlive: true,
      ExitTimeOut: 2,
    });
    const pid = Number(await world.field('org.example.deaf', 'pid'));
    await vi.waitFor(() => statSync(ready), soon);
    const began = performance.now();
    expect(await world.launchctl('bootout', `${world.gui}/org.example.deaf`)).toMatchObject({ code: 0 });
    const state = await world.field('org.example.deaf', 'state');
    expect(state).toBe('SIGTERMed');
    expect(await world.field('org.example.deaf', 'pid')).toBe(String(pid));
    const again = await world.launchctl(
      'bootstrap',
      world.gui,
      join(world.folder, 'plists/org.example.deaf.plist'),
    );
    expect([5, 37]).toContain(again.code);
    await vi.waitFor(
      async () =>
        expect(await world.launchctl('print', `${world.gui}/org.example.deaf`)).toMatchObject({ code: 113 }),
      soon,
    );
    const seconds = (performance.now() - began) / 1000;
    expect(alive(pid)).toBe(false);
    expect(existsSync(told)).toBe(true);
    expect(seconds).toBeGreaterThanOrEqual(2);
    observe('bootout of a process that ignores SIGTERM: state meanwhile', 'SIGTERMed', state ?? 'none');
    observe('… bootstrap meanwhile, as root and as another user', '37, 5', String(again.code));
    observe('… gone after its ExitTimeOut of 2 s', '2 s', `${seconds.toFixed(2)} s`);
  });

  it('kickstart -k kills a process that ignores SIGTERM after ExitTimeOut, and starts another', async () => {
    const ready = join(world.folder, 'stubborn.ready');
    await world.load('org.example.stubborn', {
      ProgramArguments: shell(
        `[ -e '${ready}' ] && exec sleep 600; trap '' TERM; : > '${ready}'; while :; do sleep 0.1; done`,
      ),
      RunAtLoad: true,
      ExitTimeOut: 1,
    });
    await vi.waitFor(() => statSync(ready), soon);
    const began = performance.now();
    expect(await world.launchctl('kickstart', '-k', `${world.gui}/org.example.stubborn`)).toMatchObject({
      code: 0,
    });
    const seconds = (performance.now() - began) / 1000;
    const signal = await world.field('org.example.stubborn', 'last terminating signal');
    expect(signal).toBe('Killed: 9');
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(await world.field('org.example.stubborn', 'runs')).toBe('2');
    observe('kickstart -k of a process that ignores SIGTERM: last signal', 'Killed: 9', signal ?? 'none');
    observe('… started anew after its ExitTimeOut of 1 s', '1 s', `${seconds.toFixed(2)} s`);
  });

  it('ends the rest of the process group with the process', async () => {
    const log = join(world.folder, 'group.log');
    await world.load('org.example.group', {
      ProgramArguments: shell('sleep 600 & echo $!; exit 0'),
      StandardOutPath: log,
      RunAtLoad: true,
    });
    await vi.waitFor(() => expect(readFileSync(log, 'utf8')).toMatch(/^\d+\n$/), soon);
    const child = Number(readFileSync(log, 'utf8'));
    await vi.waitFor(() => expect(alive(child)).toBe(false), soon);
  });

  it('kickstart -k replaces the process and says the new pid', async () => {
    await world.load('org.example.kicked', { ProgramArguments: shell('exec sleep 600'), RunAtLoad: true });
    const before = await world.field('org.example.kicked', 'pid');
    const { stdout } = await world.launchctl('kickstart', '-k', '-p', `${world.gui}/org.example.kicked`);
    expect(stdout).toBe(`${await world.field('org.example.kicked', 'pid')}\n`);
    expect(stdout.trim()).not.toBe(before);
    expect(await world.field('org.example.kicked', 'immediate reason')).toBe('launch job demand');
  });

  it('PathState follows a file that comes', async () => {
    const flag = join(world.folder, 'not', 'yet', 'flag');
    await world.load('org.example.path', {
      ProgramArguments: shell('exec sleep 600'),
      KeepAlive: dict([['PathState', dict([[flag, true]])]]),
    });
    expect(await world.field('org.example.path', 'state')).toBe('not running');
    await world.load('org.example.toucher', {
      ProgramArguments: shell(`mkdir -p '${join(flag, '..')}'; : > '${flag}'`),
      RunAtLoad: true,
    });
    await vi.waitFor(
      async () => expect(await world.field('org.example.path', 'state')).toBe('running'),
      soon,
    );
  });
});
