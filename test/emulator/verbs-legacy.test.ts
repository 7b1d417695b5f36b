import { describe, expect, it } from 'vitest';
import { writePlist } from '../../src/plist/write.ts';
import { jobPlist } from '../support/embedded-world.ts';
import { createMemoryFiles } from '../support/memory-files.ts';
import { createMemoryLaunchctl, type MemoryLaunchctl } from '../support/memory-launchctl.ts';

const LABEL = 'org.example.old';
const PATH = `/Users/tester/Library/LaunchAgents/${LABEL}.plist`;

function setUp(): { readonly port: MemoryLaunchctl; call(...args: readonly string[]): Promise<string> } {
  const files = createMemoryFiles(501);
  files.put(PATH, writePlist(jobPlist(LABEL, { Program: '/bin/job', KeepAlive: true })));
  const port = createMemoryLaunchctl({ files, uid: 501 });
  return {
    port,
    async call(...args) {
      const { code, stdout, stderr } = await port.call(args);
      return `${code}|${stdout}|${stderr}`;
    },
  };
}

describe('the old verbs', () => {
  it('load and unload always end with 0, and complain on standard error', async () => {
    const { port, call } = setUp();
    expect(await call('load', PATH)).toBe('0||');
    expect(port.loaded('gui/501')).toEqual([LABEL]);
    expect(await call('load', PATH)).toBe(
      '0||Load failed: 5: Input/output error\nTry running `launchctl bootstrap` as root for richer errors.\n',
    );
    expect(await call('unload', PATH)).toBe('0||');
    port.time.advance(1);
    expect(await call('unload', PATH)).toBe(
      '0||Unload failed: 5: Input/output error\nTry running `launchctl bootout` as root for richer errors.\n',
    );
  });

  it('-F ignores the key Disabled, and not an override', async () => {
    const files = createMemoryFiles(501);
    files.put(PATH, writePlist(jobPlist(LABEL, { Program: '/bin/job', Disabled: true, RunAtLoad: true })));
    const port = createMemoryLaunchctl({ files });
    expect(await port.call(['load', PATH])).toMatchObject({ stderr: `${PATH}: Service is disabled\n` });
    expect(await port.call(['load', '-F', PATH])).toMatchObject({ stderr: '' });
    expect(port.pid('gui/501', LABEL)).not.toBeNull();
    await port.call(['unload', '-w', PATH]);
    port.time.advance(1);
    expect(await port.call(['load', '-F', PATH])).toMatchObject({ stderr: `${PATH}: Service is disabled\n` });
  });

  it('load tells root why', async () => {
    const files = createMemoryFiles(0);
    files.put(PATH, writePlist(jobPlist(LABEL, { Program: '/bin/job' })), { mode: 0o666 });
    const port = createMemoryLaunchctl({ files, uid: 0 });
    expect(await port.call(['load', PATH])).toMatchObject({
      code: 0,
      stderr: `${PATH}: Path had bad ownership/permissions\nLoad failed: 122: Path had bad ownership/permissions\n`,
    });
  });

  it('-w writes the override', async () => {
    const { port, call } = setUp();
    await call('load', PATH);
    await call('unload', '-w', PATH);
    port.time.advance(1);
    expect(await call('print-disabled', 'gui/501')).toContain(`"${LABEL}" => disabled`);
    expect(await call('load', PATH)).toBe(`0||${PATH}: Service is disabled\n`);
    expect(await call('load', '-w', PATH)).toBe('0||');
    expect(await call('print-disabled', 'gui/501')).toContain(`"${LABEL}" => enabled`);
  });

  it('stop ends the process, which KeepAlive brings back; start and remove take bare labels', async () => {
    const { port, call } = setUp();
    await call('load', PATH);
    const pid = port.pid('gui/501', LABEL);
    expect(await call('stop', LABEL)).toBe('0||');
    port.time.advance(10_000);
    expect(port.pid('gui/501', LABEL)).not.toBe(pid);
    expect(await call('start', LABEL)).toBe('0||');
    expect(await call('blame', `gui/501/${LABEL}`)).toBe('0|inefficient\n|');
    expect(await call('remove', LABEL)).toBe('0||');
    port.time.advance(1);
    expect(await call('remove', LABEL)).toMatch(/^113\|/);
    expect(await call('start', LABEL)).toMatch(/^3\|/);
  });

  it('load and unload take paths from the caller’s folder', async () => {
    const { port, call } = setUp();
    expect(await call('load', '-w', `Users/../${PATH.slice(1)}`)).toBe('0||');
    expect(port.loaded('gui/501')).toEqual([LABEL]);
    expect(await call('bootstrap', 'gui/501', PATH.slice(1))).toMatch(/^5\|/);
  });
});

describe('submit', () => {
  it('makes a job without a plist, which is started again whenever it ends', async () => {
    const { port, call } = setUp();
    expect(
      await call('submit', '-l', 'org.example.sub', '-o', '/tmp/out.log', '--', '/bin/job', '-l', 'x'),
    ).toBe('0||');
    const text = await call('print', 'gui/501/org.example.sub');
    expect(text).toContain('\n\tpath = (submitted by launchctl)\n\ttype = Submitted\n\tstate = running\n');
    expect(text).toContain('\n\targuments = {\n\t\t/bin/job\n\t\t-l\n\t\tx\n\t}\n');
    port.end('org.example.sub', { code: 0 });
    port.time.advance(10_000);
    expect(port.pid('gui/501', 'org.example.sub')).not.toBeNull();
    expect(await call('submit', '-l', 'org.example.sub', '--', '/bin/job')).toMatch(
      /^37\|\|Could not submit job: 37/,
    );
    expect(await call('remove', 'org.example.sub')).toBe('0||');
  });

  it.each([[[]], [['-l', 'a']], [['--', '/bin/job']], [['-z', '--', '/bin/job']]])(
    'wants a label and a command: %j',
    async (args) => {
      expect(await setUp().call('submit', ...args)).toMatch(/^64\|\|Usage: launchctl submit -l <label>/);
    },
  );
});

describe('setenv, getenv, unsetenv', () => {
  it('set what print shows, for the caller’s own domain', async () => {
    const { call } = setUp();
    expect(await call('getenv', 'EDITOR')).toBe('0||');
    expect(await call('setenv', 'EDITOR', 'vi', 'EMPTY', '')).toBe('0||');
    expect(await call('getenv', 'EDITOR')).toBe('0|vi\n|');
    expect(await call('getenv', 'EMPTY')).toBe('0|\n|');
    await call('load', PATH);
    const block = '\tinherited environment = {\n\t\tEDITOR => vi\n\t\tEMPTY => \n\t}\n';
    expect(await call('print', `gui/501/${LABEL}`)).toContain(block);
    expect(await call('print', 'gui/501')).toContain(block.replace('inherited ', ''));
    expect(await call('print', 'user/501')).not.toContain('EDITOR');
    expect(await call('unsetenv', 'EDITOR', 'NEVER_SET')).toBe('0||');
    expect(await call('getenv', 'EDITOR')).toBe('0||');
  });

  it.each([
    [['setenv', 'A']],
    [['setenv', 'A=1', 'x']],
    [['setenv', '', 'x']],
    [['setenv']],
    [['unsetenv']],
    [['getenv', 'A', 'B']],
  ])('%j is wrong usage', async (args) => {
    expect(await setUp().call(...args)).toMatch(new RegExp(`^64\\|\\|Usage: launchctl ${args[0]} <key>`));
  });
});
