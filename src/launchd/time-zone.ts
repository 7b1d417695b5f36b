import type { TimeZone } from './calendar.ts';

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'second'] as const;

/** A zone by its name in the tz database, such as `Europe/Berlin`. Throws a RangeError when there is none of that name. */
export function zoneNamed(name: string): TimeZone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    calendar: 'gregory',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return {
    offset(instant) {
      const shown = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
      const [year = 0, month = 1, ...rest] = PARTS.map((part) => shown.get(part));
      const wall = Date.UTC(year, month - 1, ...(rest.map((value) => value ?? 0) as [number]));
      return (wall - Math.floor(instant / 1000) * 1000) / 60_000;
    },
  };
}
