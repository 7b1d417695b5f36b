import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canPretend, createMac, type Mac } from '../support/mac.ts';
import { until } from '../support/private-home.ts';

/** Scenario 2, and who does what: what is root's is done by root, what is the user's by the user, and nothing else. */

let mac: Mac;
beforeEach(async () => {
  if (!canPretend) return;
  mac = await createMac();
  mac.write('reconcile.yaml', BOTH);
});
afterEach(() => mac?.end());

const yaml = (...instances: readonly string[]): string =>
  `version: 1\nname: tools\nlabel_prefix: com.example\ninstances:\n${instances.map((each) => `  ${each}\n`).join('')}`;

const AGENT = 'agent: { command: /bin/sleep 1000 }';
const DAEMON = 'daemon: { command: /bin/sleep 2000, domain: system }';
const BOTH = yaml(AGENT, DAEMON);

const outcomes = (stdout: string): Record<string, string> =>
  Object.fromEntries(
    JSON.parse(stdout).results.map((each: { instance: string; outcome: string }) => [
      each.instance,
      each.outcome,
    ]),
  );

const owner = (path: string): string => {
  const { uid, gid, mode } = statSync(path);
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
};

const agentPlist = (name = 'agent'): string =>
  join(mac.home, 'Library/LaunchAgents', `com.example.${name}.plist`);
const daemonPlist = (name = 'daemon'): string => join(mac.daemons, `com.example.${name}.plist`);
const isLoaded = async (domain: string, name: string): Promise<boolean> =>
  (await mac.launchctl('print', `${domain}/com.example.${name}`)).code === 0;
/** Changes that were asked of launchd: `501 bootstrap gui/501`. */
const changes = (): readonly string[] =>
  mac
    .calls()
    .map((call) => call.replace(' launchctl', '').replace(' --wait', '').split(' ').slice(0, 3).join(' '))
    .filter((call) => / (bootstrap|bootout|enable|disable|kickstart) /.test(call));

