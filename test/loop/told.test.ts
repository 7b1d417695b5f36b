import { expect, it } from 'vitest';
import { justLoaded } from '../../src/loop/crash-loop.ts';
import { EMPTY_STATE, withMemory } from '../../src/loop/state.ts';
import { toldBy } from '../../src/loop/told.ts';
import type { Change } from '../../src/model/plan.ts';
import type { Outcome } from '../../src/model/report.ts';
import { changeOf } from './support.ts';

const TARGET = 'gui/501/local.tools.web';
const idle = changeOf('web', { op: 'noop', reasons: [], actions: [] });
const recording = changeOf('web', {
  op: 'noop',
  reasons: [],
  actions: [{ action: 'record', entry: {} }] as unknown as Change['actions'],
});

function told(change: Change, outcome: Outcome, memory: Parameters<typeof withMemory>[2] = {}) {
  const { instance, label, domain } = change;
  const report = {
    changed: outcome === 'applied',
    results: [{ instance, label, domain, outcome, error: null }],
    diagnostics: [],
    interrupted: false,
  };
  const plan = { stack: 'tools', launchd: 'system' as const, changes: [change], diagnostics: [] };
  return toldBy(plan, report, withMemory(EMPTY_STATE, change, memory));
}

it('is a word to the loop what was done by hand, and is not what failed', () => {
  expect(told(changeOf('web'), 'applied')).toEqual([TARGET]);
  expect(told(changeOf('web'), 'failed')).toEqual([]);
});

it('is none that nothing had to be done, however often that is asked, but of a job that the loop leaves alone', () => {
  const track = justLoaded(0);
  expect(told(idle, 'unchanged', { track })).toEqual([]);
  expect(told(recording, 'applied', { track })).toEqual([]);
  const contested = { since: 0, keys: ['KeepAlive'], declared: '', writer: { name: null, writtenAt: null } };
  expect(told(idle, 'unchanged', { contested })).toEqual([TARGET]);
});
