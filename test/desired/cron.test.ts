import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CalendarTime, MAX_ENTRIES, readCron } from '../../src/desired/cron.ts';

function timesOf(text: string): readonly CalendarTime[] {
  const reading = readCron(text);
  if (!reading.ok) throw new Error(JSON.stringify(reading.problems));
  return reading.times;
}

describe('readCron', () => {
  it.each<[string, readonly CalendarTime[]]>([
    [
      '30 3 * * 1-2',
      [
        { weekday: 1, hour: 3, minute: 30 },
        { weekday: 2, hour: 3, minute: 30 },
      ],
    ],
    [
      '0 */12 * * *',
      [
        { hour: 0, minute: 0 },
        { hour: 12, minute: 0 },
      ],
    ],
    ['*/30 * * * *', [{ minute: 0 }, { minute: 30 }]],
    ['* 4 * * *', [{ hour: 4 }]],
    [
      '0 0 1,15 * *',
      [
        { day: 1, hour: 0, minute: 0 },
        { day: 15, hour: 0, minute: 0 },
      ],
    ],
    [
      '0 0 13 * fri',
      [
        { day: 13, hour: 0, minute: 0 },
        { weekday: 5, hour: 0, minute: 0 },
      ],
    ],
    [
      '0 0 * Jan,DEC *',
      [
        { month: 1, hour: 0, minute: 0 },
        { month: 12, hour: 0, minute: 0 },
      ],
    ],
    ['0 0 * * 7', [{ weekday: 0, hour: 0, minute: 0 }]],
    [
      '0 0 * * sat-sun',
      [
        { weekday: 0, hour: 0, minute: 0 },
        { weekday: 6, hour: 0, minute: 0 },
      ],
    ],
    ['0-59 0-23 1-31 1-12 0-6', []],
    ['0 0 1-31 * 1', [{ hour: 0, minute: 0 }]],
    ['0 0 1-31 * */2', [0, 2, 4, 6].map((weekday) => ({ weekday, hour: 0, minute: 0 }))],
    ['0 0 * * 1-7', [{ hour: 0, minute: 0 }]],
    ['10-30/10 5 * * *', [10, 20, 30].map((minute) => ({ hour: 5, minute }))],
    ['5,5,5 1 * * *', [{ hour: 1, minute: 5 }]],
    ['@hourly', [{ minute: 0 }]],
    ['@daily', [{ hour: 0, minute: 0 }]],
    ['@midnight', [{ hour: 0, minute: 0 }]],
    ['@weekly', [{ weekday: 0, hour: 0, minute: 0 }]],
    ['@monthly', [{ day: 1, hour: 0, minute: 0 }]],
    ['@yearly', [{ month: 1, day: 1, hour: 0, minute: 0 }]],
    ['@annually', [{ month: 1, day: 1, hour: 0, minute: 0 }]],
  ])('reads %s', (text, times) => {
    if (times.length > 0) expect(timesOf(text)).toEqual(times);
    else expect(readCron(text)).toMatchObject({ ok: false, problems: [{ code: 'schedule/every-minute' }] });
  });

  it.each<[string, string, number, number, RegExp]>([
    ['* * * * *', 'schedule/every-minute', 0, 9, /every: 1m/],
    ['*/1 * * * *', 'schedule/every-minute', 0, 11, /every: 1m/],
    ['@reboot', 'schedule/cron', 0, 7, /at_load: true/],
    ['@every 5m', 'schedule/cron', 0, 6, /every: 15m/],
    ['@dayly', 'schedule/cron', 0, 6, /@daily/],
    ['0 30 3 * * 1', 'schedule/cron', 0, 12, /no seconds/],
    ['30 3', 'schedule/cron', 0, 4, /30 3 \* \* 1-5/],
    ['', 'schedule/cron', 0, 0, /30 3/],
    ['0 0 L * *', 'schedule/cron', 4, 1, /every day that may fit/],
    ['0 0 15W * *', 'schedule/cron', 4, 3, /every day that may fit/],
    ['0 0 * * 5#3', 'schedule/cron', 8, 3, /every day that may fit/],
    ['0 0 ? * 1', 'schedule/cron', 4, 1, /Write `\*`/],
    ['H 0 * * *', 'schedule/cron', 0, 1, /Choose a minute/],
    ['0~30 0 * * *', 'schedule/cron', 0, 4, /Choose a minute/],
    ['60 0 * * *', 'schedule/cron', 0, 2, /0 to 59/],
    ['0 24 * * *', 'schedule/cron', 2, 2, /0 to 23/],
    ['0 0 0 * *', 'schedule/cron', 4, 1, /1 to 31/],
    ['0 0 * 13 *', 'schedule/cron', 6, 2, /1 to 12 or jan to dec/],
    ['0 0 * * 8', 'schedule/cron', 8, 1, /0 to 7 or sun to sat/],
    ['0 0 * * monday', 'schedule/cron', 8, 6, /`mon`/],
    ['0 0 * * 1,,2', 'schedule/cron', 10, 1, /A,B/],
    ['0 1,2,x * * *', 'schedule/cron', 6, 1, /0 to 23/],
    ['30-10 * * * *', 'schedule/cron', 0, 5, /30-59,0-10/],
    ['0 0 * * fri-mon', 'schedule/cron', 8, 7, /fri-sat,sun-mon/],
    ['5/15 * * * *', 'schedule/cron', 0, 4, /5-59\/15/],
    ['*/0 * * * *', 'schedule/cron', 0, 3, /\*\/N/],
    ['*/x * * * *', 'schedule/cron', 0, 3, /\*\/N/],
    ['0 0 */2 * 1', 'schedule/inexact', 4, 3, /list/],
    ['0 0 1 * */2', 'schedule/inexact', 8, 3, /list/],
    ['*/5 */2 * * 1-5', 'schedule/too-many', 0, 15, /every: 5m/],
  ])('refuses %j', (text, code, offset, length, hint) => {
    const reading = readCron(text);
    if (reading.ok) throw new Error('was read');
    expect(reading.problems).toHaveLength(1);
    expect(reading.problems[0]).toMatchObject({ code, offset, length });
    expect(reading.problems[0]?.hint).toMatch(hint);
  });

  it('tells of every field that is wrong', () => {
    const reading = readCron('60 24 0 13 8');
    expect(reading.ok ? [] : reading.problems.map(({ offset }) => offset)).toEqual([0, 3, 6, 8, 11]);
  });

  it('never gives more than the limit', () => {
    expect(timesOf('*/6 */2 * * *')).toHaveLength(120);
    expect(MAX_ENTRIES).toBe(200);
  });
});

