import { describe, expect, it } from 'vitest';
import { parseService } from '../../src/launchd/print-service.ts';
import type { Job } from '../../src/model/job.ts';
import type { ObservedService } from '../../src/model/observed.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import type { JobStatus } from '../../src/model/status.ts';
import { planChanges } from '../../src/plan/plan.ts';
import { judgeStatus } from '../../src/plan/verdict.ts';
import { IDLE, type Moment, renderService } from '../launchd/render-service.ts';
import { type Scene, worldOf } from '../support/scene.ts';
import { EMPTY_WORLD, job, OPTIONS, observeWorld, plistOf, type World } from '../support/world.ts';

const keepAlive = (member: string, value: boolean): PlistValue => dict([[member, value]]);
const onFailure = { KeepAlive: keepAlive('SuccessfulExit', false) };
const onSuccess = { KeepAlive: keepAlive('SuccessfulExit', true) };
const timed = { RunAtLoad: false, StartInterval: 900 };

function statusOf(given: Job, scene: Scene = {}, moment: Moment | null = null, extra = ''): JobStatus {
  const world = worldOf(given, scene);
  const observed = observeWorld(world, [given]);
  const text =
    moment === null ? null : renderService(`${given.domain}/${given.label}`, given.path, given.plist, moment);
  const jobs = observed.jobs.map((seen) => {
    if (text === null) return seen;
    const reading = parseService(text.replace('\truns = ', `${extra}\truns = `), {
      domain: given.domain,
      label: given.label,
    });
    const service: ObservedService = reading.ok
      ? { state: 'loaded', service: reading.service }
      : { state: 'unknown', why: reading.why };
    return { ...seen, service };
  });
  const seen = { ...observed, jobs };
  const [status] = judgeStatus([given], seen, planChanges([given], seen, OPTIONS));
  if (status === undefined) throw new Error('no status');
  return status;
}

const exit = (code: number): string => `last exit code = ${code}`;
const KILLED = 'last terminating signal = Killed: 9';
const CRASHED = 'last terminating signal = Segmentation fault: 11';

/** Interface §5: the verdict, the first that fits. */
const VERDICTS: readonly (readonly [
  name: string,
  keys: Record<string, PlistValue>,
  moment: Partial<Moment>,
  verdict: string,
])[] = [
  ['a pid', onFailure, { state: 'running', pid: 412, runs: 3, exit: exit(1) }, 'running'],
  ['SIGTERMed, still with a pid', onFailure, { state: 'SIGTERMed', pid: 412, runs: 1 }, 'stopping'],
  [
    'spawn scheduled after few runs',
    onFailure,
    { state: 'spawn scheduled', runs: 2, exit: exit(1) },
    'throttled',
  ],
  [
    'spawn scheduled after five bad runs',
    onFailure,
    { state: 'spawn scheduled', runs: 5, exit: exit(1) },
    'crash-looping',
  ],
  [
    'spawn scheduled after five good runs',
    onSuccess,
    { state: 'spawn scheduled', runs: 9, exit: exit(0) },
    'throttled',
  ],
  ['a timer at rest', timed, { runs: 4, exit: exit(0) }, 'waiting'],
  ['a timer that never ran', timed, {}, 'waiting'],
  ['a timer whose last run was bad', timed, { runs: 4, exit: exit(2) }, 'failing'],
  ['never, and a bad exit', {}, { runs: 1, exit: exit(1) }, 'failing'],
  ['never, and a kill', {}, { runs: 1, exit: KILLED }, 'failing'],
  ['never, and done', {}, { runs: 1, exit: exit(0) }, 'stopped-by-policy'],
  ['neither at load nor triggered', { RunAtLoad: false }, {}, 'stopped-by-policy'],
  ['on-failure, exit 0', onFailure, { runs: 1, exit: exit(0) }, 'stopped-by-policy'],
  ['on-failure, exit 1, and yet down', onFailure, { runs: 1, exit: exit(1) }, 'failing'],
  ['on-success, exit 1', onSuccess, { runs: 1, exit: exit(1) }, 'stopped-by-policy'],
  ['on-success, exit 0, and yet down', onSuccess, { runs: 1, exit: exit(0) }, 'failing'],
  [
    'on-crash, a kill',
    { KeepAlive: keepAlive('Crashed', true) },
    { runs: 1, exit: KILLED },
    'stopped-by-policy',
  ],
  [
    'on-crash, a crash, and yet down',
    { KeepAlive: keepAlive('Crashed', true) },
    { runs: 1, exit: CRASHED },
    'failing',
  ],
  ['always, and yet down', { KeepAlive: true }, { runs: 1, exit: exit(0) }, 'failing'],
  ['at load, and never started', { KeepAlive: true }, {}, 'failing'],
  [
    'a run_while whose condition cannot be looked at',
    { RunAtLoad: false, KeepAlive: dict([['PathState', dict([['/x', false]])]]) },
    { runs: 1, exit: exit(1) },
    'stopped-by-policy',
  ],
  [
    'an end for a reason of launchd’s',
    onSuccess,
    { runs: 1, exit: 'last exit reason = OS_REASON_CODESIGNING' },
    'stopped-by-policy',
  ],
];

