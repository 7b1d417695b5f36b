import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { alive, type EmbeddedWorld, LAUNCHCTL, openWorld } from '../support/embedded-world.ts';
import { until } from '../support/private-home.ts';
import { whyHarmful } from './harmless.ts';
import { listProcesses } from './process-list.mjs';
import { openApple } from './process-port.ts';

/** What keeps the suite from harm on a person's Mac, with the embedded launchd in the place of theirs. */

const CLEAN = join(import.meta.dirname, 'clean.mjs');
const PREFIX = 'com.example.reconcile-contract';

function world(): EmbeddedWorld {
  const opened = openWorld();
  onTestFinished(() => opened.close());
  return opened;
}

/** The number of a run: of a process that lives, or of one that has ended. */
function runOf(pid: number | undefined): string {
  return `${String(pid ?? 0).padStart(7, '0')}01`;
}

function deadPid(): number {
  return spawnSync('true').pid;
}

function sleeper(): ChildProcess {
  const child = spawn('sleep', ['3600'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

const labelsOf = async (opened: EmbeddedWorld): Promise<readonly string[]> =>
  (await opened.status()).services.map(({ label }) => label).sort();

describe('clean.mjs', () => {
  it('takes away what a run that died has left, and nothing else', async () => {
    const opened = world();
    const [dead, living] = [runOf(deadPid()), runOf(sleeper().pid)];
    const keys = { ProgramArguments: ['/bin/sleep', '3600'], KeepAlive: true };
    const strangers = [
      `${PREFIX}.${living}.job`,
      `${PREFIX}.job`,
      `${PREFIX}.12345.job`,
      `com.example.other.${dead}.job`,
    ];
    for (const label of [`${PREFIX}.${dead}.job`, `${PREFIX}.${dead}.idle`, ...strangers])
      await opened.load(label, label.endsWith('.idle') ? { ProgramArguments: ['/bin/true'] } : keys);
    for (const label of [`${PREFIX}.${dead}.off`, `${PREFIX}.${living}.off`, 'com.example.off'])
      await opened.launchctl('disable', `${opened.gui}/${label}`);
    const mine = mkdtempSync(join(tmpdir(), `launchctl-contract-${dead}-`));
    const theirs = mkdtempSync(join(tmpdir(), `launchctl-contract-${living}-`));
    onTestFinished(() => void spawnSync('rmdir', [theirs]));
    // As a child that a job of that run has abandoned.
    const orphan = spawn('sleep', [`3600.${dead}`], { stdio: 'ignore', detached: true });
    const neighbour = spawn('sleep', [`3600.${living}`], { stdio: 'ignore', detached: true });
    onTestFinished(() => void neighbour.kill('SIGKILL'));
    await until('their start', () => alive(orphan.pid ?? 0) && alive(neighbour.pid ?? 0));

    const { status, stderr } = spawnSync(process.execPath, [CLEAN, LAUNCHCTL], {
      env: opened.env,
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    expect(stderr.match(/^Left by an earlier run: .*\.$/gm)).toHaveLength(5);
    await until('the end of its jobs', async () => (await labelsOf(opened)).length === strangers.length);
    expect(await labelsOf(opened)).toEqual([...strangers].sort());
    const { stdout } = await opened.launchctl('print-disabled', opened.gui);
    expect(stdout).toContain(`"${PREFIX}.${dead}.off" => enabled`);
    expect(stdout).toContain(`"${PREFIX}.${living}.off" => disabled`);
    expect(stdout).toContain('"com.example.off" => disabled');
    expect([existsSync(mine), existsSync(theirs)]).toEqual([false, true]);
    await until('the end of the orphan', () => !alive(orphan.pid ?? 0));
    expect(alive(neighbour.pid ?? 0)).toBe(true);
  });

  it('guards a run: when that dies in whatever way, its jobs go', async () => {
    const opened = world();
    const holder = sleeper();
    const run = runOf(holder.pid);
    await opened.load(`${PREFIX}.${run}.job`, {
      ProgramArguments: ['/bin/sleep', '3600'],
      KeepAlive: true,
    });
    const guard = spawn(process.execPath, [CLEAN, LAUNCHCTL, '--after', run], {
      env: opened.env,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    onTestFinished(() => void guard.kill('SIGKILL'));
    const ended = new Promise((resolve) => guard.once('exit', resolve));
    expect(await labelsOf(opened)).toHaveLength(1);
    // What the kernel does for a process that is killed.
    guard.stdin?.destroy();
    expect(await ended).toBe(0);
    await until('the end of its jobs', async () => (await labelsOf(opened)).length === 0);
  });
});

describe('a port to the launchd of a person', () => {
  it('asks launchctl nothing that could touch what is not ours, and leaves nothing', async () => {
    const opened = world();
    const port = openApple(LAUNCHCTL, opened.env);
    await expect(port.call('bootout', port.gui)).rejects.toThrow('which is not ours');
    const job = port.job('bounded', { kind: 'runs' }, { KeepAlive: true });
    expect(job.label).toMatch(/^com\.example\.reconcile-contract\.[0-9]{9}\.bounded$/);
    expect((await port.call('bootstrap', port.gui, job.path)).code).toBe(0);
    await port.call('disable', `${port.gui}/${job.label}`);
    await port.close();
    expect(await labelsOf(opened)).toEqual([]);
    expect((await opened.launchctl('print-disabled', opened.gui)).stdout).not.toContain('=> disabled');
    expect(existsSync(job.folder)).toBe(false);
    // The guard has gone with it: it must not ask a launchd that the next one may have ended.
    const guard = `--after ${job.label.split('.')[3]}`;
    await until('the end of the guard', () => !listProcesses().some(({ args }) => args.endsWith(guard)));
  });
});

describe('whyHarmful', () => {
  const bounds = { labelPrefix: `${PREFIX}.000123401`, folder: '/private/tmp/x' };

  it.each([
    ['print', 'gui/501'],
    ['print', 'system/com.apple.example'],
    ['print-disabled', 'system'],
    ['managername'],
    ['bootstrapp', 'gui/501'],
    ['bootstrap', 'gui/501', '/private/tmp/x/a.plist', '/private/tmp/x/b.plist'],
    ['bootout', `gui/501/${PREFIX}.000123401.job`],
    ['bootout', '--wait', `user/501/${PREFIX}.000123401.job`],
    ['bootout', 'gui/501', '/private/tmp/x/a.plist'],
    ['bootout', 'no-such-target'],
    ['kickstart', '-k', '-p', `gui/501/${PREFIX}.000123401.job`],
    ['kill', 'SIGTERM', `gui/501/${PREFIX}.nobody`],
    ['disable', `gui/501/${PREFIX}.000123401.job`],
  ])('lets %s %s pass', (...args) => {
    expect(whyHarmful(args, bounds)).toBeNull();
  });

  it.each([
    ['bootout', 'gui/501'],
    ['bootout', 'gui/501/'],
    ['bootout', `gui/501/${PREFIX}.000999901.job`],
    ['bootout', 'gui/501/com.apple.Finder'],
    ['bootout', `system/${PREFIX}.000123401.job`],
    ['bootout', 'gui/501', '/private/tmp/x/../other/a.plist'],
    ['bootout'],
    ['bootstrap', 'gui/501'],
    ['bootstrap', 'gui/501', '/Library/LaunchAgents/a.plist'],
    ['kickstart', '-k', 'system/com.apple.example'],
    ['kill', 'SIGKILL', 'gui/501/com.apple.Finder'],
    ['disable', 'gui/501/com.apple.Finder'],
    ['enable'],
    ['unload', '-w', '/private/tmp/x/a.plist'],
    ['remove', `${PREFIX}.000123401.job`],
    ['setenv', 'PATH', '/tmp'],
    ['reboot'],
    ['config', 'user', 'path', '/tmp'],
  ])('stops %s %s', (...args) => {
    expect(whyHarmful(args, bounds)).not.toBeNull();
  });
});