/** Cron's own rule, minute by minute and field by field, on the text alone. */
function naiveCron(
  text: string,
): (month: number, day: number, weekday: number, hour: number, minute: number) => boolean {
  const [minutes = '', hours = '', days = '', months = '', weekdays = ''] = text.split(' ');
  const fits = (field: string, value: number, min: number, max: number): boolean =>
    field.split(',').some((item) => {
      const [range = '', step = '1'] = item.split('/');
      const [from, to] = range === '*' ? [min, max] : [range.split('-')[0], range.split('-')[1] ?? range];
      return value >= Number(from) && value <= Number(to) && (value - Number(from)) % Number(step) === 0;
    });
  // Asked once a value, since a year has half a million minutes.
  const table = (field: string, min: number, max: number): boolean[] =>
    Array.from({ length: max + 1 }, (_, value) => fits(field, value, min, max));
  const [minute, hour, day, month, weekday] = [
    table(minutes, 0, 59),
    table(hours, 0, 23),
    table(days, 1, 31),
    table(months, 1, 12),
    table(weekdays, 0, 7),
  ];
  return (m, d, w, h, min) => {
    if (!month[m] || !hour[h] || !minute[min]) return false;
    const byDay = day[d] === true;
    const byWeekday = weekday[w] === true || (w === 0 && weekday[7] === true);
    return days.startsWith('*') || weekdays.startsWith('*') ? byDay && byWeekday : byDay || byWeekday;
  };
}

/** A field of cron, sometimes a star, with every form in it. */
function field(min: number, max: number): fc.Arbitrary<string> {
  const number = fc.integer({ min, max });
  const range = fc.tuple(number, number).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
  const step = fc
    .tuple(fc.oneof(range, fc.constant('*')), fc.integer({ min: 1, max: max + 1 }))
    .map(([r, s]) => `${r}/${s}`);
  const item = fc.oneof(
    { weight: 3, arbitrary: number.map(String) },
    range,
    step,
    fc.constant(`${min}-${max}`),
  );
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant('*') },
    { weight: 3, arbitrary: fc.array(item, { minLength: 1, maxLength: 3 }).map((items) => items.join(',')) },
  );
}

describe('the entries of a schedule', () => {
  /** A leap year, so that the 29th of February counts. */
  const days: { month: number; day: number; weekday: number }[] = [];
  for (let at = Date.UTC(2028, 0, 1); at < Date.UTC(2029, 0, 1); at += 86_400_000) {
    const date = new Date(at);
    days.push({ month: date.getUTCMonth() + 1, day: date.getUTCDate(), weekday: date.getUTCDay() });
  }

  it('fire in the very minutes of a year in which cron does', () => {
    let read = 0;
    fc.assert(
      fc.property(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7), (...fields) => {
        const text = fields.join(' ');
        const reading = readCron(text);
        if (!reading.ok) {
          expect(reading.problems.map(({ code }) => code)).not.toContain('schedule/cron');
          return;
        }
        read += 1;
        expect(reading.times.length).toBeLessThanOrEqual(MAX_ENTRIES);
        expect(reading.times.every((time) => time.day === undefined || time.weekday === undefined)).toBe(
          true,
        );
        const cron = naiveCron(text);
        for (const { month, day, weekday } of days) {
          const today = reading.times.filter(
            (time) =>
              (time.month ?? month) === month &&
              (time.day ?? day) === day &&
              (time.weekday ?? weekday) === weekday,
          );
          const fires = new Set<number>();
          for (const time of today)
            for (let hour = time.hour ?? 0; hour <= (time.hour ?? 23); hour += 1)
              for (let minute = time.minute ?? 0; minute <= (time.minute ?? 59); minute += 1)
                fires.add(hour * 60 + minute);
          const expected = minutesOf(cron, month, day, weekday);
          if (fires.size !== expected.length || expected.some((minute) => !fires.has(minute)))
            expect({ text, month, day, fires: [...fires] }).toEqual({ text, month, day, fires: expected });
        }
      }),
      { numRuns: 60 },
    );
    expect(read).toBeGreaterThan(10);
  });

  function minutesOf(
    cron: ReturnType<typeof naiveCron>,
    month: number,
    day: number,
    weekday: number,
  ): number[] {
    const fires: number[] = [];
    for (let minute = 0; minute < 1440; minute += 1)
      if (cron(month, day, weekday, Math.floor(minute / 60), minute % 60)) fires.push(minute);
    return fires;
  }
});
