import { spawn } from 'node:child_process';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { writePlist } from '../../src/plist/write.ts';
import { createEmbeddedLaunchd, type EmbeddedLaunchd } from '../../src/testing/embedded-launchd.ts';
import { alive } from '../support/embedded-world.ts';
import { until } from '../support/private-home.ts';

/** `launchd-reconcile/testing`. How it is found when installed is told by package.test.ts. */

async function open(): Promise<EmbeddedLaunchd> {
  const launchd = await createEmbeddedLaunchd();
  onTestFinished(() => launchd.stop());
  return launchd;
}

async function load(
  launchd: EmbeddedLaunchd,
  label: string,
  script: string,
  keys: Readonly<Record<string, PlistValue>> = {},
): Promise<void> {
  const path = join(launchd.home, `${label}.plist`);
  const entries = { ProgramArguments: ['/bin/sh', '-c', script], ...keys };
  writeFileSync(path, writePlist(dict([['Label', label], ...Object.entries(entries)])), { mode: 0o600 });
  expect(await launchd.launchctl(['bootstrap', launchd.domain, path])).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
}

describe('createEmbeddedLaunchd', () => {
  it('gives a private world, and stop takes all of it away', async () => {
    const launchd = await open();
    await load(launchd, 'com.example.runs', 'exec sleep 3600', { RunAtLoad: true });
    const { pid } = await launchd.waitFor('com.example.runs', ({ state }) => state === 'running');
    expect(launchd.env).toMatchObject({ HOME: launchd.home });
    expect((await launchd.services()).services).toMatchObject({ 'com.example.runs': { pid } });
    await launchd.stop();
    expect(alive(pid ?? 0)).toBe(false);
    expect(existsSync(dirname(launchd.home))).toBe(false);
    await launchd.stop();
    await expect(launchd.launchctl(['list'])).rejects.toThrow('This embedded launchd has been stopped.');
  });

  it('is disposed of by `await using`', async () => {
    let home = '';
    {
      await using launchd = await createEmbeddedLaunchd();
      home = launchd.home;
      expect(existsSync(home)).toBe(true);
    }
    expect(existsSync(home)).toBe(false);
  });

  it('prints as the release of macOS that is asked for', async () => {
    const lines: string[] = [];
    for (const os of [13, 27] as const) {
      await using launchd = await createEmbeddedLaunchd({ os });
      await load(launchd, 'com.example.release', 'exec sleep 3600');
      lines.push((await launchd.launchctl(['print', `${launchd.domain}/com.example.release`])).stdout);
    }
    expect(lines[0]).not.toContain('OSLogRateLimit');
    expect(lines[1]).toContain('OSLogRateLimit');
  });

  it('installs a plist whatever the mode of the checkout, and says why launchd does not take one', async () => {
    const launchd = await open();
    const plist = join(launchd.home, 'com.example.installed.plist');
    const keys = { ProgramArguments: ['/bin/sleep', '3600'], RunAtLoad: true };
    writeFileSync(plist, writePlist(dict([['Label', 'com.example.installed'], ...Object.entries(keys)])));
    chmodSync(plist, 0o666);
    expect(await launchd.install(plist)).toBe(join(launchd.agents, 'com.example.installed.plist'));
    await launchd.waitFor('com.example.installed', ({ state }) => state === 'running');
    await expect(launchd.install(plist)).rejects.toThrow(
      /^launchctl bootstrap gui\/.*: (37|5): Bootstrap failed: /,
    );
    await expect(launchd.install(join(launchd.home, 'none.plist'))).rejects.toThrow('ENOENT');
  });

  it('worlds are strangers to each other', async () => {
    const [one, two] = await Promise.all([open(), open()]);
    await load(one, 'com.example.mine', 'exec sleep 3600');
    expect(await one.service('com.example.mine')).toMatchObject({ state: 'not running', runs: 0 });
    expect(await two.service('com.example.mine')).toBeNull();
  });

  it('waits for each state that launchd comes to: starts, ends, restarts, its leaving', async () => {
    const launchd = await open();
    const label = 'com.example.states';
    await load(launchd, label, '[ -e "$HOME/enough" ] && exec sleep 3600; exit 3', {
      KeepAlive: true,
      ThrottleInterval: 1,
      ExitTimeOut: 60,
    });
    const waiting = await launchd.waitFor(label, ({ state }) => state === 'spawn scheduled');
    expect(waiting.lastExit).toEqual({ code: 3 });
    await launchd.waitFor(label, ({ runs }) => (runs ?? 0) >= 2);
    writeFileSync(join(launchd.home, 'enough'), '');
    await launchd.waitFor(label, ({ state }) => state === 'running');
    await launchd.launchctl(['bootout', `${launchd.domain}/${label}`]);
    await launchd.waitUntilGone(label);
    expect(await launchd.service(label)).toBeNull();
  });

  it('says what it waited for in vain, what was seen last, and the end of the log', async () => {
    const launchd = await open();
    await load(launchd, 'com.example.ends', 'exit 4', { RunAtLoad: true });
    await launchd.waitFor('com.example.ends', ({ state }) => state === 'not running');
    const vain = launchd.waitFor('com.example.ends', ({ runs }) => runs === 2, { timeoutMs: 300 });
    await expect(vain).rejects.toThrow(
      /com\.example\.ends: not within 0\.3 seconds\. Seen last: state not running, 1 runs, last exit 4\.\n[\s\S]*ended with exit code 4/,
    );
    const absent = launchd.waitFor('com.example.nobody', () => true, { timeoutMs: 300 });
    await expect(absent).rejects.toThrow('Seen last: not loaded.');
  });

  it('runs programs in the world, with our launchctl, and tells one that does not end', async () => {
    const launchd = await open();
    const script = 'command -v launchctl; echo "$HOME"; launchctl managername; exit 3';
    const { code, stdout } = await launchd.run('/bin/sh', ['-c', script]);
    expect(code).toBe(3);
    expect(stdout).toMatch(new RegExp(`/dist/embedded/bin/launchctl\n${launchd.home}\n(?:Aqua|System)\n$`));
    const endless = launchd.run('sleep', ['3600'], { timeoutMs: 200 });
    await expect(endless).rejects.toThrow('sleep 3600: not done within 0.2 seconds.');
    await expect(launchd.run('no-such-program')).rejects.toThrow(
      'no-such-program cannot be run: there is no such program.',
    );
  });

  it('ends with the process that made it, even when that is killed', async () => {
    const script = `
      import { createEmbeddedLaunchd } from ${JSON.stringify(new URL('../../dist/lib/testing/embedded-launchd.js', import.meta.url).href)};
      const launchd = await createEmbeddedLaunchd();
      console.log((await launchd.launchctl(['embedded-status'])).stdout);
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script]);
    onTestFinished(() => void child.kill('SIGKILL'));
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += String(chunk);
    });
    const status: { readonly pid: number; readonly folder: string } = await until('its world', () =>
      text.includes('\n') ? JSON.parse(text) : undefined,
    );
    expect(alive(status.pid)).toBe(true);
    child.kill('SIGKILL');
    await until('the end of the daemon', () => !alive(status.pid));
    expect(existsSync(status.folder)).toBe(false);
  });
});