describe('a verdict', () => {
  it.each(VERDICTS)('%s', (_name, keys, moment, verdict) => {
    expect(statusOf(job('web', keys), {}, { ...IDLE, ...moment }).verdict).toBe(verdict);
  });

  it('says pended when launchd has put the start off', () => {
    const status = statusOf(
      job('web', { KeepAlive: true }),
      {},
      IDLE,
      '\tpended nondemand spawn = speculative\n',
    );
    expect(status.verdict).toBe('pended');
    expect(status.next).toContain('reconcile start web');
  });

  it('puts unknown, disabled, held and not loaded before all else', () => {
    const web = job('web');
    expect(statusOf(web, { garbled: true, override: true })).toMatchObject({
      verdict: 'unknown',
      loaded: null,
      stale: null,
      state: null,
      pid: null,
      runs: null,
    });
    expect(statusOf(web, { override: true, entry: { held: true } })).toMatchObject({
      verdict: 'disabled',
      enabled: false,
    });
    expect(statusOf(web, { loaded: null, entry: { held: true } })).toMatchObject({
      verdict: 'held',
      enabled: true,
    });
    expect(statusOf(web, { loaded: null })).toMatchObject({
      verdict: 'not-loaded',
      loaded: false,
      state: null,
      pid: null,
      runs: null,
    });
  });
});

