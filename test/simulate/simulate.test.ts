import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BARE_CONDITIONS, restartsAfter } from '../../src/launchd/keep-alive.ts';
import { zoneNamed } from '../../src/launchd/time-zone.ts';
import type { PlistValue } from '../../src/model/plist.ts';
import { MOST_STARTS } from '../../src/simulate/simulate.ts';
import { segmentsOf, type Timeline } from '../../src/simulate/timeline.ts';
import { when } from '../emulator/support.ts';
import { play, scriptOf, startsOf } from './support.ts';

const ENDS = ['0', '1', 'term', 'kill', 'segv', 'abrt'];

// facts §2.5, written out by hand: + restarted, - not; in the order of ENDS.
const TRUTH_TABLE: readonly (readonly [name: string, keepAlive: PlistValue | undefined, row: string])[] = [
  ['absent', undefined, '------'],
  ['false', false, '------'],
  ['{}', when({}), '------'],
  ['true', true, '++++++'],
  ['SuccessfulExit', when({ SuccessfulExit: true }), '+-----'],
  ['not SuccessfulExit', when({ SuccessfulExit: false }), '-+++++'],
  ['Crashed', when({ Crashed: true }), '----++'],
  ['not Crashed', when({ Crashed: false }), '++++--'],
  ['both', when({ SuccessfulExit: true, Crashed: true }), '+---++'],
  ['SuccessfulExit, not Crashed', when({ SuccessfulExit: true, Crashed: false }), '++++--'],
  ['not SuccessfulExit, Crashed', when({ SuccessfulExit: false, Crashed: true }), '-+++++'],
  ['neither', when({ SuccessfulExit: false, Crashed: false }), '++++++'],
  ['PathState', when({ PathState: when({ '/flag': true }) }), '++++++'],
  ['OtherJobEnabled', when({ OtherJobEnabled: when({ 'org.example.other': true }) }), '++++++'],
  ['OtherJobActive', when({ OtherJobActive: when({ 'org.example.other': true }) }), '++++++'],
];

const keysOf = (keepAlive: PlistValue | undefined): Record<string, PlistValue> => ({
  RunAtLoad: true,
  ...(keepAlive === undefined ? {} : { KeepAlive: keepAlive }),
});

describe('a simulated job', () => {
  it.each(TRUTH_TABLE)('KeepAlive %s follows the truth table', (_name, keepAlive, row) => {
    const seen = ENDS.map((end) =>
      startsOf(play(keysOf(keepAlive), `${end}@20s,hang`)).length > 1 ? '+' : '-',
    );
    expect(seen.join('')).toBe(row);
  });

  it('tells each step with its time', () => {
    expect(
      play({ KeepAlive: when({ SuccessfulExit: false }), ThrottleInterval: 5 }, '1,segv@12s,0', 60).events,
    ).toEqual([
      { at: 0, kind: 'start', run: 1, reason: 'speculative' },
      { at: 1000, kind: 'exit', run: 1, exit: { code: 1 } },
      { at: 1000, kind: 'wait', run: 2, until: 5000 },
      { at: 5000, kind: 'start', run: 2, reason: 'semaphore' },
      { at: 17_000, kind: 'exit', run: 2, exit: { signal: 11 } },
      { at: 17_000, kind: 'start', run: 3, reason: 'semaphore' },
      { at: 18_000, kind: 'exit', run: 3, exit: { code: 0 } },
      { at: 18_000, kind: 'down', run: 3 },
    ]);
  });

  it('is down from the beginning when nothing starts it', () => {
    expect(play({}, '0').events).toEqual([{ at: 0, kind: 'down', run: 0 }]);
    expect(play({ KeepAlive: when({ AfterInitialDemand: true }) }, '0').events).toHaveLength(1);
  });

  it('starts by its interval, and misses firings while it runs', () => {
    const { events } = play({ StartInterval: 60 }, '0@90s', 300);
    expect(events.map(({ kind, at }) => `${kind} ${at / 1000}`)).toEqual([
      'down 0',
      'start 60',
      'missed 120',
      'exit 150',
      'down 150',
      'start 180',
      'missed 240',
      'exit 270',
      'down 270',
    ]);
  });

  it('starts by the calendar, in local time, and after a run that lasted beyond it', () => {
    const berlin = { loadedAt: Date.UTC(2026, 2, 28, 23), zone: zoneNamed('Europe/Berlin') };
    const hours = (calendar: Record<string, number>, exits: string) =>
      startsOf(play({ StartCalendarInterval: when(calendar) }, exits, 2 * 86_400, berlin)).map(
        (seconds) => seconds / 3600,
      );
    // Loaded at midnight; two hours later clocks go forward, so that day has 23 hours.
    expect(hours({ Hour: 1, Minute: 30 }, '0')).toEqual([1.5, 24.5]);
    expect(hours({ Hour: 12, Minute: 0 }, '0')).toEqual([11, 35]);
    expect(hours({ Hour: 12, Minute: 0 }, '0@30h,0')).toEqual([11, 41]);
  });

  it('keeps the last run for all that follow', () => {
    const { events } = play({ KeepAlive: true }, '1,0', 60);
    const codes = events.flatMap((event) =>
      event.kind === 'exit' && 'code' in event.exit ? [event.exit.code] : [],
    );
    expect(codes).toEqual([1, 0, 0, 0, 0, 0]);
  });

  it('says what it takes for true of the world', () => {
    const keepAlive = when({
      PathState: when({ '/on': true, '/off': false }),
      OtherJobEnabled: when({ db: true }),
    });
    expect(play({ KeepAlive: keepAlive }, 'hang').assumed).toEqual([
      '/on exists',
      '/off is missing',
      'db is loaded',
    ]);
  });

  it('stops looking after very many starts, and is quick about a month', () => {
    const timeline = play({ KeepAlive: true }, '1', 30 * 86_400);
    expect(startsOf(timeline)).toHaveLength(MOST_STARTS);
    expect(timeline.events.at(-1)).toMatchObject({ kind: 'wait', until: timeline.playedMs });
    expect(timeline.playedMs).toBe(MOST_STARTS * 10_000);
  });
});

