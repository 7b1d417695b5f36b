import { describe, expect, it } from 'vitest';
import { isContest, noteCorrection, outsideKeys, ownWork } from '../../src/loop/contest.ts';
import type { Correction } from '../../src/loop/state.ts';
import type { Intent, Unfinished } from '../../src/model/journal.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { Observed } from '../../src/model/observed.ts';
import type { Change, FieldChange, FieldSource } from '../../src/model/plan.ts';
import { changeOf } from './support.ts';

const MINUTE = 60_000;

const field = (key: string, source: FieldSource): FieldChange => ({
  key,
  path: [key],
  before: null,
  after: true,
  source,
  meaning: '',
  sensitive: false,
});

const entry = { label: 'local.tools.web' } as LedgerEntry;

describe('what differs outside of the declaration', () => {
  it('is what drifted on disk or is loaded otherwise, and not what the file asks for', () => {
    const change = changeOf('web', {
      fields: [field('KeepAlive', 'drift'), field('Nice', 'config'), field('Umask', 'loaded')],
    });
    expect(outsideKeys(change, entry)).toEqual(['KeepAlive', 'Umask']);
  });

  it('has words for what is no key', () => {
    expect(outsideKeys(changeOf('web', { reasons: ['not-loaded'] }), entry)).toEqual(['(not loaded)']);
    expect(outsideKeys(changeOf('web', { reasons: ['stale'] }), entry)).toEqual(['(the loaded definition)']);
    const gone = changeOf('web', { reasons: ['missing'], fields: [field('KeepAlive', 'drift')] });
    expect(outsideKeys(gone, entry)).toEqual(['(no plist)']);
  });

  it('is nothing for a job that was never applied', () => {
    expect(outsideKeys(changeOf('web', { op: 'create', reasons: ['missing'] }), null)).toEqual([]);
  });
});

describe('what a run of ours left half done', () => {
  const PATH = changeOf('web').plist;
  const TARGET = 'gui/501/local.tools.web';
  const left = (intent: Partial<Intent>): Unfinished => ({
    stack: 'tools',
    label: 'local.tools.web',
    domain: 'gui/501',
    plist: PATH,
    former: { files: { [PATH]: { base64: '', hash: 'former', mode: 0o644 } }, services: {}, disabled: {} },
    intent: { files: { [PATH]: 'ours' }, modes: [], overrides: [], out: [TARGET], loads: {}, ...intent },
  });
  const down = changeOf('web', { op: 'load', reasons: ['not-loaded'] });
  const drifted = changeOf('web', { fields: [field('Nice', 'drift'), field('Umask', 'loaded')] });
  const whole = changeOf('web', { op: 'reload', reasons: ['stale'] });
  /** The keys, when the plist has that hash (null: there is none). */
  function keysOf(change: Change, hash: string | null, unfinished: readonly Unfinished[]): readonly string[] {
    const plists = hash === null ? [] : [{ path: PATH, hash }];
    const observed = { plists, unfinished } as unknown as Observed;
    return outsideKeys(change, entry, ownWork(change, observed));
  }

  it('is no difference from outside, whether the plist was written already or not', () => {
    for (const hash of ['former', 'ours'])
      for (const change of [down, drifted, whole]) expect(keysOf(change, hash, [left({})])).toEqual([]);
    expect(keysOf(down, 'ours', [])).toEqual(['(not loaded)']);
    expect(keysOf(down, 'ours', [{ ...left({}), label: 'local.tools.other' }])).toEqual(['(not loaded)']);
  });

  it('is told from what somebody else wrote since', () => {
    expect(keysOf(drifted, 'theirs', [left({})])).toEqual(['Nice']);
    const missing = changeOf('web', { reasons: ['missing'] });
    expect(keysOf(missing, null, [left({})])).toEqual(['(no plist)']);
    expect(keysOf(missing, null, [left({ files: { [PATH]: null } })])).toEqual([]);
  });

  it('is only what that run was about to touch', () => {
    const written = left({ out: [] });
    expect(keysOf(down, 'ours', [written])).toEqual(['(not loaded)']);
    expect(keysOf(whole, 'ours', [written])).toEqual(['(the loaded definition)']);
    expect(keysOf(down, 'ours', [left({ out: [], loads: { [TARGET]: PATH } })])).toEqual([]);
    expect(keysOf(drifted, 'ours', [left({ files: {} })])).toEqual(['Nice']);
  });
});

describe('another manager', () => {
  const put = (before: readonly Correction[], at: number, ...keys: string[]) =>
    noteCorrection(before, keys, at);

  it('is told when a difference is there again after it was put right three times within an hour', () => {
    let corrections: readonly Correction[] = [];
    for (const at of [0, 10 * MINUTE, 20 * MINUTE]) {
      expect(isContest(corrections, ['KeepAlive'], at)).toBe(false);
      corrections = put(corrections, at, 'KeepAlive');
    }
    expect(isContest(corrections, ['KeepAlive'], 30 * MINUTE)).toBe(true);
    expect(isContest(corrections, ['KeepAlive', 'Nice'], 30 * MINUTE)).toBe(true);
    expect(isContest(corrections, ['Nice'], 30 * MINUTE)).toBe(false);
    expect(isContest(corrections, [], 30 * MINUTE)).toBe(false);
  });

  it('is nobody when it takes longer than an hour', () => {
    const corrections = [0, 30 * MINUTE, 50 * MINUTE].reduce(
      (before, at) => put(before, at, 'KeepAlive'),
      [] as readonly Correction[],
    );
    expect(isContest(corrections, ['KeepAlive'], 59 * MINUTE)).toBe(true);
    expect(isContest(corrections, ['KeepAlive'], 60 * MINUTE)).toBe(false);
  });

  it('keeps a few corrections only, and none of what the file asks for', () => {
    let corrections: readonly Correction[] = [];
    for (let at = 0; at < 1_000; at += 1) corrections = put(corrections, at, 'KeepAlive');
    expect(corrections.length).toBeLessThan(20);
    expect(put([], 5)).toEqual([]);
  });
});

describe('a clock that was set back', () => {
  it('lets no correction count that lies ahead', () => {
    const ahead = [1, 2, 3].map((at) => ({ at: 48 * 60 * MINUTE + at, keys: ['KeepAlive'] }));
    expect(isContest(ahead, ['KeepAlive'], 0)).toBe(false);
    expect(noteCorrection(ahead, ['KeepAlive'], 0)).toEqual([{ at: 0, keys: ['KeepAlive'] }]);
  });
});
