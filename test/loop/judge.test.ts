import { describe, expect, it } from 'vitest';
import { signatureOf } from '../../src/loop/back-off.ts';
import { judgeChanges } from '../../src/loop/judge.ts';
import { EMPTY_STATE, type JobMemory, type LoopState, withMemory } from '../../src/loop/state.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { Observed, ObservedPlist } from '../../src/model/observed.ts';
import type { Change } from '../../src/model/plan.ts';
import { changeOf } from './support.ts';

const NOW = 1_000_000;

const OBSERVED: Observed = {
  launchd: 'system',
  plists: [],
  jobs: [],
  ledger: {
    version: 1,
    entries: [{ label: 'local.tools.web', domain: 'gui/501', stack: 'tools' } as unknown as LedgerEntry],
  },
  folders: [],
  mayChangeSystem: false,
};

function judge(
  change: Change,
  {
    memory = {},
    observed = {},
    declared = 1,
  }: { memory?: Partial<JobMemory>; observed?: Partial<Observed>; declared?: number } = {},
) {
  const plan = { stack: 'tools', launchd: 'system' as const, changes: [change], diagnostics: [] };
  const state: LoopState = withMemory(EMPTY_STATE, change, memory);
  const [judged] = judgeChanges(plan, { ...OBSERVED, ...observed }, state, { declared, now: NOW });
  return judged;
}

const enabling = changeOf('web', {
  reasons: ['enabled'],
  actions: [{ action: 'enable', domain: 'gui/501', label: 'local.tools.web' }],
});
const off = {
  label: 'local.tools.web',
  domain: 'gui/501',
  service: { state: 'not-loaded' },
  disabled: true,
} as const;

describe('what the loop does by itself', () => {
  it('mends what differs, and says nothing of what is as it should be', () => {
    expect(judge(changeOf('web'))).toMatchObject({ do: 'mend' });
    expect(judge(changeOf('web', { op: 'noop', reasons: ['held'], actions: [] }))).toBeUndefined();
  });

  it('leaves what apply refuses, and what is root’s', () => {
    const blocked = { code: 'job/foreign', message: 'It is not ours.', hint: 'Adopt it.' };
    expect(judge(changeOf('web', { blocked, actions: [] }))).toMatchObject({
      do: 'leave',
      why: 'blocked',
      ...blocked,
    });
    expect(judge(changeOf('web', { deferred: 'needs-root' }))).toMatchObject({
      do: 'leave',
      why: 'needs-root',
    });
  });

  it('leaves a job as it runs while a file is not there that it reads at its start, and says so', () => {
    const waiting = changeOf('web', { op: 'noop', reasons: [], actions: [], waitsFor: ['/etc/web.env'] });
    expect(judge(waiting)).toMatchObject({
      do: 'leave',
      why: 'waits-for-file',
      message: expect.stringContaining('/etc/web.env'),
      hint: 'See what is wrong with it: reconcile plan --target web',
    });
  });

  it('never enables what a person disabled, but undoes its own work', () => {
    expect(judge(enabling, { observed: { jobs: [off] } })).toMatchObject({ do: 'leave', why: 'disabled' });
    const [entry] = OBSERVED.ledger.entries;
    const ours = { version: 1 as const, entries: [{ ...(entry as LedgerEntry), disabled: true as const }] };
    expect(judge(enabling, { observed: { jobs: [off], ledger: ours } })).toMatchObject({ do: 'mend' });
    const unrecorded = ['gui/501/local.tools.web'];
    expect(judge(enabling, { observed: { jobs: [off], disabledUnrecorded: unrecorded } })).toMatchObject({
      do: 'mend',
    });
  });

  it('deletes what the file drops, and nothing when it drops everything', () => {
    const gone = changeOf('web', { op: 'delete', reasons: ['removed'] });
    expect(judge(gone, { declared: 3 })).toMatchObject({ do: 'mend' });
    expect(judge(gone, { declared: 0 })).toMatchObject({ do: 'leave', why: 'empty-file' });
  });

  it('does not fight, and says so once', () => {
    const keys = ['(not loaded)'];
    const corrections = [1, 2, 3].map((at) => ({ at: NOW - at, keys }));
    const change = changeOf('web', { op: 'load', reasons: ['not-loaded'] });
    expect(judge(change, { memory: { corrections: corrections.slice(1) } })).toMatchObject({
      do: 'mend',
      keys,
    });
    expect(judge(change, { memory: { corrections } })).toMatchObject({ do: 'contest', keys });
    const contested = { since: NOW, keys, declared: '', writer: { name: null, writtenAt: null } };
    expect(judge(change, { memory: { contested } })).toMatchObject({ do: 'wait' });
  });

  it('does what the file asks for, however often', () => {
    const corrections = [1, 2, 3].map((at) => ({ at: NOW - at, keys: ['KeepAlive'] }));
    const asked = changeOf('web', {
      reasons: ['changed'],
      fields: [
        {
          key: 'KeepAlive',
          path: ['KeepAlive'],
          before: null,
          after: true,
          source: 'config',
          meaning: '',
          sensitive: false,
        },
      ],
    });
    expect(judge(asked, { memory: { corrections } })).toMatchObject({ do: 'mend', keys: [] });
  });

  it('waits while somebody is just writing the plist', () => {
    const change = changeOf('web');
    const half = (ctimeMs: number) => ({
      plists: [
        {
          path: change.plist,
          plist: null,
          identity: { ctimeNs: `${ctimeMs}000000` },
        } as unknown as ObservedPlist,
      ],
    });
    expect(judge(change, { observed: half(NOW - 100) })).toMatchObject({ do: 'wait' });
    expect(judge(change, { observed: half(NOW - 5_000) })).toMatchObject({ do: 'mend' });
    // The clock was set back by a day since it was written.
    expect(judge(change, { observed: half(NOW + 86_400_000) })).toMatchObject({ do: 'mend' });
  });

  it('waits for a login session, and after a failure', () => {
    const failures = { count: 1, retryAt: NOW + 1, signature: signatureOf(changeOf('web')) };
    expect(judge(changeOf('web'), { memory: { failures } })).toMatchObject({ do: 'wait' });
    expect(judge(changeOf('web', { op: 'load' }), { memory: { failures } })).toMatchObject({ do: 'mend' });
    expect(judge(changeOf('web', { deferred: 'no-domain', actions: [] }))).toMatchObject({ do: 'wait' });
  });
});
