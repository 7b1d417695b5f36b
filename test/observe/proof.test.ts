import { describe, expect, it } from 'vitest';
import { planChanges } from '../../src/plan/plan.ts';
import type { MemoryFiles } from '../support/memory-files.ts';
import { job, OPTIONS, PLACES } from '../support/world.ts';
import { loadedAs, openStage, type Stage, serviceOf, textOf } from './stage.ts';

const web = job('web', { KeepAlive: true });

async function provenStage(pidNow: number | null = 77, pidThen: number | null = 77): Promise<Stage> {
  const at = openStage({ domains: { 'gui/501': loadedAs(web, pidNow) } });
  at.files.put(web.path, textOf(web, 'tools'));
  await at.own(web, pidThen);
  return at;
}

async function seenBy(at: Stage) {
  return serviceOf(await at.look([web]), web.label);
}

describe('a proof', () => {
  it('spares the question', async () => {
    const at = await provenStage();
    expect(await seenBy(at)).toEqual({ state: 'proven', pid: 77 });
    expect(at.launchctl.asked).toEqual(['print gui/501']);
  });

  it('is not believed when all is to be asked', async () => {
    const at = await provenStage();
    expect(serviceOf(await at.look([web], { refresh: 'full' }), web.label)?.state).toBe('loaded');
  });

  it('falls when the process is another one, or gone', async () => {
    expect((await seenBy(await provenStage(78)))?.state).toBe('loaded');
    expect((await seenBy(await provenStage(null)))?.state).toBe('loaded');
  });

  it('of a job that had no process then holds whatever it has now', async () => {
    expect(await seenBy(await provenStage(78, null))).toEqual({ state: 'proven', pid: 78 });
  });

  const changes: readonly (readonly [name: string, change: (files: MemoryFiles) => unknown])[] = [
    ['is written anew with the same text', (files) => files.put(web.path, textOf(web, 'tools'))],
    ['gets another mode', (files) => files.setMode(web.path, 0o600)],
    ['gets another owner', (files) => files.put(web.path, textOf(web, 'tools'), { uid: 0 })],
    ['becomes a link', (files) => files.put(web.path, textOf(web, 'tools'), { kind: 'symlink' })],
    ['is removed', (files) => files.remove(web.path)],
  ];
  it.each(changes)('falls when the plist %s', async (_name, change) => {
    const at = await provenStage();
    await change(at.files);
    expect((await seenBy(at))?.state).toBe('loaded');
  });

  it('falls when another plist has this Label', async () => {
    const at = await provenStage();
    at.files.put(`${PLACES.globalAgents}/second.plist`, textOf(web));
    expect((await seenBy(at))?.state).toBe('loaded');
  });

  it('is nothing when the label is not listed', async () => {
    const at = openStage();
    at.files.put(web.path, textOf(web, 'tools'));
    await at.own(web, 77);
    expect(await seenBy(at)).toEqual({ state: 'not-loaded' });
  });
});

describe('the cost', () => {
  const jobs = Array.from({ length: 100 }, (_, index) => job(`n${index}`));
  const loaded = Object.assign({}, ...jobs.map((one, index) => loadedAs(one, 1000 + index)));

  it('of a hundred proven jobs is one call and no write; of one that is not proven, one call more', async () => {
    const at = openStage({ domains: { 'gui/501': loaded } });
    for (const [index, one] of jobs.entries()) {
      at.files.put(one.path, textOf(one, 'tools'));
      await at.own(one, 1000 + index);
    }
    const writes = at.files.writes.count;
    const plan = planChanges(jobs, await at.look(jobs), OPTIONS);
    expect(new Set(plan.changes.map(({ op }) => op))).toEqual(new Set(['noop']));
    expect(at.launchctl.asked).toEqual(['print gui/501']);
    expect(at.files.writes.count).toBe(writes);
    await at.files.setMode(`${PLACES.userAgents}/local.tools.n7.plist`, 0o600);
    await at.look(jobs);
    expect(at.launchctl.asked.slice(1)).toEqual(['print gui/501', 'print gui/501/local.tools.n7']);
  });

  it('of asking about each is one call each, a few at a time', async () => {
    const at = openStage({ domains: { 'gui/501': loaded } });
    await at.look(jobs);
    expect(at.launchctl.asked).toHaveLength(101);
    expect(at.launchctl.most).toBeGreaterThan(1);
    expect(at.launchctl.most).toBeLessThanOrEqual(8);
  });
});
