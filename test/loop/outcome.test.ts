import { describe, expect, it } from 'vitest';
import { chooseChanges, dueGiveUps, noteOutcome } from '../../src/loop/outcome.ts';
import type { GivingUp } from '../../src/loop/runs.ts';
import { EMPTY_STATE } from '../../src/loop/state.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { Observed } from '../../src/model/observed.ts';
import { job } from '../support/world.ts';

const WEB = job('web');
const GIVING_UP: GivingUp = {
  job: WEB,
  giveUp: { after: 5, within: 60 },
  count: { exits: [{ code: 1 }], seconds: 9 },
};

const SEEN = {
  observed: {
    plists: [],
    jobs: [
      {
        label: WEB.label,
        domain: WEB.domain,
        service: { state: 'loaded', service: { pid: null } },
        disabled: null,
      },
    ],
    ledger: {
      version: 1,
      entries: [
        { label: WEB.label, domain: WEB.domain, path: WEB.path, stack: 'tools', held: false } as LedgerEntry,
      ],
    },
  } as unknown as Observed,
  plan: { stack: 'tools', launchd: 'system' as const, changes: [], diagnostics: [] },
};

describe('giving up', () => {
  it('that fails is tried again after its pause, and told once', async () => {
    const chosen = chooseChanges([], SEEN, [GIVING_UP], 0);
    const { instance, label, domain } = WEB;
    const error = { code: 'launchd/refused', message: 'No.', hint: '' };
    const report = {
      changed: false,
      results: [{ instance, label, domain, outcome: 'failed' as const, error }],
      diagnostics: [],
      interrupted: false,
    };
    const told: string[] = [];
    const fail = (state: typeof EMPTY_STATE, now: number) =>
      noteOutcome(
        state,
        chosen,
        { changes: chosen.changes, report },
        {
          now,
          begunAt: now,
          intervalMs: 10_000,
          emit: ({ event }) => told.push(event),
          endOfLog: async () => null,
        },
      );
    const isDue = (state: typeof EMPTY_STATE, now: number): boolean =>
      dueGiveUps([GIVING_UP], SEEN, state, now).length > 0;
    expect(isDue(EMPTY_STATE, 0)).toBe(true);
    const once = await fail(EMPTY_STATE, 0);
    expect([1_000, 9_999, 10_000].map((now) => isDue(once, now))).toEqual([false, false, true]);
    const twice = await fail(once, 10_000);
    expect([29_999, 30_000].map((now) => isDue(twice, now))).toEqual([false, true]);
    expect(told).toEqual(['failed']);
  });

  it('is done again with a job that a login has loaded again, and not with one that a person stopped', () => {
    const [entry] = SEEN.observed.ledger.entries;
    const isDue = (more: Partial<LedgerEntry>): boolean => {
      const ledger = { version: 1, entries: [{ ...entry, ...more }] } as Observed['ledger'];
      const seen = { ...SEEN, observed: { ...SEEN.observed, ledger } };
      return dueGiveUps([GIVING_UP], seen, EMPTY_STATE, 0).length > 0;
    };
    const gaveUp = { at: '2026-01-01T00:00:00.000Z', ...GIVING_UP.giveUp, ...GIVING_UP.count };
    expect(isDue({ held: true, gaveUp })).toBe(true);
    expect(isDue({ held: true })).toBe(false);
  });
});