describe.runIf(canPretend)('as a user', () => {
  it('scenario 2: plan needs no root, apply asks sudo for what is root’s alone', async () => {
    const plan = await mac.asUser('plan');
    expect(plan.code).toBe(0);
    expect(plan.stdout).toContain('needs root');
    expect(mac.calls().filter((call) => call.includes(' sudo '))).toEqual([]);

    const apply = await mac.asUser('apply', '--yes', '--json');
    expect(apply).toMatchObject({ code: 0 });
    expect(outcomes(apply.stdout)).toEqual({ agent: 'applied', daemon: 'applied' });
    expect(owner(daemonPlist())).toBe('0:0 644');
    expect(owner(agentPlist())).toMatch(`${mac.uid}:`);
    expect(owner(mac.systemState)).toBe('0:0 700');
    expect([...changes()].sort()).toEqual(
      [`${mac.uid} bootstrap gui/${mac.uid}`, '0 bootstrap system'].sort(),
    );
    expect(mac.calls().filter((call) => call.includes(' sudo '))).toHaveLength(1);

    const again = await mac.asUser('plan');
    expect(again.stdout).toBe('No changes. 2 jobs match.\n');
  });

  it.each([
    ['sudo would ask, and nobody is there', 'password', []],
    ['--no-sudo', 'nopasswd', ['--no-sudo']],
  ] as const)('scenario 2: %s: root’s part is put off (77), the rest applied', async (_, mode, flags) => {
    mac.sudo(mode);
    const apply = await mac.asUser('apply', '--yes', '--json', ...flags);
    expect(apply.code).toBe(77);
    expect(outcomes(apply.stdout)).toEqual({ agent: 'applied', daemon: 'deferred' });
    expect(existsSync(daemonPlist())).toBe(false);
    expect(mac.calls().filter((call) => call.includes(' sudo '))).toEqual([]);
    expect((await mac.asUser('plan', '--detailed-exitcode')).code).toBe(2);
  });

  it('scenario 2: on a terminal sudo asks there, once; whoever cannot answer gets the rest', async () => {
    mac.sudo('password');
    const yes = ['Make these changes?', 'y'] as const;
    const wrong = await mac.typing([yes, ['Password of', 'no idea']], 'apply');
    expect(wrong.code).toBe(77);
    expect(wrong.stdout).toContain('Root is needed for daemon, and for nothing else');
    expect([existsSync(agentPlist()), existsSync(daemonPlist())]).toEqual([true, false]);

    const right = await mac.typing([yes, ['Password of', 'open sesame']], 'apply');
    expect(right.code).toBe(0);
    expect(right.stdout.match(/Password of/g)).toHaveLength(1);
    expect(existsSync(daemonPlist())).toBe(true);
  });

  it('updates, and destroys, what root keeps', async () => {
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);
    mac.write('reconcile.yaml', yaml(AGENT, DAEMON.replace('2000', '3000')));
    const update = await mac.asUser('apply', '--yes', '--json');
    expect(outcomes(update.stdout)).toEqual({ agent: 'unchanged', daemon: 'applied' });
    expect(readFileSync(daemonPlist(), 'utf8')).toContain('3000');
    expect((await mac.asUser('plan')).stdout).toContain('No changes.');

    expect((await mac.asUser('destroy', '--yes', '--no-sudo')).code).toBe(77);
    expect(existsSync(daemonPlist())).toBe(true);
    expect((await mac.asUser('destroy', '--yes')).code).toBe(0);
    expect(existsSync(daemonPlist())).toBe(false);
    expect(await isLoaded('system', 'daemon')).toBe(false);
  });

  it('puts a job of root’s back when launchd refuses the new one', async () => {
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);
    const before = readFileSync(daemonPlist(), 'utf8');
    mac.write('reconcile.yaml', yaml(AGENT, DAEMON.replace('/bin/sleep 2000', '/bin/sleep 3000')));
    mac.script({ 'bootstrap system': 122 });
    const apply = await mac.asUser('apply', '--yes', '--json');
    expect(JSON.parse(apply.stdout).results[1]).toMatchObject({ outcome: 'rollback-failed' });
    expect(apply.code).toBe(4);
    expect(readFileSync(daemonPlist(), 'utf8')).toBe(before);
    mac.script({});
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);
    expect(await isLoaded('system', 'daemon')).toBe(true);
  });

  it('moves a job between gui, system and all users, the old one out first', async () => {
    const gui = `gui/${mac.uid}`;
    mac.write('reconcile.yaml', yaml(AGENT));
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);

    mac.write('reconcile.yaml', yaml(AGENT.replace('}', ', domain: system }')));
    const up = await mac.asUser('apply', '--yes', '--json');
    expect(JSON.parse(up.stdout).changes[0]).toMatchObject({ op: 'move', reasons: ['wrong-domain'] });
    expect(up.code).toBe(0);
    expect(changes().slice(1)).toEqual([`${mac.uid} bootout ${gui}/com.example.agent`, '0 bootstrap system']);
    expect([existsSync(agentPlist()), existsSync(daemonPlist('agent'))]).toEqual([false, true]);
    expect([await isLoaded(gui, 'agent'), await isLoaded('system', 'agent')]).toEqual([false, true]);
    expect((await mac.asUser('plan')).stdout).toBe('No changes. 1 job matches.\n');

    mac.write('reconcile.yaml', yaml(AGENT.replace('}', ', domain: all-users }')));
    // Root's ledger is hidden from ada, so that root itself plans the way back.
    expect((await mac.asSudo('apply', '-f', join(mac.home, 'reconcile.yaml'), '--yes')).code).toBe(0);
    const global = join(mac.globalAgents, 'com.example.agent.plist');
    expect([existsSync(daemonPlist('agent')), owner(global)]).toEqual([false, '0:0 644']);
    expect([await isLoaded(gui, 'agent'), await isLoaded('system', 'agent')]).toEqual([true, false]);

    mac.write('reconcile.yaml', yaml(AGENT));
    expect((await mac.asSudo('apply', '-f', join(mac.home, 'reconcile.yaml'), '--yes')).code).toBe(0);
    expect([existsSync(global), owner(agentPlist())]).toEqual([
      false,
      `${mac.uid}:${statSync(mac.home).gid} 644`,
    ]);
    expect((await mac.asUser('plan')).stdout).toBe('No changes. 1 job matches.\n');
  });

  it('puts both sides back when the move fails at the other one', async () => {
    mac.write('reconcile.yaml', yaml(AGENT));
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);
    const before = readFileSync(agentPlist(), 'utf8');
    mac.write('reconcile.yaml', yaml(AGENT.replace('}', ', domain: system }')));
    mac.script({ 'bootstrap system': 122 });
    const apply = await mac.asUser('apply', '--yes', '--json');
    expect(outcomes(apply.stdout)).toEqual({ agent: 'rolled-back' });
    expect(apply.code).toBe(1);
    expect(readFileSync(agentPlist(), 'utf8')).toBe(before);
    expect([existsSync(daemonPlist('agent')), await isLoaded(`gui/${mac.uid}`, 'agent')]).toEqual([
      false,
      true,
    ]);
  });

  it('scenario 47: without a login session: files written, loading deferred (77), the rest applied', async () => {
    mac.logOut();
    mac.write(
      'reconcile.yaml',
      yaml(AGENT, DAEMON, 'shared: { command: /bin/sleep 3000, domain: all-users }'),
    );
    const apply = await mac.asUser('apply', '--yes', '--json');
    expect(apply.code).toBe(77);
    expect(outcomes(apply.stdout)).toEqual({ agent: 'deferred', daemon: 'applied', shared: 'deferred' });
    expect(existsSync(agentPlist())).toBe(true);
    expect(owner(join(mac.globalAgents, 'com.example.shared.plist'))).toBe('0:0 644');
    expect(JSON.parse(apply.stdout).results[0].error).toMatchObject({ code: 'domain/absent' });
  });

  it('leaves stop, start, restart and forget of root’s jobs to root', async () => {
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);
    for (const verb of ['stop', 'start', 'restart', 'forget']) {
      const refused = await mac.asUser(verb, 'daemon');
      expect(refused.code).toBe(77);
      expect(refused.stderr).toContain(`sudo reconcile ${verb} daemon`);
    }
    const stopped = await mac.asSudo('stop', 'daemon', '-f', join(mac.home, 'reconcile.yaml'));
    expect(stopped).toMatchObject({ code: 0 });
    expect(await isLoaded('system', 'daemon')).toBe(false);
  });
});

