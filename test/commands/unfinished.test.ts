import { describe, expect, it } from 'vitest';
import { applyOnce, planOnce } from '../support/kill-run.ts';
import { createKillWorld, type KillWorld, loadsOf } from '../support/kill-world.ts';
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
  it('38: plan tells which job was in hand, and what is left to be done', async () => {
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
});
