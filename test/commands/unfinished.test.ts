import { describe, expect, it } from 'vitest';
import { realFiles } from '../../src/sys/files.ts';
import { createJournal } from '../../src/sys/journal.ts';
import { realProcesses } from '../../src/sys/processes.ts';
import { applyOnce, declare, placesIn, planOnce } from '../support/kill-run.ts';
import { BEFORE, createKillWorld, DOMAINS, type KillWorld, loadsOf } from '../support/kill-world.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** Runs an apply up to the call of launchctl that begins like this, and no further; its lock goes with it. */
async function endBefore(world: KillWorld, call: string): Promise<void> {
  await new Promise<void>((reached) => {
    const launchctl = {
      call: (args: readonly string[], options?: object) => {
        if (!args.join(' ').startsWith(call)) return world.mac.launchctl.call(args, options);
        reached();
        return new Promise<never>(() => {});
      },
    };
    void applyOnce(world.folder, { ...world.mac, launchctl });
  });
}

const gui = `gui/${process.getuid?.() ?? 501}`;

describe('after a kill', () => {
  it('scenario 38: plan tells which job was in hand, and what is left to be done', async () => {
    const world = await createKillWorld(temporaryFolder());
    await endBefore(world, `bootstrap ${gui}`);
    const { changes, diagnostics } = await planOnce(world.folder, world.mac, 'proven');
    expect(diagnostics).toMatchObject([
      {
        code: 'apply/unfinished',
        severity: 'warning',
        message: expect.stringContaining('create-enabled'),
        hint: expect.stringContaining('reconcile apply'),
      },
    ]);
    expect(changes.find(({ instance }) => instance === 'create-enabled')).toMatchObject({
      op: 'load',
      reasons: ['not-loaded'],
    });
  });

  it('a job that launchd is taking out, or still has in its former shape, is taken out and loaded anew', async () => {
    const world = await createKillWorld(temporaryFolder());
    await endBefore(world, `bootout ${gui}/com.example.update-unseen`);
    const { changes, diagnostics } = await planOnce(world.folder, world.mac, 'proven');
    expect(diagnostics).toMatchObject([{ code: 'apply/unfinished' }]);
    // Neither the file nor anything that print shows differs from what is declared.
    expect(changes.find(({ instance }) => instance === 'update-unseen')).toMatchObject({
      op: 'reload',
      reasons: ['replaced'],
      restarts: true,
    });
    expect(loadsOf(world)['update-unseen']).toBe(1);
  });

  it('a proof from before the kill counts for nothing: the job may be on its way out', async () => {
    const world = await createKillWorld(temporaryFolder());
    declare(world.folder, BEFORE);
    const label = 'com.example.delete-one';
    expect((await planOnce(world.folder, world.mac, 'proven')).changes.every(({ op }) => op === 'noop')).toBe(
      true,
    );
    const places = placesIn(world.folder);
    const journal = createJournal(places, realFiles, realProcesses, process.getuid?.() ?? 501);
    await journal.begin({
      stack: 'kill',
      label,
      domain: DOMAINS[0] ?? 'system',
      plist: `${places.userAgents}/${label}.plist`,
      former: { files: {}, services: {}, disabled: {} },
      intent: { files: {}, modes: [], overrides: [], out: [`${gui}/${label}`], loads: {} },
    });
    await world.launchctl.call(['bootout', `${gui}/${label}`]);
    const { changes } = await planOnce(world.folder, world.mac, 'proven');
    expect(changes.find((change) => change.label === label)).toMatchObject({ op: 'reload' });
    const { results } = await applyOnce(world.folder, world.mac);
    expect(results.every(({ outcome }) => /applied|unchanged/.test(outcome))).toBe(true);
    expect(loadsOf(world)['delete-one']).toBe(2);
    const after = await planOnce(world.folder, world.mac, 'full');
    expect([...after.changes.flatMap(({ actions }) => actions)]).toEqual([]);
  });

  it('a job that was taken out to be held stays out, and that it is held is recorded', async () => {
    const world = await createKillWorld(temporaryFolder());
    declare(world.folder, BEFORE);
    const places = placesIn(world.folder);
    const journal = createJournal(places, realFiles, realProcesses, process.getuid?.() ?? 501);
    const gaveUp = { at: '2026-01-02T03:04:05.000Z', after: 1, within: 9, exits: [{ code: 1 }], seconds: 0 };
    const hold = async (name: string, why: typeof gaveUp | null): Promise<void> => {
      const label = `com.example.${name}`;
      const target = `${gui}/${label}`;
      await journal.begin({
        stack: 'kill',
        label,
        domain: DOMAINS[0] ?? 'system',
        plist: `${places.userAgents}/${label}.plist`,
        former: { files: {}, services: {}, disabled: {} },
        intent: { files: {}, modes: [], overrides: [], out: [target], loads: {}, holds: { [target]: why } },
      });
    };
    await hold('delete-one', gaveUp);
    await hold('delete-two', null);
    await hold('update-shown', null);
    // The last run was ended before it took this one out.
    for (const name of ['delete-one', 'delete-two'])
      await world.launchctl.call(['bootout', `${gui}/com.example.${name}`]);
    await world.mac.clock.pause(10_000);
    const changeOf = async (name: string) =>
      (await planOnce(world.folder, world.mac, 'proven')).changes.find(({ instance }) => instance === name);
    const recorded = { op: 'update', reasons: ['held'], actions: [{ action: 'record' }] };
    expect(await changeOf('delete-one')).toMatchObject({ ...recorded, gaveUp });
    expect(await changeOf('delete-two')).toMatchObject(recorded);
    expect(await changeOf('update-shown')).toMatchObject({ op: 'reload', reasons: ['replaced'] });
    const { results } = await applyOnce(world.folder, world.mac);
    expect(results.every(({ outcome }) => /applied|unchanged/.test(outcome))).toBe(true);
    expect(loadsOf(world)).toMatchObject({ 'delete-one': 1, 'delete-two': 1, 'update-shown': 2 });
    for (const name of ['delete-one', 'delete-two'])
      expect(await changeOf(name)).toMatchObject({ op: 'noop', reasons: ['held'], actions: [] });
    expect((await changeOf('delete-one'))?.gaveUp).toEqual(gaveUp);
    expect((await changeOf('delete-two'))?.gaveUp).toBeUndefined();
    expect(await journal.read()).toEqual([]);
  });
});
