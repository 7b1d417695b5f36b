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
});
