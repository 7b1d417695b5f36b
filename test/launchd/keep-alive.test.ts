import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BARE_CONDITIONS,
  type Conditions,
  type ExitKind,
  effectiveKeepAlive,
  isCrash,
  isCrashSignal,
  isGoodExit,
  loadReason,
  restartReason,
  restartsAfter,
  runsWhile,
  startsAtLoad,
} from '../../src/launchd/keep-alive.ts';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';

const d = (entries: Record<string, PlistValue>): PlistDict => dict(Object.entries(entries));
const world = (changes: Partial<Conditions>): Conditions => ({ ...BARE_CONDITIONS, ...changes });

const ENDS: readonly ExitKind[] = [
  { code: 0 },
  { code: 1 },
  { signal: 15 },
  { signal: 9 },
  { signal: 11 },
  { signal: 6 },
];

/** One letter an end: exit 0, exit 1, SIGTERM, SIGKILL, SIGSEGV, SIGABRT. */
function row(keepAlive: PlistValue | undefined, conditions: Conditions = BARE_CONDITIONS): string {
  return ENDS.map((exit) => (restartsAfter(keepAlive, exit, conditions) ? 'y' : '.')).join('');
}

const ada = '/srv/ada.ready';
const there = world({ pathExists: (path) => path === ada });
const loaded = world({ jobLoaded: (label) => label === 'local.db' });
const running = world({ jobRunning: (label) => label === 'local.db' });

describe('the truth table of KeepAlive', () => {
  it.each<[string, PlistValue | undefined, Conditions, string]>([
    ['absent', undefined, BARE_CONDITIONS, '......'],
    ['false', false, BARE_CONDITIONS, '......'],
    ['{}', d({}), BARE_CONDITIONS, '......'],
    ['true', true, BARE_CONDITIONS, 'yyyyyy'],
    ['SuccessfulExit true', d({ SuccessfulExit: true }), BARE_CONDITIONS, 'y.....'],
    ['SuccessfulExit false', d({ SuccessfulExit: false }), BARE_CONDITIONS, '.yyyyy'],
    ['Crashed true', d({ Crashed: true }), BARE_CONDITIONS, '....yy'],
    ['Crashed false', d({ Crashed: false }), BARE_CONDITIONS, 'yyyy..'],
    ['true, true', d({ SuccessfulExit: true, Crashed: true }), BARE_CONDITIONS, 'y...yy'],
    ['true, false', d({ SuccessfulExit: true, Crashed: false }), BARE_CONDITIONS, 'yyyy..'],
    ['false, true', d({ SuccessfulExit: false, Crashed: true }), BARE_CONDITIONS, '.yyyyy'],
    ['false, false', d({ SuccessfulExit: false, Crashed: false }), BARE_CONDITIONS, 'yyyyyy'],
    ['path wanted and there', d({ PathState: d({ [ada]: true }) }), there, 'yyyyyy'],
    ['path wanted and missing', d({ PathState: d({ [ada]: true }) }), BARE_CONDITIONS, '......'],
    ['path unwanted and there', d({ PathState: d({ [ada]: false }) }), there, '......'],
    ['path unwanted and missing', d({ PathState: d({ [ada]: false }) }), BARE_CONDITIONS, 'yyyyyy'],
    ['other job loaded', d({ OtherJobEnabled: d({ 'local.db': true }) }), loaded, 'yyyyyy'],
    ['other job not loaded', d({ OtherJobEnabled: d({ 'local.db': true }) }), running, '......'],
    ['other job running', d({ OtherJobActive: d({ 'local.db': true }) }), running, 'yyyyyy'],
    ['other job idle', d({ OtherJobActive: d({ 'local.db': true }) }), loaded, '......'],
    ['other job unwanted', d({ OtherJobEnabled: d({ 'local.db': false }) }), BARE_CONDITIONS, 'yyyyyy'],
    ['any condition is enough', d({ SuccessfulExit: false, PathState: d({ [ada]: true }) }), there, 'yyyyyy'],
    [
      'each condition alone',
      d({ SuccessfulExit: false, PathState: d({ [ada]: true }) }),
      BARE_CONDITIONS,
      '.yyyyy',
    ],
    ['NetworkState does nothing', d({ NetworkState: true }), BARE_CONDITIONS, '......'],
    ['a value of the wrong type', 'true', BARE_CONDITIONS, '......'],
    ['a member of the wrong type', d({ SuccessfulExit: 0, Crashed: 'no' }), BARE_CONDITIONS, '......'],
    [
      'after a demand that never came',
      d({ AfterInitialDemand: true, SuccessfulExit: false }),
      BARE_CONDITIONS,
      '......',
    ],
    [
      'after a demand that came',
      d({ AfterInitialDemand: true, SuccessfulExit: false }),
      world({ demanded: true }),
      '.yyyyy',
    ],
    ['only AfterInitialDemand', d({ AfterInitialDemand: true }), world({ demanded: true }), 'yyyyyy'],
    ['AfterInitialDemand false', d({ AfterInitialDemand: false }), world({ demanded: true }), '......'],
  ])('%s', (_name, keepAlive, conditions, expected) => {
    expect(row(keepAlive, conditions)).toBe(expected);
  });

  it('is the union of its members for every exit and every world', () => {
    const flag = fc.option(fc.boolean(), { nil: undefined });
    fc.assert(
      fc.property(
        flag,
        flag,
        fc.nat(255),
        fc.integer({ min: 1, max: 31 }),
        fc.boolean(),
        (s, c, n, sig, bySignal) => {
          const exit = bySignal ? { signal: sig } : { code: n };
          const both = dict([
            ['SuccessfulExit', s],
            ['Crashed', c],
          ]);
          const alone = [dict([['SuccessfulExit', s]]), dict([['Crashed', c]])];
          expect(restartsAfter(both, exit, BARE_CONDITIONS)).toBe(
            alone.some((member) => restartsAfter(member, exit, BARE_CONDITIONS)),
          );
        },
      ),
    );
  });
});

