import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import type { ObservedPlist, ObservedService } from '../../src/model/observed.ts';
import type { Change } from '../../src/model/plan.ts';
import { dict } from '../../src/model/plist.ts';
import type { Service } from '../../src/model/service.ts';
import {
  type LifecycleSubject,
  planForget,
  planRestart,
  planStart,
  planStop,
} from '../../src/plan/lifecycle.ts';

const identity = {
  dev: '1',
  ino: '2',
  size: '3',
  mtimeNs: '4',
  ctimeNs: '5',
  uid: 501,
  gid: 20,
  mode: 0o644,
};

const entry: LedgerEntry = {
  label: 'com.example.web',
  domain: 'gui/501',
  path: '/home/LaunchAgents/com.example.web.plist',
  instance: 'web',
  stack: 'test',
  source: '/home/reconcile.yaml',
  fileHash: 'hash',
  applied: {},
  adopted: false,
  held: false,
  proof: { file: identity, pid: 1 },
};

const plistWith = (startsAtLoad: boolean): ObservedPlist => ({
  path: entry.path,
  identity,
  symlink: false,
  hash: 'hash',
  marker: null,
  label: entry.label,
  plist: dict([
    ['Label', entry.label],
    ['Program', '/bin/sleep'],
    ['RunAtLoad', startsAtLoad ? true : undefined],
  ]),
  problem: null,
});

const loaded = (pid: number | null): ObservedService => ({
  state: 'loaded',
  service: {
    label: entry.label,
    domain: 'gui/501',
    path: entry.path,
    submitted: false,
    state: pid === null ? 'not running' : 'running',
    pid,
    runs: 1,
    lastExit: null,
    pended: null,
    exitTimeout: 7,
    minimumRuntime: 10,
    fields: {},
    blocks: {},
  } satisfies Service,
});

const subject = (overrides: Partial<LifecycleSubject>): LifecycleSubject => ({
  instance: 'web',
  label: entry.label,
  domain: 'gui/501',
  path: entry.path,
  found: plistWith(true),
  service: loaded(42),
  disabled: false,
  declaredOff: false,
  entry,
  ...overrides,
});

const names = ({ actions }: Change): readonly string[] => actions.map(({ action }) => action);
const recorded = ({ actions }: Change): LedgerEntry | undefined =>
  actions.map((each) => (each.action === 'record' ? each.entry : undefined)).find(Boolean);

describe('stop', () => {
  it('boots out, waits for the label and the process, and holds', () => {
    const change = planStop(subject({}), { disable: false });
    expect(names(change)).toEqual(['bootout', 'await-gone', 'record']);
    expect(change.actions[1]).toMatchObject({ pid: 42, exitTimeout: 7 });
    expect(recorded(change)).toMatchObject({ held: true, proof: null });
  });

  it('disables first when asked, and only once', () => {
    expect(names(planStop(subject({}), { disable: true }))[0]).toBe('disable');
    expect(names(planStop(subject({ disabled: true }), { disable: true }))).not.toContain('disable');
  });

  it('has nothing to do for a job that is held and gone', () => {
    const held = subject({ service: { state: 'not-loaded' }, entry: { ...entry, held: true } });
    expect(planStop(held, { disable: false })).toMatchObject({ op: 'noop', actions: [] });
  });
});

describe('start', () => {
  it('loads a job that is not loaded, and lets launchd start it', () => {
    const change = planStart(subject({ service: { state: 'not-loaded' }, entry: { ...entry, held: true } }));
    expect(names(change)).toEqual(['bootstrap', 'await-loaded', 'record']);
    expect(recorded(change)).toMatchObject({ held: false });
  });

  it('kicks a job that does not start by itself, once it is loaded', () => {
    const change = planStart(subject({ service: { state: 'not-loaded' }, found: plistWith(false) }));
    expect(names(change)).toEqual(['bootstrap', 'await-loaded', 'kickstart', 'record']);
    expect(change.actions).toContainEqual(expect.objectContaining({ action: 'kickstart', kill: false }));
  });

  it('enables before it loads', () => {
    const change = planStart(subject({ service: { state: 'not-loaded' }, disabled: true }));
    expect(names(change).slice(0, 2)).toEqual(['enable', 'bootstrap']);
  });

  it('leaves a running job alone', () => {
    expect(planStart(subject({}))).toMatchObject({ op: 'noop', actions: [], starts: false });
  });

  it('says what is missing: a plist, or the declaration that allows it', () => {
    expect(planStart(subject({ found: null, service: { state: 'not-loaded' } })).blocked?.code).toBe(
      'job/not-installed',
    );
    expect(planStart(subject({ declaredOff: true })).blocked?.code).toBe('job/declared-disabled');
    // Declared, and never applied: there is nothing to adopt.
    const never = subject({ entry: null, found: null, service: { state: 'not-loaded' } });
    expect(planStart(never).blocked).toMatchObject({
      code: 'job/not-installed',
      hint: 'Run `reconcile apply`.',
    });
  });
});

