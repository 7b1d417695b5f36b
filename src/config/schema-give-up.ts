import * as z from 'zod/mini';
import type { InstanceFields } from './instance.ts';
import { about, between, type DeepReadonly, type Same, seconds } from './schema-parts.ts';

const giveUp = z
  .strictObject({
    after: z.exactOptional(
      between(1, 100, {
        description:
          'So many bad ends: an exit code other than 0, or a signal other than SIGTERM. Default: 5.',
        example: 'after: 5',
      }),
    ),
    within: z.exactOptional(
      seconds({ description: 'Within this time. Default: 10m.', example: 'within: 10m' }),
    ),
  })
  .register(about, {
    id: 'give_up',
    description:
      'When `reconcile watch` takes a job that crashes over and over out of launchd, which itself never gives up. It is held then, with the reason in `status`, until `restart`.',
    example: 'give_up: {after: 5, within: 10m}',
    words: 'a map such as `{after: 5, within: 10m}`',
  });

true satisfies Same<DeepReadonly<z.output<typeof giveUp>>, NonNullable<InstanceFields['give_up']>>;

/** `give_up:` of an instance. */
export const giveUpSchema: z.ZodMiniType<NonNullable<InstanceFields['give_up']>> = giveUp;