describe.runIf(canPretend)('killed', () => {
  const stubborn = (mark: string): string =>
    yaml(
      `daemon: { script: "trap '' TERM; while :; do sleep 1; done", domain: system, stop_timeout: 3s, environment: { MARK: "${mark}" } }`,
    );
  const isOut = (): boolean => changes().some((call) => call.includes('0 bootout'));
  const isNew = async (): Promise<boolean> =>
    (await mac.launchctl('print', 'system/com.example.daemon')).stdout.includes('MARK => two');

  beforeEach(async () => {
    mac.write('reconcile.yaml', stubborn('one'));
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);
    mac.write('reconcile.yaml', stubborn('two'));
  });

  it('who asked for it: the root side finishes the job in hand, then ends', async () => {
    const apply = mac.begin('apply', '--yes');
    await until('the old job is on its way out', isOut);
    apply.kill('SIGKILL');
    await until('the root side has ended', () => mac.find('root-side', mac.root).length === 0);
    expect(await isNew()).toBe(true);
    expect((await mac.asUser('plan')).stdout).toBe('No changes. 1 job matches.\n');
  });

  it('the root side: said as failed, and the next apply comes to the same end', async () => {
    const apply = mac.asUser('apply', '--yes', '--json');
    await until('the old job is on its way out', isOut);
    for (const pid of mac.find('root-side', mac.root)) process.kill(pid, 'SIGKILL');
    const { code, stdout } = await apply;
    expect(code).toBe(1);
    expect(JSON.parse(stdout).results[0].error).toMatchObject({ code: 'side/ended' });

    await until('launchd has let it go', async () => !(await isLoaded('system', 'daemon')));
    expect(await mac.asUser('apply', '--yes')).toMatchObject({ code: 0 });
    expect(await isNew()).toBe(true);
    expect((await mac.asSudo('plan', '-f', join(mac.home, 'reconcile.yaml'))).stdout).toBe(
      'No changes. 1 job matches.\n',
    );
  });
});

