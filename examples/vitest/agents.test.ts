import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEmbeddedLaunchd, type EmbeddedLaunchd } from 'launchd-reconcile/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const here = import.meta.dirname;
const LABEL = 'com.example.sync';
const PLIST = join(here, 'agents', `${LABEL}.plist`);

let launchd: EmbeddedLaunchd;
beforeEach(async () => {
  launchd = await createEmbeddedLaunchd();
}, 60_000);
afterEach(() => launchd.stop(), 60_000);

describe('the agent com.example.sync', { timeout: 60_000 }, () => {
  it('comes back until there is an account, and then stays', async () => {
    await launchd.install(PLIST);
    // Without an account it fails, and launchd starts it again, a second after the start before.
    const waiting = await launchd.waitFor(
      LABEL,
      ({ state, runs }) => state === 'spawn scheduled' && (runs ?? 0) >= 2,
    );
    expect(waiting.lastExit).toEqual({ code: 1 });
    writeFileSync(join(launchd.home, 'account'), 'me');
    const { stdout } = await launchd.launchctl(['kickstart', '-k', '-p', `${launchd.domain}/${LABEL}`]);
    await launchd.waitFor(LABEL, ({ state, pid }) => state === 'running' && pid === Number(stdout));
    expect(readFileSync(join(launchd.home, 'sync.log'), 'utf8')).toMatch(/^(start\n){2,}$/);
  });

  it('is gone after bootout', async () => {
    await launchd.install(PLIST);
    const { code } = await launchd.launchctl(['bootout', `${launchd.domain}/${LABEL}`]);
    expect(code).toBe(0);
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
