import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextFiring, type TimeZone } from '../../src/launchd/calendar.ts';
import { type CalendarEntry, readCalendarEntries } from '../../src/launchd/calendar-entry.ts';
import { zoneNamed } from '../../src/launchd/time-zone.ts';
import { dict } from '../../src/model/plist.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const ANY: CalendarEntry = { minute: null, hour: null, day: null, month: null, weekday: null };

/** Every firing of the walk over [from, to): looks at each minute, and remembers what clocks have shown. */
function walk(entries: readonly CalendarEntry[], from: number, to: number, zone: TimeZone): number[] {
  const firings: number[] = [];
  let shownBefore = Number.NEGATIVE_INFINITY;
  let last: number | null = null;
  for (let instant = from - DAY; instant < to; instant += MINUTE) {
    const wall = instant + zone.offset(instant) * MINUTE;
    const jump: number = last === null ? MINUTE : wall - last;
    const isAgain = wall <= shownBefore && shownBefore - wall < 3 * HOUR;
    const fires = entries.some((entry) => {
      const isFixed = entry.hour !== null && entry.minute !== null;
      if (fits(entry, wall)) return !(isFixed && isAgain);
      if (!isFixed || last === null || jump <= MINUTE || jump - MINUTE > 3 * HOUR) return false;
      for (let skipped = last + MINUTE; skipped < wall; skipped += MINUTE)
        if (fits(entry, skipped)) return true;
      return false;
    });
    // A jump back by more than three hours puts clocks right, and what they showed before counts no more.
    shownBefore = jump < -3 * HOUR ? wall : Math.max(shownBefore, wall);
    last = wall;
    if (fires && instant >= from) firings.push(instant);
  }
  return firings;
}

function fits(entry: CalendarEntry, wall: number): boolean {
  const date = new Date(wall);
  if (entry.minute !== null && entry.minute !== date.getUTCMinutes()) return false;
  if (entry.hour !== null && entry.hour !== date.getUTCHours()) return false;
  if (entry.month !== null && entry.month !== date.getUTCMonth() + 1) return false;
  if (entry.day !== null && entry.weekday !== null)
    return entry.day === date.getUTCDate() || entry.weekday === date.getUTCDay();
  if (entry.day !== null) return entry.day === date.getUTCDate();
  return entry.weekday === null || entry.weekday === date.getUTCDay();
}

function allFirings(entries: readonly CalendarEntry[], from: number, to: number, zone: TimeZone): number[] {
  const firings: number[] = [];
  let next = nextFiring(entries, from - 1, zone);
  while (next !== null && next < to) {
    firings.push(next);
    next = nextFiring(entries, next, zone);
  }
  return firings;
}

/** The name of a zone, and a day (UTC) around which something happens there. */
const PLACES = [
  ['UTC', '2026-02-28'],
  ['America/New_York', '2026-03-08'],
  ['America/New_York', '2026-11-01'],
  ['Europe/Berlin', '2026-03-29'],
  ['Europe/Berlin', '2026-10-25'],
  ['Europe/London', '2028-02-29'],
  ['Asia/Kathmandu', '2026-12-31'],
  // Half an hour, at two o'clock.
  ['Australia/Lord_Howe', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  // Midnight does not exist.
  ['America/Sao_Paulo', '2018-11-04'],
  ['America/Sao_Paulo', '2018-02-18'],
  // One minute past midnight.
  ['America/St_Johns', '2010-03-14'],
  ['America/St_Johns', '2010-11-07'],
  ['Africa/Casablanca', '2026-02-15'],
  ['Africa/Casablanca', '2026-03-22'],
  // A whole day was left out.
  ['Pacific/Apia', '2011-12-30'],
] as const;

const field = (most: number, least = 0): fc.Arbitrary<number | null> =>
  fc.oneof(fc.constant(null), fc.integer({ min: least, max: most }));

const entry: fc.Arbitrary<CalendarEntry> = fc.record({
  minute: field(59),
  // Most seasons change at night.
  hour: fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 23 })),
  day: field(31, 1),
  month: field(12, 1),
  weekday: field(6),
});

