import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../../src/model/history.ts';
import type { Change } from '../../src/model/plan.ts';
import type { Outcome, Result } from '../../src/model/report.ts';
import { happeningOf } from '../../src/report/happening.ts';
import { renderHistory } from '../../src/report/history-text.ts';
import { ascii, change, plain } from './samples.ts';

const result = (outcome: Outcome, error: Result['error'] = null): Pick<Result, 'outcome' | 'error'> => ({
  outcome,
  error,
});
const failure = { code: 'plist/invalid', message: 'launchd refused it.', hint: 'Look at the plist.' };
const told = (given: Partial<Change>, end = result('applied')) =>
  happeningOf(change('web', given), end, 'demo');

describe('what a change comes to in the history', () => {
  it('is nothing where nothing was done and nothing decided', () => {
    expect(told({}, result('unchanged'))).toBeNull();
    expect(told({ op: 'create', reasons: ['missing'] }, result('skipped', failure))).toBeNull();
    expect(told({ reasons: ['excluded'] }, result('unchanged'))).toBeNull();
  });

  it('is the deed, by what the change was', () => {
    const target = { domain: 'gui/501', label: 'local.demo.web' } as const;
    const bootout = { action: 'bootout', ...target } as const;
    const disable = { action: 'disable', ...target } as const;
    const bootstrap = { action: 'bootstrap', ...target, path: '/x' } as const;
    const kickstart = { action: 'kickstart', ...target, kill: true } as const;
    const cases: readonly (readonly [Partial<Change>, string])[] = [
      [{ op: 'create', reasons: ['missing'] }, 'created'],
      [{ op: 'reload', reasons: ['stale'] }, 'reloaded'],
      [{ op: 'delete', reasons: ['removed'] }, 'deleted'],
      [{ op: 'update', actions: [bootout] }, 'stopped'],
      [{ op: 'update', actions: [disable, bootout] }, 'disabled'],
      [{ op: 'update', actions: [bootstrap] }, 'started'],
      [{ op: 'update', actions: [kickstart], restarts: true }, 'restarted'],
      [{ op: 'update', actions: [kickstart], starts: true }, 'started'],
      [{ op: 'update', actions: [{ action: 'forget', ...target }] }, 'forgotten'],
      [{ op: 'update', actions: [{ action: 'enable', ...target }] }, 'enabled'],
    ];
    for (const [given, what] of cases) expect(told(given)?.what, JSON.stringify(given)).toBe(what);
  });

  it('is what was decided, with the reason', () => {
    expect(told({ reasons: ['held'] }, result('unchanged'))).toMatchObject({
      what: 'left-alone',
      reason: 'stopped by hand and held',
      actions: [],
    });
    const blocked = { ...failure, code: 'job/foreign' };
    expect(told({ op: 'adopt', reasons: ['foreign'], blocked }, result('skipped', blocked))).toMatchObject({
      what: 'left-alone',
      error: blocked,
    });
  });

  it('shows no value that is sensitive', () => {
    const field = { key: 'EnvironmentVariables', path: ['EnvironmentVariables', 'API_TOKEN'] };
    const happening = told({
      op: 'update',
      fields: [{ ...field, before: null, after: 'hunter2', source: 'config', meaning: '', sensitive: true }],
    });
    expect(happening?.fields).toEqual([{ path: field.path, before: null, after: '(sensitive)' }]);
  });
});

describe('the history as text', () => {
  const event = (given: Partial<HistoryEvent>): HistoryEvent => ({
    stack: 'demo',
    instance: 'web',
    label: 'local.demo.web',
    domain: 'gui/501',
    plist: '/x.plist',
    what: 'created',
    reasons: [],
    reason: 'not there yet',
    fields: [],
    actions: [],
    outcome: 'applied',
    error: null,
    time: '2026-01-02T03:04:05.600Z',
    by: { command: 'apply', pid: 412 },
    ...given,
  });
  const options = { style: plain, now: Date.UTC(2026, 0, 2, 5, 0, 0), offset: () => 60 };

  it('is aligned, the newest last, by the clock of the reader', () => {
    const text = renderHistory(
      [
        event({ fields: [{ path: ['Label'], before: null, after: 'local.demo.web' }] }),
        event({
          what: 'updated',
          fields: [{ path: ['KeepAlive'], before: null, after: { SuccessfulExit: false } }],
        }),
        event({
          time: '2026-01-02T04:59:01.000Z',
          instance: 'database',
          what: 'rolled-back',
          reason: 'the declaration changed',
          error: failure,
        }),
        event({ time: '2026-01-02T05:00:00.000Z', what: 'stopped', by: { command: 'stop', pid: 9 } }),
      ],
      options,
    );
    expect(text).toBe(
      [
        '2026-01-02 04:04:05   1 h ago  created      web       not there yet  (apply, process 412)',
        '2026-01-02 04:04:05   1 h ago  updated      web       not there yet  (apply, process 412)',
        '    KeepAlive: absent → {"SuccessfulExit":false}',
        '2026-01-02 05:59:01  59 s ago  rolled-back  database  the declaration changed  (apply, process 412)',
        '    [plist/invalid] launchd refused it.',
        '    hint: Look at the plist.',
        '2026-01-02 06:00:00       now  stopped      web       not there yet  (stop, process 9)',
        '',
      ].join('\n'),
    );
  });

  it('tells stacks apart where there are several, and lets nothing foreign through', () => {
    const text = renderHistory([event({}), event({ stack: 'other', instance: null, label: 'a\u001b[31m' })], {
      ...options,
      style: ascii,
    });
    expect(text).toContain('demo/web');
    expect(text).toContain('other/a\\u001b[31m');
    expect(text).not.toContain('\u001b');
  });

  it('is empty for no events', () => {
    expect(renderHistory([], options)).toBe('');
  });
});
