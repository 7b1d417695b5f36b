import * as z from 'zod/mini';
import type { InstanceFields } from './instance.ts';
import { about, between, type DeepReadonly, filledList, flag, type Same, seconds } from './schema-parts.ts';

const calendarField = (minimum: number, maximum: number, description: string) =>
  z.union([between(minimum, maximum, { description }), z.literal('*')]).register(about, {
    description,
    words: `a whole number from ${minimum} to ${maximum}, or "*"`,
  });

const calendarEntry = z
  .strictObject({
    minute: z.exactOptional(calendarField(0, 59, 'Minute of the hour, or `"*"` for each one.')),
    hour: z.exactOptional(calendarField(0, 23, 'Hour of the day.')),
    day: z.exactOptional(calendarField(1, 31, 'Day of the month.')),
    weekday: z.exactOptional(calendarField(0, 7, 'Day of the week; 0 and 7 are Sunday.')),
    month: z.exactOptional(calendarField(1, 12, 'Month of the year.')),
  })
  .register(about, {
    description: 'A field that is left out matches every value, so `minute` is always written.',
    words: 'a map such as `{hour: 3, minute: 30}`',
    json: { required: ['minute'] },
  });

const start = z
  .strictObject({
    at_load: z.exactOptional(
      flag({
        description: 'Start when the job is loaded. Default: true, unless another trigger is given.',
        plist: 'RunAtLoad',
        example: 'at_load: true',
      }),
    ),
    every: z.exactOptional(
      seconds({
        description: 'Start again and again, this long from one start to the next.',
        plist: 'StartInterval',
        example: 'every: 15m',
        alternatives: ['1h', '1d'],
      }),
    ),
    schedule: z.exactOptional(
      z.union([z.string(), z.array(calendarEntry).check(z.minLength(1))]).register(about, {
        description: 'When to start: cron words (five fields or `@daily`), or a list of calendar entries.',
        plist: 'StartCalendarInterval',
        example: 'schedule: "30 3 * * 1-5"',
        alternatives: ['0 9 * * *', '@hourly', '@daily', '@weekly'],
        words: 'cron words such as `"30 3 * * 1-5"`, or a list such as `[{hour: 3, minute: 30}]`',
      }),
    ),
    watch: z.exactOptional(
      filledList({
        description: 'Start when one of these paths changes.',
        plist: 'WatchPaths',
        example: 'watch: [~/inbox]',
      }),
    ),
    queue: z.exactOptional(
      filledList({
        description: 'Start as long as one of these folders holds something.',
        plist: 'QueueDirectories',
        example: 'queue: [~/spool]',
      }),
    ),
    on_mount: z.exactOptional(
      flag({
        description: 'Start whenever a volume is mounted.',
        plist: 'StartOnMount',
        example: 'on_mount: true',
      }),
    ),
  })
  .register(about, {
    id: 'start',
    description: 'What starts the job.',
    words: 'a map such as `{every: 15m}`',
  });

true satisfies Same<DeepReadonly<z.output<typeof start>>, NonNullable<InstanceFields['start']>>;

/** `start:` of an instance. */
export const startSchema: z.ZodMiniType<NonNullable<InstanceFields['start']>> = start;
