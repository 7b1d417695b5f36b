import * as z from 'zod/mini';
import type { InstanceFields } from './instance.ts';
import { type About, about, type DeepReadonly, type Same, seconds } from './schema-parts.ts';

const conditions = (entry: About) =>
  z.record(z.string(), z.boolean()).register(about, { ...entry, nullRemoves: true });

const restart = z
  .strictObject({
    policy: z.exactOptional(
      z.enum(['always', 'on-failure', 'on-success', 'on-crash', 'never']).register(about, {
        description:
          'After which exits launchd starts the job again. Default: `on-failure` for a job started at load, `never` for a triggered one.',
        plist: 'KeepAlive',
        example: 'policy: on-failure',
        values: {
          always: 'Restarts whatever the exit.',
          'on-failure': 'Restarts after a failure or any signal; stays down after exit 0.',
          'on-success': 'Restarts after exit 0; stays down after a failure or a signal.',
          'on-crash': 'Restarts after a crash signal only, such as SEGV or ABRT.',
          never: 'Stays down whatever the exit.',
        },
      }),
    ),
    throttle: z.exactOptional(
      seconds({
        description: 'Least time from one start to the next.',
        plist: 'ThrottleInterval',
        example: 'throttle: 30s',
        alternatives: ['10s', '5m'],
      }),
    ),
    run_while: z.exactOptional(
      z
        .strictObject({
          paths: z.exactOptional(
            conditions({
              description: 'Path → `true`: run while it exists; `false`: while it is missing.',
              plist: 'KeepAlive.PathState',
              example: 'paths: {/etc/app.conf: true}',
            }),
          ),
          loaded: z.exactOptional(
            conditions({
              description: 'Label → `true`: run while that job is loaded; `false`: while it is not.',
              plist: 'KeepAlive.OtherJobEnabled',
              example: 'loaded: {com.example.db: true}',
            }),
          ),
        })
        .register(about, {
          description: 'Run while these hold, instead of a policy.',
          plist: 'KeepAlive',
          words: 'a map such as `{paths: {/etc/app.conf: true}}`',
        }),
    ),
  })
  .register(about, {
    id: 'restart',
    description: 'A policy alone, or a map of policy and throttle, or `run_while` alone.',
    words: 'one of `always`, `on-failure`, `on-success`, `on-crash`, `never`, or a map',
    example: 'restart: on-failure',
    short: ['policy'],
  });

true satisfies Same<DeepReadonly<z.output<typeof restart>>, NonNullable<InstanceFields['restart']>>;

/** `restart:` of an instance; a policy alone is its short form. */
export const restartSchema: z.ZodMiniType<NonNullable<InstanceFields['restart']>> = restart;