describe.runIf(canPretend)('as root', () => {
  const file = (): string => join(mac.home, 'reconcile.yaml');

  it('applies the user’s jobs as the user, for SUDO_UID and for --user', async () => {
    const apply = await mac.asSudo('apply', '-f', file(), '--yes', '--json');
    expect(apply).toMatchObject({ code: 0 });
    expect(outcomes(apply.stdout)).toEqual({ agent: 'applied', daemon: 'applied' });
    expect(owner(agentPlist())).toMatch(`${mac.uid}:`);
    expect(owner(dirname(agentPlist()))).toMatch(`${mac.uid}:`);
    const ledger = join(mac.home, '.local/state/reconcile');
    expect(owner(ledger)).toMatch(`${mac.uid}:`);
    expect([...changes()].sort()).toEqual(
      [`${mac.uid} bootstrap gui/${mac.uid}`, '0 bootstrap system'].sort(),
    );
    // The same state whoever plans.
    expect((await mac.asUser('plan')).stdout).toBe('No changes. 2 jobs match.\n');
    expect((await mac.asSudo('plan', '-f', file())).stdout).toBe('No changes. 2 jobs match.\n');

    writeFileSync(join(mac.root, 'reconcile.yaml'), yaml(AGENT.replace('1000', '5000'), DAEMON));
    const named = ['-f', join(mac.root, 'reconcile.yaml'), '--user', 'ada', '--take-over-stack'];
    expect((await mac.asRoot('apply', ...named, '--yes')).code).toBe(0);
    expect(readFileSync(agentPlist(), 'utf8')).toContain('5000');
    expect(owner(agentPlist())).toMatch(`${mac.uid}:`);
  });

  it('without a user leaves login sessions alone: never gui/0', async () => {
    const path = join(mac.root, 'reconcile.yaml');
    writeFileSync(path, yaml(AGENT, DAEMON, 'shared: { command: /bin/sleep 3000, domain: all-users }'));
    const apply = await mac.asRoot('apply', '-f', path, '--yes', '--json');
    expect(apply.code).toBe(3);
    expect(outcomes(apply.stdout)).toEqual({ agent: 'skipped', daemon: 'applied', shared: 'skipped' });
    expect(JSON.parse(apply.stdout).results[0].error).toMatchObject({
      code: 'user/unnamed',
      hint: expect.stringContaining('--user'),
    });
    expect(changes()).toEqual(['0 bootstrap system']);
  });

  it('does not believe a user’s ledger about jobs of root’s', async () => {
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);
    const victim = join(mac.daemons, 'com.example.other.plist');
    writeFileSync(
      victim,
      readFileSync(daemonPlist(), 'utf8')
        .replaceAll('com.example.daemon', 'com.example.other')
        .replace(/<!--.*?-->/gs, ''),
    );
    const ledger = (
      await mac.run(mac.uid, ['find', join(mac.home, '.local/state/reconcile'), '-name', 'ledger.json'])
    ).stdout.trim();
    const text = readFileSync(ledger, 'utf8');
    const entry = JSON.parse(text).entries[0];
    const forged = { ...entry, label: 'com.example.other', domain: 'system', path: victim };
    writeFileSync(ledger, JSON.stringify({ version: 1, entries: [entry, forged] }));
    const plan = JSON.parse((await mac.asSudo('plan', '-f', file(), '--json')).stdout);
    expect(plan.changes.map(({ label }: { label: string }) => label)).not.toContain('com.example.other');
    expect(existsSync(victim)).toBe(true);
  });

  it('does not act on a file that others can write: the file, an include, a folder', async () => {
    const refused = async (): Promise<string> => {
      const { code, stdout } = await mac.asSudo('apply', '-f', file(), '--yes', '--json');
      expect(code).toBe(65);
      return JSON.stringify(JSON.parse(stdout).diagnostics);
    };
    chmodSync(file(), 0o666);
    expect(await refused()).toContain('file/untrusted');
    chmodSync(file(), 0o644);

    mac.write('jobs/more.yaml', 'instances:\n  more: { command: /bin/sleep 4 }\n');
    mac.write('reconcile.yaml', BOTH.replace('instances:', 'include: [jobs/more.yaml]\ninstances:'));
    chmodSync(join(mac.home, 'jobs/more.yaml'), 0o664);
    expect(await refused()).toContain('file/untrusted');
    chmodSync(join(mac.home, 'jobs/more.yaml'), 0o644);

    chmodSync(join(mac.home, 'jobs'), 0o777);
    expect(await refused()).toContain('file/untrusted');
    expect(mac.calls().filter((call) => call.includes('bootstrap'))).toEqual([]);
    chmodSync(join(mac.home, 'jobs'), 0o755);
    expect((await mac.asSudo('apply', '-f', file(), '--yes')).code).toBe(0);
  });
});
