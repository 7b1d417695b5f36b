import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../src/model/history.ts';
import { canPretend, createMac, type Mac } from '../support/mac.ts';
import { CLI, type Ended, until } from '../support/private-home.ts';

/** Whose history tells what, and who reads secrets and runs commands, where root and a user share the work. */

let mac: Mac;
beforeEach(async () => {
  if (!canPretend) return;
  mac = await createMac();
  mac.write('reconcile.yaml', BOTH);
});
afterEach(() => mac?.end());

const BOTH = `version: 1
name: tools
label_prefix: com.example
instances:
  agent: { command: /bin/sleep 1000 }
  daemon: { command: /bin/sleep 2000, domain: system }
`;

const told = ({ stdout }: Ended): readonly string[] =>
  (JSON.parse(stdout).events as readonly HistoryEvent[])
    .map(({ instance, what, by }) => `${by.command}: ${instance} ${what}`)
    .sort();

const owner = (path: string): string => {
  const { uid, mode } = statSync(path);
  return `${uid} ${(mode & 0o7777).toString(8)}`;
};

/** Each launchd and root has a folder of its own within. */
function within(folder: string, name: string): string {
  const found = readdirSync(folder, { recursive: true }).find((path) => String(path).endsWith(`/${name}`));
  return join(folder, String(found));
}
const rootsHistory = (): string => within(mac.systemState, 'history.jsonl');
const usersHistory = (): string => within(join(mac.home, '.local/state/reconcile'), 'history.jsonl');

describe.runIf(canPretend)('the history (only root can pretend to be a Mac)', () => {
  it('as a user: tells all that was asked for; root keeps its own of what root did', async () => {
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);
    expect(told(await mac.asUser('history', '--json'))).toEqual([
      'apply: agent created',
      'apply: daemon created',
    ]);
    expect(owner(usersHistory())).toBe(`${mac.uid} 600`);
    expect(owner(rootsHistory())).toBe('0 600');
    expect(readFileSync(rootsHistory(), 'utf8')).not.toContain('com.example.agent');
    // Root takes its own word for root's jobs, and the user's for the user's.
    expect(told(await mac.asSudo('history', '--json'))).toEqual([
      'apply: agent created',
      'root-side: daemon created',
    ]);
    expect(told(await mac.asRoot('history', '--json'))).toEqual(['root-side: daemon created']);
  });

  it('as root for a user: the user’s jobs are told by a process of the user', async () => {
    expect((await mac.asSudo('apply', '-f', join(mac.home, 'reconcile.yaml'), '--yes')).code).toBe(0);
    expect(owner(usersHistory())).toBe(`${mac.uid} 600`);
    expect(owner(rootsHistory())).toBe('0 600');
    expect(told(await mac.asUser('history', '--json'))).toEqual(['apply: agent created']);
    expect(told(await mac.asSudo('history', '--json'))).toEqual([
      'apply: agent created',
      'apply: daemon created',
    ]);
  });
});

describe.runIf(canPretend)('history --follow (only root can pretend to be a Mac)', () => {
  const following: ChildProcess[] = [];
  afterEach(() => {
    for (const child of following.splice(0)) child.kill('SIGTERM');
  });

  it('goes on for a user, from whom root’s is hidden, and tells root nothing twice', async () => {
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);
    const follow = (who: readonly string[], env: Readonly<Record<string, string>>) => {
      const child = mac.start([...who, process.execPath, CLI, 'history', '--follow', '--json'], env);
      following.push(child);
      let text = '';
      child.stdout?.on('data', (chunk) => (text += chunk));
      return (): readonly string[] =>
        text
          .split('\n')
          .slice(0, -1)
          .map((line) => JSON.parse(line) as HistoryEvent)
          .map(({ instance, what }) => `${instance} ${what}`);
    };
    const ids = { SUDO_UID: String(mac.uid), SUDO_GID: String(mac.uid) };
    const root = follow([], { HOME: '/root', USER: 'root', ...ids });
    const user = follow(['setpriv', `--reuid=${mac.uid}`, '--clear-groups', '--'], {});
    const created = ['agent created', 'daemon created'];
    await until('what was', () => user().length === 2 && root().length === 2);
    mac.write('reconcile.yaml', BOTH.replaceAll('000', '001'));
    expect((await mac.asUser('apply', '--yes')).code).toBe(0);
    expect((await mac.asUser('stop', 'agent')).code).toBe(0);
    const all = [...created, 'agent updated', 'daemon updated', 'agent stopped'].sort();
    for (const names of [user, root]) {
      await until('the last of it', () => names().includes('agent stopped') && names().length >= all.length);
      expect([...names()].sort()).toEqual(all);
    }
  });
});

describe.runIf(canPretend)('on_event (only root can pretend to be a Mac)', () => {
  it('as root for a user: runs as that user, whose file may name it', async () => {
    const tell = mac.write('tell', `#!/bin/sh\nid -u > ${mac.home}/who\n`);
    chmodSync(tell, 0o755);
    mac.write('reconcile.yaml', BOTH.replace('instances:', 'on_event: { command: [~/tell] }\ninstances:'));
    mac.script({ 'bootstrap system': 134 });
    expect((await mac.asSudo('apply', '-f', join(mac.home, 'reconcile.yaml'), '--yes')).code).not.toBe(0);
    await until('the command', () => existsSync(join(mac.home, 'who')));
    expect(readFileSync(join(mac.home, 'who'), 'utf8')).toBe(`${mac.uid}\n`);
  });
});

describe.runIf(canPretend)('secrets of a daemon (only root can pretend to be a Mac)', () => {
  it('are read by it alone: not by the user who plans, and its digests are kept by root', async () => {
    const token = join(mac.root, 'token');
    writeFileSync(token, 'dd-71c0e9a4\n', { mode: 0o600 });
    const seen = join(mac.root, 'seen');
    mac.write(
      'reconcile.yaml',
      `version: 1
name: tools
label_prefix: com.example
instances:
  daemon:
    domain: system
    command: [/bin/sh, -c, 'echo "$TOKEN" >> ${seen}; exec sleep 1000']
    secrets: { TOKEN: { file: ${token} } }
`,
    );
    const apply = await mac.asUser('apply', '--yes');
    expect([apply.code, apply.stderr]).toEqual([0, expect.not.stringContaining('dd-71c0')]);
    await until('the start', () => existsSync(seen) && readFileSync(seen, 'utf8') === 'dd-71c0e9a4\n');
    const file = join(mac.home, 'reconcile.yaml');
    // Root can look at the file: from now on it is compared.
    expect((await mac.asSudo('apply', '-f', file, '--yes')).code).toBe(0);
    expect(owner(within(mac.systemState, 'trigger.key'))).toBe('0 600');
    expect((await mac.asSudo('plan', '-f', file)).stdout).toContain('No changes');
    writeFileSync(token, 'dd-second\n');
    expect((await mac.asUser('plan')).stdout).toContain('No changes');
    expect((await mac.asSudo('apply', '-f', file, '--yes')).stdout).toContain('restarted');
    await until('the second start', () => readFileSync(seen, 'utf8') === 'dd-71c0e9a4\ndd-second\n');
    expect((await mac.asSudo('plan', '-f', file)).stdout).toContain('No changes');
  });
});