describe('restart', () => {
  it('kills and starts what is loaded, and reloads nothing', () => {
    const change = planRestart(subject({}));
    expect(names(change)).toEqual(['kickstart', 'await-loaded', 'record']);
    expect(change).toMatchObject({ restarts: true, starts: false });
    expect(change.actions[0]).toMatchObject({ kill: true });
  });

  it('keeps a proof that holds now, and drops one that does not', () => {
    const proofAfter = (overrides: Partial<LifecycleSubject>) =>
      recorded(planRestart(subject(overrides)))?.proof;
    const proof = { file: identity, pid: 42 };
    const proven = { ...entry, proof };
    expect(proofAfter({ entry: proven })).toEqual(proof);
    expect(proofAfter({ entry: { ...entry, proof: { ...proof, pid: null } } })).toEqual({
      ...proof,
      pid: null,
    });
    expect(proofAfter({ entry: proven, service: loaded(43) })).toBeNull();
    expect(proofAfter({ entry: proven, service: loaded(null) })).toBeNull();
    expect(proofAfter({ entry: proven, found: null })).toBeNull();
    const edited = { ...plistWith(true), identity: { ...identity, mtimeNs: '9' } };
    expect(proofAfter({ entry: proven, found: edited })).toBeNull();
    expect(proofAfter({ entry: proven, found: { ...plistWith(true), symlink: true } })).toBeNull();
    const idle = subject({ entry: proven, service: loaded(null) });
    expect(recorded(planStart(idle))?.proof).toBeNull();
  });

  it('loads a job that is not loaded', () => {
    expect(names(planRestart(subject({ service: { state: 'not-loaded' } })))).toContain('bootstrap');
  });
});

describe('what may not be touched', () => {
  const cases: readonly (readonly [string, Partial<LifecycleSubject>, string])[] = [
    ['not ours', { entry: null }, 'job/not-ours'],
    ['unknown', { service: { state: 'unknown', why: 'The text ends too early.' } }, 'job/unknown'],
    ['no session', { service: { state: 'no-domain' } }, 'launchd/no-domain'],
  ];
  it.each(cases)('%s', (_, overrides, code) => {
    const it = subject(overrides);
    for (const change of [planStart(it), planStop(it, { disable: true }), planRestart(it)])
      expect(change).toMatchObject({ blocked: { code }, actions: [] });
  });
});

describe('a session that is not there', () => {
  it.each([
    ['on a Mac', {}, /^Log in at the screen/],
    [
      'where a command begins one',
      { login: 'reconcile embedded login' },
      /^`reconcile embedded login` begins/,
    ],
  ])('%s', (_, overrides, hint) => {
    const change = planStart(subject({ service: { state: 'no-domain' }, ...overrides }));
    expect(change.blocked?.hint).toMatch(hint);
  });
});

describe('forget', () => {
  const marked: ObservedPlist = { ...plistWith(true), marker: { stack: 'test', instance: 'web' } };

  it('takes it out of the ledger, and our marker out of the plist', () => {
    const change = planForget(subject({ found: marked }), 'test');
    expect(names(change)).toEqual(['write-plist', 'forget']);
    expect(change.actions[0]).toMatchObject({
      expect: 'hash',
      mode: 0o644,
      content: expect.not.stringContaining('<!--'),
    });
    expect(change).toMatchObject({ restarts: false, starts: false });
  });

  it('leaves the plist of an adopted job as it is, and a job of others alone', () => {
    expect(names(planForget(subject({}), 'test'))).toEqual(['forget']);
    expect(names(planForget(subject({ entry: null }), 'test'))).toEqual([]);
    expect(names(planForget(subject({ found: marked, entry: null }), 'other'))).toEqual([]);
  });
});