describe('nextFiring', () => {
  it.each(PLACES)('fires as a walk over every minute says: %s around %s', (name, date) => {
    const zone = cached(zoneNamed(name));
    const middle = Date.parse(`${date}T00:00:00Z`);
    const entries = fc.array(entry, { minLength: 1, maxLength: 3 });
    const span = fc.record({
      from: fc.integer({ min: -2 * 1440, max: 1440 }),
      hours: fc.integer({ min: 1, max: 40 }),
    });
    fc.assert(
      fc.property(entries, span, (schedule, { from, hours }) => {
        const start = middle + from * MINUTE;
        const end = start + hours * HOUR;
        expect(allFirings(schedule, start, end, zone)).toEqual(walk(schedule, start, end, zone));
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [
      'a fixed time in the gap fires right after it',
      { hour: 2, minute: 30 },
      '2026-03-28',
      '2026-03-29T03:00+02:00',
    ],
    [
      'and on the next day at its own time',
      { hour: 2, minute: 30 },
      '2026-03-29T04:00+02:00',
      '2026-03-30T02:30+02:00',
    ],
    [
      'every hour at minute 30 skips the gap',
      { minute: 30 },
      '2026-03-29T01:30+01:00',
      '2026-03-29T03:30+02:00',
    ],
    [
      'every minute of an hour that is skipped: not that day',
      { hour: 2 },
      '2026-03-29T00:00Z',
      '2026-03-30T02:00+02:00',
    ],
    [
      'a fixed time that comes twice fires the first time',
      { hour: 2, minute: 30 },
      '2026-10-25T00:00Z',
      '2026-10-25T02:30+02:00',
    ],
    ['and only then', { hour: 2, minute: 30 }, '2026-10-25T02:30+02:00', '2026-10-26T02:30+01:00'],
    [
      'every hour at minute 30 fires in both',
      { minute: 30 },
      '2026-10-25T02:30+02:00',
      '2026-10-25T02:30+01:00',
    ],
  ] as const)('in Berlin: %s', (_name, fields, after, expected) => {
    const start = Date.parse(after.length === 10 ? `${after}T12:00Z` : after);
    const next = nextFiring([{ ...ANY, ...fields }], start, zoneNamed('Europe/Berlin'));
    expect(next).toBe(Date.parse(expected));
  });

  it.each([
    ['29 February', { day: 29, month: 2, hour: 0, minute: 0 }, '2097-01-01', '2104-02-29T00:00Z'],
    ['30 February never', { day: 30, month: 2 }, '2026-01-01', null],
    [
      'a day or a weekday',
      { day: 13, weekday: 5, hour: 0, minute: 0 },
      '2026-05-08T00:00Z',
      '2026-05-13T00:00Z',
    ],
    ['the next minute, not this one', {}, '2026-05-08T10:00Z', '2026-05-08T10:01Z'],
    ['the next minute, though only a second away', {}, '2026-05-08T10:00:59Z', '2026-05-08T10:01Z'],
  ] as const)('%s', (_name, fields, after, expected) => {
    const next = nextFiring([{ ...ANY, ...fields }], Date.parse(after), zoneNamed('UTC'));
    expect(next).toBe(expected === null ? null : Date.parse(expected));
  });

  it('without a schedule never fires', () => {
    expect(nextFiring([], 0, zoneNamed('UTC'))).toBeNull();
  });
});

describe('readCalendarEntries', () => {
  it('takes one dictionary or several; 7 is Sunday', () => {
    expect(readCalendarEntries(dict([['Weekday', 7]]))).toEqual([{ ...ANY, weekday: 0 }]);
    expect(readCalendarEntries([dict([]), 'no schedule', dict([['Hour', 4]])])).toEqual([
      ANY,
      { ...ANY, hour: 4 },
    ]);
  });

  it('counts negative values and wrong types as absent', () => {
    expect(
      readCalendarEntries(
        dict([
          ['Hour', -1],
          ['Minute', '5'],
          ['Day', 3],
        ]),
      ),
    ).toEqual([{ ...ANY, day: 3 }]);
    expect(readCalendarEntries('daily')).toEqual([]);
    expect(readCalendarEntries(undefined)).toEqual([]);
  });

  it.each([
    ['Minute', 60],
    ['Hour', 24],
    ['Day', 0],
    ['Day', 32],
    ['Month', 0],
    ['Month', 13],
    ['Weekday', 8],
  ])('%s %i fits no time', (key, value) => {
    expect(readCalendarEntries(dict([[key, value]]))).toEqual([]);
  });
});

/** Intl is slow where every minute is asked again and again. */
function cached(zone: TimeZone): TimeZone {
  const known = new Map<number, number>();
  return {
    offset(instant) {
      const found = known.get(instant) ?? zone.offset(instant);
      known.set(instant, found);
      return found;
    },
  };
}