describe('a status', () => {
  const web = job('web', onFailure);
  const old = plistOf(web.label, { RunAtLoad: true });

  it('tells the runs, the last exit and nothing to do of a job that is fine', () => {
    const moment: Moment = { state: 'running', pid: 412, runs: 3, exit: KILLED };
    expect(statusOf(web, {}, moment)).toEqual({
      instance: 'web',
      label: web.label,
      domain: 'gui/501',
      plist: 'ok',
      loaded: true,
      stale: false,
      enabled: true,
      state: 'running',
      pid: 412,
      runs: 3,
      lastExit: { signal: 9, name: 'SIGKILL' },
      verdict: 'running',
      health: null,
      next: '',
    });
  });

  it('holds the plist against the declaration, and what is loaded against the plist', () => {
    expect(statusOf(web, { file: null, loaded: null }).plist).toBe('missing');
    expect(statusOf(web, { file: old, loaded: old })).toMatchObject({ plist: 'differs', stale: false });
    expect(statusOf(web, { loaded: old })).toMatchObject({ plist: 'ok', stale: true });
    expect(statusOf(web, { applied: null })).toMatchObject({ plist: 'foreign' });
    expect(statusOf(web, { symlink: true })).toMatchObject({ plist: 'foreign' });
    expect(statusOf(web, { text: 'nonsense', loaded: null })).toMatchObject({ plist: 'invalid' });
    expect(statusOf(web, { loaded: old }).next).toContain('reconcile apply');
  });

  it('says what to do about each that is not fine', () => {
    const texts = [
      statusOf(web, { garbled: true }),
      statusOf(web, { override: true }),
      statusOf(web, { entry: { held: true } }),
      statusOf(web, { loaded: null }),
      statusOf(web, {}, { ...IDLE, state: 'spawn scheduled', runs: 7, exit: exit(78) }),
      statusOf(web, {}, { ...IDLE, state: 'spawn scheduled', runs: 1, exit: exit(78) }),
      statusOf(web, {}, { ...IDLE, runs: 1, exit: exit(0) }),
    ].map(({ next }) => next);
    expect(texts.every((next) => /[.]$/.test(next))).toBe(true);
    expect(texts[4]).toContain('started 7 times');
    expect(texts[4]).toContain('EX_CONFIG');
    expect(texts[5]).toContain('10 s');
    expect(texts[5]).toContain('reconcile explain 78');
    expect(texts[6]).toContain('its policy leaves it down');
  });

  it('knows who disabled a job, and how to undo it', () => {
    const by = (scene: Scene): string => statusOf(web, { ...scene, override: true }).next;
    expect(by({ loaded: null, entry: { held: true, disabled: true } })).toBe(
      'It was stopped with `reconcile stop --disable`; run `reconcile start web`.',
    );
    expect(by({ loaded: null, entry: { held: true } })).toBe(
      'It was stopped with `reconcile stop`, and disabled outside; `reconcile start web` undoes both.',
    );
    expect(by({})).toContain('disabled outside. Run `reconcile start web`');
    expect(by({ loaded: null, entry: { disabled: true } })).toContain('Run `reconcile apply` to enable it.');
  });

  it('tells how a held job is taken up as the file says by now', () => {
    const next = (entry: Scene['entry']): string =>
      statusOf(web, { file: old, loaded: null, ...(entry === undefined ? {} : { entry }) }).next;
    expect(next({ held: true })).toBe(
      'It was stopped with `reconcile stop`, and the file says something else by now: `reconcile apply --release-held --target web` takes it up as the file says.',
    );
    const gaveUp = { at: '', after: 1, within: 60, exits: [{ code: 1 }], seconds: 0 };
    expect(next({ held: true, gaveUp })).toMatch(
      /^It was given up after 1 bad end, with exit code 1, and the file says something else by now/,
    );
  });

  it('does not advise to start what is not installed', () => {
    const { next } = statusOf(web, { override: true, file: null, loaded: null, applied: null });
    expect(next).toBe('It was disabled outside. Declare `enabled: true` to undo that.');
  });

  it('does not advise to apply what apply would refuse, but says why it would', () => {
    const refused = 'is a symbolic link, and launchd wants a file of its owner’s';
    expect(statusOf(web, { symlink: true }).next).toContain(refused);
    expect(statusOf(web, { symlink: true, loaded: null }).next).toContain(refused);
    expect(statusOf(web, { applied: null }).next).toBe('Run `reconcile apply --adopt` to manage it.');
  });

  it('does not advise to start what is not ours', () => {
    const theirs: Scene = { file: null, applied: null, loadedFrom: '/elsewhere/web.plist' };
    const adopt = 'Run `reconcile apply --adopt` to manage it.';
    expect(statusOf(web, { ...theirs, pid: null })).toMatchObject({ verdict: 'failing', next: adopt });
    expect(statusOf(web, theirs)).toMatchObject({ verdict: 'running', next: adopt });
    expect(statusOf(web, { applied: null }, { ...IDLE, runs: 1, exit: exit(0) })).toMatchObject({
      verdict: 'stopped-by-policy',
      next: adopt,
    });
  });

  it('does not send to a plan that has nothing to tell, of an outside change that is left alone', () => {
    const lenient = job('web', onFailure, { ignoreChanges: ['ThrottleInterval'] });
    const edited = plistOf(web.label, { ...onFailure, RunAtLoad: true, ThrottleInterval: 99 });
    const status = statusOf(lenient, { file: edited, loaded: lenient.plist });
    expect(status).toMatchObject({ verdict: 'running', plist: 'ok', stale: true });
    expect(status.next).toBe(
      'That is left alone (`ignore_changes`); `reconcile apply --replace web` loads the file.',
    );
  });

  it('leaves to the other fields what differs, and says only what to do', () => {
    const next = 'See `reconcile plan`, then run `reconcile apply`.';
    const running: Moment = { ...IDLE, state: 'running', pid: 412 };
    expect(statusOf(web, { file: old, loaded: old }, running)).toMatchObject({ plist: 'differs', next });
    expect(statusOf(web, { loaded: old })).toMatchObject({ verdict: 'running', stale: true, next });
  });

  it('covers owned jobs that are no longer declared, and leaves out excluded ones', () => {
    const world: World = worldOf(job('gone'), {}, EMPTY_WORLD);
    const away = job('away', {}, { excluded: true });
    const observed = observeWorld(world, [away]);
    const statuses = judgeStatus([away], observed, planChanges([away], observed, OPTIONS));
    expect(statuses).toMatchObject([{ instance: 'gone', plist: 'ok', loaded: true, verdict: 'running' }]);
  });
});
