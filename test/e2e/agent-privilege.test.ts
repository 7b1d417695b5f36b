import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canPretend, createMac, type Mac } from '../support/mac.ts';
import { until } from '../support/private-home.ts';

/** Whose loop it is: a user's own, and root's over the system's jobs, where nobody else can change what it runs. */

const FILE = `version: 1
name: tools
label_prefix: com.example
instances:
  agent: { command: /bin/sleep 1000 }
  daemon: { command: /bin/sleep 2000, domain: system }
`;

let mac: Mac;
beforeAll(async () => {
  if (!canPretend) return;
  mac = await createMac();
  mac.write('reconcile.yaml', FILE);
});
afterAll(() => mac?.end());

const isLoaded = async (target: string): Promise<boolean> =>
  (await mac.launchctl('print', target)).code === 0;

// Needs root and mount namespaces, in which another account can be had.
describe.runIf(canPretend)('agent', () => {
  it('of a user minds the user’s jobs, and leaves what is root’s', async () => {
    const daemon = await mac.asUser('agent', 'install', '--system', '--yes');
    expect(daemon).toMatchObject({ code: 77 });
    expect(daemon.stderr).toContain('sudo reconcile agent install --system');
    const { code, stdout, stderr } = await mac.asUser('agent', 'install', '--yes', '--interval', '200ms');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain(`gui/${mac.uid}`);
    await until('the user’s job is loaded', () => isLoaded(`gui/${mac.uid}/com.example.agent`));
    const [, log] = /Its log: (.*)/.exec(stdout) ?? [];
    await until('it has told what it leaves', () =>
      readFileSync(log ?? '', 'utf8').includes('[root/needed]'),
    );
    expect(await isLoaded('system/com.example.daemon')).toBe(false);
  });

  it('of root is refused over a file of the user, and for the user', async () => {
    const whose = await mac.asSudo('agent', 'install', '--yes');
    expect(whose).toMatchObject({ code: 64 });
    expect(whose.stderr).toContain('agent/whose');
    const refused = await mac.asSudo('agent', 'install', '--system', '--yes');
    expect(refused).toMatchObject({ code: 65 });
    expect(refused.stderr).toMatch(/belongs to uid \d+, so root does not act on it/);
    const watched = await mac.asSudo('watch', '--rounds', '1');
    expect(watched).toMatchObject({ code: 64 });
    expect(watched.stderr).toContain('watch/root-for-user');
  });

  it('of root minds the system’s jobs alone, from a file that is root’s alone', async () => {
    const folder = join(mac.root, 'etc');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, 'reconcile.yaml');
    writeFileSync(file, FILE.replace('name: tools', 'name: system-tools').replace(/ {2}agent:.*\n/, ''));
    const { code, stderr } = await mac.asSudo(
      'agent',
      'install',
      '--system',
      '--yes',
      '-f',
      file,
      '--interval',
      '200ms',
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    await until('the daemon is loaded', () => isLoaded('system/com.example.daemon'));
    const plist = readFileSync(join(mac.daemons, 'local.reconcile-agent.system-tools.plist'), 'utf8');
    expect(plist).toContain('<string>--user</string>');
    const label = 'local.reconcile-agent.system-tools';
    await until('root’s loop has looked', async () =>
      /system-tools .*\n {4}state {8}running .*\n {4}file .*\n {4}last looked {2}\d/.test(
        (await mac.asSudo('agent', 'status')).stdout,
      ),
    );
    // It is there for everybody to see, and root’s to take away.
    const seen = await mac.asUser('agent', 'status');
    expect(seen.stdout).toMatch(new RegExp(`${label} {2}\\(system\\)\\n {4}state {8}running`));
    expect(seen.stdout).toContain('told to root alone: sudo reconcile agent status');
    const taken = await mac.asUser('agent', 'uninstall', 'system-tools', '--yes');
    expect(taken).toMatchObject({ code: 77 });
    expect(taken.stderr).toContain('sudo reconcile agent uninstall system-tools');
    expect((await mac.asSudo('agent', 'uninstall', '--yes')).code).toBe(0);
    expect(await isLoaded('system/com.example.daemon')).toBe(true);
    expect(await isLoaded('system/local.reconcile-agent.system-tools')).toBe(false);
  });
});