describe('whatever the policy, the throttle and the runs', () => {
  const anything = fc.record({
    keepAlive: fc.constantFrom(...TRUTH_TABLE.slice(0, 12).map(([, keepAlive]) => keepAlive)),
    throttle: fc.integer({ min: 1, max: 40 }),
    runs: fc.array(
      fc.tuple(fc.constantFrom(...ENDS), fc.integer({ min: 1, max: 60 })).map(([end, s]) => `${end}@${s}s`),
      { minLength: 1, maxLength: 6 },
    ),
    seconds: fc.integer({ min: 1, max: 1000 }),
  });
  const played = ({
    keepAlive,
    throttle,
    runs,
    seconds,
  }: typeof anything extends fc.Arbitrary<infer T> ? T : never): Timeline =>
    play({ ...keysOf(keepAlive), ThrottleInterval: throttle }, runs.join(','), seconds);

  it('two starts are a throttle apart at least, so there are few enough of them', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const starts = startsOf(played(given));
        for (const [index, start] of starts.slice(1).entries())
          expect(start - (starts[index] ?? 0)).toBeGreaterThanOrEqual(given.throttle);
        expect(starts.length).toBeLessThanOrEqual(Math.floor((given.seconds - 1) / given.throttle) + 1);
      }),
    );
  });

  it('a run is followed by another exactly if the rules say so', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const { events } = played(given);
        const script = scriptOf(given.runs.join(','));
        for (const event of events) {
          if (event.kind === 'exit') {
            expect(event.exit).toEqual((script[event.run - 1] ?? script.at(-1))?.exit);
            const after = events[events.indexOf(event) + 1];
            expect(after?.kind === 'down').toBe(!restartsAfter(given.keepAlive, event.exit, BARE_CONDITIONS));
          }
          if (event.kind === 'down') expect(events.at(-1)).toBe(event);
        }
      }),
    );
  });

  it('the stretches cover the time without a gap, and hold every end', () => {
    fc.assert(
      fc.property(anything, (given) => {
        const timeline = played(given);
        const segments = segmentsOf(timeline);
        let at = 0;
        for (const { from, to } of segments) {
          expect(from).toBe(at);
          at = to;
        }
        expect(at).toBe(timeline.forMs);
        const ends = timeline.events.filter(({ kind }) => kind === 'exit').length;
        expect(segments.filter(({ exit }) => exit !== null)).toHaveLength(ends);
      }),
    );
  });
});
