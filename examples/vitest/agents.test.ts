import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEmbeddedLaunchd, type EmbeddedLaunchd } from 'launchd-reconcile/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const here = import.meta.dirname;
const LABEL = 'com.example.sync';

let launchd: EmbeddedLaunchd;
beforeEach(async () => {
  launchd = await createEmbeddedLaunchd();
}, 60_000);
afterEach(() => launchd.stop(), 60_000);

describe('the agent com.example.sync', { timeout: 60_000 }, () => {
  it('comes back until there is an account, and then stays', async () => {
    const loaded = await launchd.launchctl([
      'bootstrap',
      launchd.domain,
      join(here, 'agents', `${LABEL}.plist`),
    ]);
    expect(loaded).toEqual({ code: 0, stdout: '', stderr: '' });
    // Without an account it fails, and launchd starts it again.
    await launchd.waitFor(LABEL, ({ runs }) => (runs ?? 0) >= 2);
    writeFileSync(join(launchd.home, 'account'), 'me');
    const { runs, lastExit } = await launchd.waitFor(LABEL, ({ state }) => state === 'running');
    expect(lastExit).toEqual({ code: 1 });
    expect(readFileSync(join(launchd.home, 'sync.log'), 'utf8')).toBe('start\n'.repeat(runs ?? 0));
  });

  it('is gone after bootout', async () => {
    await launchd.launchctl(['bootstrap', launchd.domain, join(here, 'agents', `${LABEL}.plist`)]);
    await launchd.launchctl(['bootout', `${launchd.domain}/${LABEL}`]);
    await launchd.waitUntilGone(LABEL);
    expect((await launchd.services()).services).toEqual({});
  });
});

describe('reconcile.yaml', { timeout: 60_000 }, () => {
  it('is applied, and a second apply changes nothing', async () => {
    const apply = () => launchd.reconcile(['apply', '--yes', '-f', join(here, 'reconcile.yaml')]);
    expect(await apply()).toMatchObject({ code: 0 });
    await launchd.waitFor('com.example.tidy', ({ runs, state }) => runs === 1 && state === 'not running');
    expect(existsSync(join(launchd.home, 'tidied'))).toBe(true);
    expect((await apply()).stdout).toContain('No changes.');
  });
});
