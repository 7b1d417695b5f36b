import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarWords, formatSeconds, joinWords } from '../../src/launchd/time-words.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';

type Entry = Record<string, PlistValue>;
const words = (...entries: readonly Entry[]) =>
  calendarWords(entries.map((entry) => dict(Object.entries(entry))));
const at = (hour: number, minute: number, more: Entry = {}): Entry => ({
  Hour: hour,
  Minute: minute,
  ...more,
});

describe('formatSeconds', () => {
  it.each([
    [0, '0 s'],
    [5, '5 s'],
    [60, '1 min'],
    [90, '1 min 30 s'],
    [900, '15 min'],
    [5400, '1 h 30 min'],
    [86_400, '1 d'],
    [90_061, '1 d 1 h 1 min 1 s'],
  ])('%d is %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});

describe('calendarWords', () => {
  it.each<[readonly Entry[], string]>([
    [[at(3, 30)], '03:30'],
    [[at(3, 30, { Weekday: 1 })], '03:30 on Mon'],
    [[1, 2, 3, 4, 5].map((Weekday) => at(3, 30, { Weekday })), '03:30 on Mon-Fri'],
    [[6, 7].map((Weekday) => at(10, 0, { Weekday })), '10:00 on Sat and Sun'],
    [[0, 6].map((Weekday) => at(10, 0, { Weekday })), '10:00 on Sat and Sun'],
    [[at(0, 0), at(12, 0)], '00:00 and 12:00'],
    [[0, 15, 30, 45].map((Minute) => ({ Minute })), 'every hour at minute 0, 15, 30 and 45'],
    [[{ Minute: 5 }], 'every hour at minute 5'],
    [[{ Hour: 3 }], 'every minute from 03:00 to 03:59'],
    [[{}], 'every minute'],
    [[{ Weekday: 1 }], 'every minute on Mon'],
    [[at(9, 0, { Day: 1 })], '09:00 on day 1'],
    [[1, 2, 3, 15].map((Day) => at(9, 0, { Day })), '09:00 on day 1-3 and 15'],
    [[at(9, 0, { Day: 1, Weekday: 1 })], '09:00 on day 1 or Mon'],
    [[at(9, 0, { Day: 1, Month: 12 })], '09:00 on day 1 in Dec'],
    [[1, 2, 3].map((Month) => at(9, 0, { Day: 1, Month })), '09:00 on day 1 in Jan-Mar'],
    [[at(9, 0, { Day: 1, Weekday: 1 }), at(9, 0, { Weekday: 1 })], '09:00 on Mon; 09:00 on day 1 or Mon'],
    [[at(9, 0, { Weekday: 1 }), at(10, 0, { Weekday: 2 })], '09:00 on Mon; 10:00 on Tue'],
    [
      [1, 2].flatMap((Weekday) => [at(8, 0, { Weekday }), at(20, 0, { Weekday })]),
      '08:00 and 20:00 on Mon and Tue',
    ],
    [
      [1, 2, 3, 4, 5].map((Weekday) => at(Weekday, 0, { Weekday })),
      '01:00 on Mon; 02:00 on Tue; 03:00 on Wed; and 2 more times',
    ],
  ])('%j', (entries, text) => {
    expect(words(...entries)).toBe(text);
  });

  it('reads a single entry as the list of it', () => {
    expect(calendarWords(dict([['Minute', 5]]))).toBe('every hour at minute 5');
  });

  it('has no words for what is not a time', () => {
    expect(words({ Hour: 24 })).toBeNull();
    expect(words({ Hour: '3' })).toBeNull();
    expect(words()).toBeNull();
    expect(calendarWords('03:30')).toBeNull();
  });

  it('does not depend on the order of the entries', () => {
    const entry = fc.record(
      { Hour: fc.nat(23), Minute: fc.nat(59), Weekday: fc.nat(7), Day: fc.integer({ min: 1, max: 31 }) },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), (entries) => {
        expect(words(...entries.toReversed())).toBe(words(...entries));
      }),
    );
  });
});

describe('joinWords', () => {
  it('joins', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((list) => joinWords(list))).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
    expect(joinWords(['a', 'b'], 'or')).toBe('a or b');
  });
});