describe('kinds of ends', () => {
  it('counts exactly seven signals as crashes', () => {
    const crashes = Array.from({ length: 33 }, (_, number) => number).filter(isCrashSignal);
    expect(crashes).toEqual([4, 5, 6, 8, 10, 11, 12]);
  });

  it('takes the exit code of a wrapped crash for an ordinary failure', () => {
    expect(isCrash({ code: 139 })).toBe(false);
    expect(isGoodExit({ code: 139 })).toBe(false);
    expect(isGoodExit({ signal: 15 })).toBe(false);
    expect(isGoodExit({ code: 0 })).toBe(true);
  });
});

describe('startsAtLoad', () => {
  it.each<[string, Record<string, PlistValue>, Conditions, string | null]>([
    ['nothing asks for it', {}, BARE_CONDITIONS, null],
    ['RunAtLoad', { RunAtLoad: true }, BARE_CONDITIONS, 'speculative'],
    ['RunAtLoad false', { RunAtLoad: false }, BARE_CONDITIONS, null],
    ['KeepAlive true', { KeepAlive: true }, BARE_CONDITIONS, 'inefficient'],
    ['both', { RunAtLoad: true, KeepAlive: true }, BARE_CONDITIONS, 'speculative'],
    [
      'KeepAlive true beside RunAtLoad false',
      { RunAtLoad: false, KeepAlive: true },
      BARE_CONDITIONS,
      'inefficient',
    ],
    ['SuccessfulExit true', { KeepAlive: d({ SuccessfulExit: true }) }, BARE_CONDITIONS, 'semaphore'],
    ['SuccessfulExit false', { KeepAlive: d({ SuccessfulExit: false }) }, BARE_CONDITIONS, 'semaphore'],
    ['Crashed true', { KeepAlive: d({ Crashed: true }) }, BARE_CONDITIONS, 'semaphore'],
    ['Crashed false', { KeepAlive: d({ Crashed: false }) }, BARE_CONDITIONS, 'semaphore'],
    ['an empty dictionary', { KeepAlive: d({}) }, BARE_CONDITIONS, null],
    ['a path that is there', { KeepAlive: d({ PathState: d({ [ada]: true }) }) }, there, 'xpc event'],
    ['a path that is not', { KeepAlive: d({ PathState: d({ [ada]: true }) }) }, BARE_CONDITIONS, null],
    ['another job', { KeepAlive: d({ OtherJobEnabled: d({ 'local.db': true }) }) }, loaded, 'semaphore'],
    [
      'AfterInitialDemand takes even RunAtLoad back',
      { RunAtLoad: true, KeepAlive: d({ AfterInitialDemand: true, SuccessfulExit: false }) },
      BARE_CONDITIONS,
      null,
    ],
    ['OnDemand false', { OnDemand: false }, BARE_CONDITIONS, 'inefficient'],
    ['OnDemand true', { OnDemand: true }, BARE_CONDITIONS, null],
    ['triggers alone', { StartInterval: 60, WatchPaths: [ada] }, BARE_CONDITIONS, null],
  ])('%s', (_name, entries, conditions, reason) => {
    expect(loadReason(d(entries), conditions)).toBe(reason);
    expect(startsAtLoad(d(entries), conditions)).toBe(reason !== null);
  });
});

describe('reasons', () => {
  it('names the rule that starts the job again', () => {
    expect(restartReason(true, { code: 0 }, BARE_CONDITIONS)).toBe('inefficient');
    expect(restartReason(d({ SuccessfulExit: false }), { code: 1 }, BARE_CONDITIONS)).toBe('semaphore');
    expect(
      restartReason(d({ SuccessfulExit: false, PathState: d({ [ada]: true }) }), { code: 1 }, there),
    ).toBe('xpc event');
    expect(restartReason(undefined, { code: 1 }, there)).toBeNull();
  });

  it('tells what the world alone may start', () => {
    expect(runsWhile(d({ PathState: d({ [ada]: true }) }), there)).toBe('xpc event');
    expect(runsWhile(d({ OtherJobActive: d({ 'local.db': true }) }), running)).toBe('semaphore');
    expect(runsWhile(d({ SuccessfulExit: true }), there)).toBeNull();
    expect(runsWhile(d({ AfterInitialDemand: true, PathState: d({ [ada]: true }) }), there)).toBeNull();
  });

  it('lets KeepAlive win over OnDemand', () => {
    expect(effectiveKeepAlive(d({ KeepAlive: false, OnDemand: false }))).toBe(false);
    expect(effectiveKeepAlive(d({ KeepAlive: 'yes', OnDemand: false }))).toBe(true);
  });
});
