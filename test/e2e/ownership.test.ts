import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isRunning, jobUntil, statusOf } from '../support/jobs.ts';
import { createWorld, type World } from '../support/private-home.ts';

/** Only what we own is touched (interface §6), and the contract holds for any program that answers as launchctl does. */

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.end());

const AGENTS = '.local/state/reconcile/embedded/LaunchAgents';

const one = (name: string, command = '/bin/sleep 1000'): string =>
  `version: 1\nname: ${name}\nlabel_prefix: com.example\ninstances:\n  web: { command: ${command}, restart: always }\n`;

const foreign = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>ProgramArguments</key> <array> <string>/bin/sleep</string> <string>500</string> </array>
  <key>Label</key> <string>com.example.web</string>
</dict>
</plist>
`;

describe('ownership', () => {
  it('scenario 52: does not overwrite a plist that it did not write, unless told to adopt', async () => {
    world.write(`${AGENTS}/com.example.web.plist`, foreign);
    world.write('reconcile.yaml', one('mine'));
    const plan = await world.reconcile('plan');
    expect(plan.stdout).toContain('--adopt');
    const apply = await world.reconcile('apply', '--yes');
    expect(apply.code).toBe(1);
    expect(world.read(`${AGENTS}/com.example.web.plist`)).toBe(foreign);

    expect((await world.reconcile('apply', '--yes', '--adopt')).code).toBe(0);
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 1 job matches.\n');
  });

  it('a second file with the same stack name stops', async () => {
    world.write('a.yaml', one('shared'));
    world.write('b.yaml', one('shared', '/bin/sleep 2000'));
    expect((await world.reconcile('apply', '-f', 'a.yaml', '--yes')).code).toBe(0);
    const other = await world.json('apply', '-f', 'b.yaml', '--yes');
    expect(other['exit_code']).not.toBe(0);
    expect(JSON.stringify(other)).toContain('stack/name-taken');
    expect((await world.reconcile('apply', '-f', 'b.yaml', '--yes', '--take-over-stack')).code).toBe(0);
  });

  it('a label of another stack is blocked', async () => {
    world.write('a.yaml', one('first'));
    world.write('b.yaml', one('second', '/bin/sleep 2000'));
    expect((await world.reconcile('apply', '-f', 'a.yaml', '--yes')).code).toBe(0);
    const plan = await world.json('plan', '-f', 'b.yaml');
    expect(plan['changes']).toMatchObject([
      {
        reasons: expect.arrayContaining(['other-stack']),
        blocked: { code: expect.any(String) },
        actions: [],
      },
    ]);
    expect((await world.reconcile('apply', '-f', 'b.yaml', '--yes')).code).toBe(1);
  });

  it('an instance excluded on this host is neither created nor deleted', async () => {
    world.write('reconcile.yaml', one('mine'));
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    const { pid } = await jobUntil(world, 'web', 'runs', isRunning);
    world.write(
      'reconcile.yaml',
      one('mine').replace('restart: always', 'restart: always, when: { host: elsewhere }'),
    );
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    expect((await statusOf(world, 'web')).pid).toBe(pid);
  });

  it('scenario 27: undoes its own disable, when the declaration no longer asks for it and when the job goes', async () => {
    const off = one('mine').replace('restart: always', 'restart: always, enabled: false');
    const overrides = async (): Promise<string> => {
      const [{ domain }] = (await world.json('status'))['jobs'] as [{ domain: string }];
      return (await world.launchctl('print-disabled', domain)).stdout;
    };
    world.write('reconcile.yaml', one('mine'));
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    const { domain } = await jobUntil(world, 'web', 'runs', isRunning);
    world.write('reconcile.yaml', off);
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    expect(await overrides()).toContain('"com.example.web" => disabled');
    expect((await statusOf(world, 'web')).verdict).toBe('disabled');

    world.write('reconcile.yaml', one('mine'));
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    await jobUntil(world, 'web', 'runs again', isRunning);
    expect((await world.reconcile('plan')).stdout).toBe('No changes. 1 job matches.\n');

    expect((await world.reconcile('stop', 'web', '--disable')).code).toBe(0);
    expect((await world.reconcile('destroy', '--yes')).code).toBe(0);
    expect((await world.launchctl('print-disabled', domain)).stdout).not.toContain('=> disabled');

    expect((await world.launchctl('disable', `${domain}/com.example.web`)).code).toBe(0);
    world.write('reconcile.yaml', one('mine'));
    expect((await world.reconcile('apply', '--yes')).code).toBe(1);
  });

  it('a lost ledger is rebuilt from the plists', async () => {
    world.write('reconcile.yaml', one('mine'));
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    const { pid } = await jobUntil(world, 'web', 'runs', isRunning);
    world.write('.local/state/reconcile/embedded/ledger.json', '{"version":1,"entries":[]}');
    world.write('reconcile.yaml', 'version: 1\nname: mine\ninstances: {}\n');
    expect((await world.reconcile('plan')).stdout).toMatch(/^- web {2}com\.example\.web/m);
    world.write('reconcile.yaml', one('mine'));
    expect((await world.reconcile('apply', '--yes')).code).toBe(0);
    expect((await statusOf(world, 'web')).pid).toBe(pid);
  });

  it('scenario 50: a saved plan is refused once something changed', async () => {
    world.write('reconcile.yaml', one('mine'));
    expect((await world.reconcile('plan', '--out', 'plan.json')).code).toBe(0);
    expect(world.read('plan.json')).not.toContain('/bin/sleep');
    world.write('reconcile.yaml', one('mine', '/bin/sleep 2000'));
    const stale = await world.reconcile('apply', 'plan.json');
    expect(stale.code).toBe(1);
    expect(stale.stderr).toContain('no longer');
    world.write('reconcile.yaml', one('mine'));
    expect((await world.reconcile('apply', 'plan.json')).code).toBe(0);
    await jobUntil(world, 'web', 'runs', isRunning);
  });

  it('works with any launchctl program, and then everything lies where a Mac has it', async () => {
    const { LAUNCHCTL } = await import('../support/private-home.ts');
    const other = createWorld({
      RECONCILE_LAUNCHD: '',
      RECONCILE_LAUNCHCTL: LAUNCHCTL,
      RECONCILE_EMBEDDED_DIR: join(world.home, 'private-world'),
      RECONCILE_ROOT: join(world.home, 'root'),
    });
    try {
      mkdirSync(join(world.home, 'root'));
      other.write(
        'reconcile.yaml',
        `${one('mine')}  exporter: { domain: system, command: /bin/sleep 1000, restart: always }\n`,
      );
      expect(await other.json('apply', '--yes')).toMatchObject({ exit_code: 0, launchd: 'system' });
      expect(readdirSync(join(other.home, 'Library/LaunchAgents'))).toEqual(['com.example.web.plist']);
      expect(existsSync(join(world.home, 'root/Library/LaunchDaemons/com.example.exporter.plist'))).toBe(
        true,
      );
      expect(await jobUntil(other, 'exporter', 'runs', isRunning)).toMatchObject({ domain: 'system' });
      expect((await other.reconcile('plan')).stdout).toBe('No changes. 2 jobs match.\n');
      expect((await other.reconcile('destroy', '--yes')).code).toBe(0);
      expect(readdirSync(join(other.home, 'Library/LaunchAgents'))).toEqual([]);
    } finally {
      await other.launchctl('embedded-stop');
      await other.end();
    }
  });
});
