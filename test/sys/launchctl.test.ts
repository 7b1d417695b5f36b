import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createLaunchctl } from '../../src/sys/launchctl.ts';
import { temporaryFolder } from '../support/temporary.ts';

const env = { PATH: '/usr/bin:/bin' };

function program(script: string, mode = 0o755): string {
  const path = join(temporaryFolder(), 'launchctl');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, mode);
  return path;
}

describe('createLaunchctl', () => {
  it('gives code and text of a call', async () => {
    const port = createLaunchctl(program('echo "$@"; echo no >&2; exit 113'), env);
    expect(await port.call(['print', 'gui/501/a b'])).toEqual({
      code: 113,
      stdout: 'print gui/501/a b\n',
      stderr: 'no\n',
      timedOut: false,
    });
  });

  it('keeps SUDO_* from launchd, and nothing else', async () => {
    const port = createLaunchctl(program('env'), { ...env, SUDO_UID: '501', SUDO_COMMAND: 'x', KEPT: 'yes' });
    const { stdout } = await port.call(['version']);
    expect(stdout).toContain('KEPT=yes');
    expect(stdout).not.toContain('SUDO_');
  });

  it('says that the time was over', async () => {
    const port = createLaunchctl(program('sleep 60'), env);
    expect(await port.call(['kickstart'], { timeoutMs: 200 })).toMatchObject({ code: null, timedOut: true });
  });

  it('tells each call', async () => {
    const calls: string[] = [];
    const port = createLaunchctl(program('exit 3'), env, {
      onCall: (args, { code }) => calls.push(`${args.join(' ')} ${code}`),
    });
    await port.call(['bootout', 'gui/501/a']);
    await port.call(['print', 'gui/501/a']);
    expect(calls).toEqual(['bootout gui/501/a 3', 'print gui/501/a 3']);
  });

  it.each([
    ['missing', () => '/no/such/launchctl', 'there is no such program'],
    ['not executable', () => program('exit 0', 0o644), 'it may not be executed'],
  ])('a program that is %s ends with 69 and a hint', async (_, path, why) => {
    await expect(createLaunchctl(path(), env).call(['version'])).rejects.toMatchObject({
      code: 'launchctl/missing',
      exitCode: 69,
      message: expect.stringContaining(why),
      hint: expect.stringContaining('--launchctl'),
    });
  });
});
