import { existsSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { INSTALLED, type InstalledFixture } from '../support/installed-plists.ts';
import type { StatusJob } from '../support/jobs.ts';
import { createWorld, until, type World } from '../support/private-home.ts';

/** `import`: what is installed becomes a declaration, and the jobs go on as they are. */

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.end());

const EMBEDDED = '.local/state/reconcile/embedded';
const AGENTS = `${EMBEDDED}/LaunchAgents`;
const FOLDERS = {
  LaunchAgents: AGENTS,
  LaunchDaemons: `${EMBEDDED}/Library/LaunchDaemons`,
  GlobalAgents: `${EMBEDDED}/Library/LaunchAgents`,
};

function install({ label, folder, xml }: InstalledFixture): string {
  const text = xml.replaceAll('__HOME__', world.home).replaceAll('__USER__', userInfo().username);
  return world.write(`${FOLDERS[folder]}/${label}.plist`, text);
}

async function jobsByLabel(): Promise<ReadonlyMap<string, StatusJob>> {
  const { jobs } = (await world.json('status')) as unknown as { jobs: readonly StatusJob[] };
  return new Map(jobs.map((job) => [job.label, job]));
}

describe('thirty jobs that others installed', () => {
  it('are declared, adopted and go on with the same process', { timeout: 240_000 }, async () => {
    for (const folder of [
      'actions-runner',
      'Inbox',
      'Scans',
      'spool',
      '.lima/default',
      '.lima/k3s',
      '.lima/docker',
    ])
      mkdirSync(join(world.home, folder), { recursive: true });
    for (const folder of ['homebrew/var/log', 'Library/Logs/dotfiles', 'Library/Logs/com.example.own-logs'])
      mkdirSync(join(world.home, folder), { recursive: true });
    for (const name of ['backup', 'brew-update', 'cleanup'])
      world.write(`dotfiles/bin/${name}.sh`, 'exit 0\n');
    // launchd loads what lies in its folders when it begins.
    for (const fixture of INSTALLED) install(fixture);
    const before = new Map<string, number>();
    for (const { label, runs, folder } of INSTALLED.filter(({ runs }) => runs)) {
      const domain = folder === 'LaunchDaemons' ? 'system' : `gui/${process.getuid?.()}`;
      const pid = await until(`${label} runs`, async () => {
        const { stdout } = await world.launchctl('print', `${domain}/${label}`);
        return Number(/^\tpid = (\d+)$/m.exec(stdout)?.[1] ?? 0) || undefined;
      });
      before.set(label, pid);
      expect(runs).toBe(true);
    }

    const folders = Object.values(FOLDERS).filter((folder) => existsSync(join(world.home, folder)));
    const { code, stdout, stderr } = await world.reconcile('import', ...folders, '--write');
    expect([code, stderr.match(/^error/gm)]).toEqual([0, null]);
    expect(stdout).toContain(`Wrote ${join(world.home, 'reconcile.yaml')} with ${INSTALLED.length} jobs.`);
    const yaml = world.read('reconcile.yaml');
    expect(yaml).not.toContain('4f9b3c2d1e');
    expect(yaml).toContain('GATEWAY_TOKEN: ${env.GATEWAY_TOKEN}');

    // The secret is asked for, and not forgotten.
    const without = await world.reconcile('plan');
    expect([without.code, without.stderr.includes('GATEWAY_TOKEN')]).toEqual([65, true]);
    (world.env as Record<string, string>)['GATEWAY_TOKEN'] = '4f9b3c2d1e';
    const plan = await world.json('plan');
    const changes = plan['changes'] as readonly Record<string, unknown>[];
    const other = changes.filter(
      ({ op, restarts, starts, fields }) =>
        op !== 'adopt' || restarts || starts || (fields as unknown[]).length > 0,
    );
    expect(other).toEqual([]);
    expect(changes).toHaveLength(INSTALLED.length);

    const applied = await world.reconcile('apply', '--adopt', '--yes');
    expect([applied.code, applied.stderr.match(/^error/gm)]).toEqual([0, null]);
    const jobs = await jobsByLabel();
    const after = new Map([...before.keys()].map((label) => [label, jobs.get(label)?.pid]));
    expect(after).toEqual(before);
    expect((await world.reconcile('plan')).stdout).toBe(`No changes. ${INSTALLED.length} jobs match.\n`);

    // Everything is declared now, so there is nothing more to import.
    const again = await world.json('import', ...folders);
    expect(again).toMatchObject({ exit_code: 0, instances: [], written: false });
  });
});
