import * as z from 'zod/mini';
import type { InstanceFields } from './instance.ts';
import {
  about,
  between,
  type DeepReadonly,
  filled,
  filledList,
  rule,
  type Same,
  seconds,
} from './schema-parts.ts';
import { shorten } from './shorten.ts';

/** `host:port`, `[::1]:port`, or a port of this machine. */
export function parseAddress(value: string): { readonly host: string; readonly port: number } | null {
  const match = /^(?:(\[[0-9a-fA-F:.%]+\]|[^\s:[\]/]+):)?(\d{1,5})$/.exec(value);
  if (match === null) return null;
  const port = Number(match[2]);
  if (port < 1 || port > 65_535) return null;
  return { host: (match[1] ?? '127.0.0.1').replace(/^\[|\]$/g, ''), port };
}

const tcp = z
  .string()
  .check(
    rule((value: string) =>
      parseAddress(value) === null
        ? {
            code: 'healthcheck/address',
            message: `\`${shorten(value)}\` is no address to connect to.`,
            hint: 'Write `127.0.0.1:8080`, `[::1]:8080`, or a port from 1 to 65535 alone.',
          }
        : null,
    ),
  )
  .register(about, {
    description: 'Somebody accepts connections there: `host:port`, or a port of this machine.',
    example: 'tcp: 127.0.0.1:8080',
    words: '`host:port`, or a port',
    asWritten: 'numbers',
  });

const url = z
  .string()
  .check(
    rule((value: string) =>
      /^https?:\/\/[^\s/]/.test(value) && URL.canParse(value)
        ? null
        : {
            code: 'healthcheck/url',
            message: `\`${shorten(value)}\` is no address of a web page.`,
            hint: 'Write it in full: `http://127.0.0.1:8080/health`.',
          },
    ),
  )
  .register(about, {
    description: 'Its address, with `http://` or `https://`.',
    example: 'url: http://127.0.0.1:8080/health',
    words: 'an address such as `http://127.0.0.1:8080/health`',
  });

const healthcheck = z
  .strictObject({
    tcp: z.exactOptional(tcp),
    unix_socket: z.exactOptional(
      filled({
        description: 'A socket on which somebody accepts; a relative path lies in `working_dir`.',
        example: 'unix_socket: ~/.lima/default/ha.sock',
      }),
    ),
    http: z.exactOptional(
      z
        .strictObject({
          url,
          status: z.exactOptional(
            z
              .array(between(100, 599, { description: 'A status code.' }))
              .check(z.minLength(1))
              .register(about, {
                description: 'The status codes that are well. Default: 200 to 399.',
              }),
          ),
        })
        .register(about, {
          description:
            'An address that answers with a status from 200 to 399. A redirect is an answer, and is not followed.',
          words: 'an address such as `http://127.0.0.1:8080/health`, or a map of `url` and `status`',
          example: 'http: http://127.0.0.1:8080/health',
          short: ['url'],
        }),
    ),
    command: z.exactOptional(
      z.union([filled({ description: '' }), z.array(z.string()).check(z.minLength(1))]).register(about, {
        description:
          'A command that ends with 0, as the user of the job, in its folder and with its `environment`, but nothing of its `env_file` and `secrets`. No shell runs.',
        example: 'command: [/usr/bin/pg_isready, -q]',
        words: 'a text, or a list of words',
      }),
    ),
    fresh_file: z.exactOptional(
      z
        .strictObject({
          path: filled({
            description: 'The file; a relative path lies in `working_dir`.',
          }),
          within: seconds({ description: 'How old it may be.' }),
        })
        .register(about, {
          description: 'A file that the job writes again and again.',
          words: 'a map such as `{path: ~/alive, within: 10m}`',
          example: 'fresh_file: {path: ~/.cache/sync/last-round, within: 10m}',
        }),
    ),
    interval: z.exactOptional(
      seconds({ description: 'From one look to the next. Default: 30s.', example: 'interval: 10s' }),
    ),
    timeout: z.exactOptional(
      seconds({ description: 'How long an answer may take. Default: 5s.', example: 'timeout: 2s' }),
    ),
    retries: z.exactOptional(
      between(1, 100, {
        description: 'So many failures in a row are unhealthy. Default: 3.',
        example: 'retries: 5',
      }),
    ),
    start_period: z.exactOptional(
      seconds({
        description:
          'After a start failures do not count for so long, until it was healthy once. Default: 10s.',
        example: 'start_period: 1m',
      }),
    ),
    on_unhealthy: z.exactOptional(
      z.enum(['restart', 'report']).register(about, {
        description:
          'What `reconcile watch` does: restart the job, more and more seldom and at most four times an hour, or only tell. Default: `report`.',
        example: 'on_unhealthy: restart',
      }),
    ),
  })
  .register(about, {
    id: 'healthcheck',
    description:
      'How to tell that it works, beyond the fact that it runs. `apply`, `start` and `restart` wait for it, `status` shows it. All that are named must be well.',
    example: 'healthcheck: {tcp: 8080, start_period: 1m, on_unhealthy: restart}',
    words: 'a map such as `{tcp: 8080}`',
  });

true satisfies Same<DeepReadonly<z.output<typeof healthcheck>>, NonNullable<InstanceFields['healthcheck']>>;

/** `healthcheck:` of an instance. */
export const healthcheckSchema: z.ZodMiniType<NonNullable<InstanceFields['healthcheck']>> = healthcheck;

const stale = z
  .strictObject({
    sockets: z.exactOptional(
      filledList({
        description:
          'Sockets that a run which was killed leaves behind; relative paths lie in `working_dir`.',
        example: 'sockets: [ha.sock]',
      }),
    ),
    pid_files: z.exactOptional(
      filledList({
        description: 'Files with the process id of a run; relative paths lie in `working_dir`.',
        example: 'pid_files: [ha.pid]',
      }),
    ),
  })
  .register(about, {
    id: 'stale',
    description:
      'What a dead run leaves behind and the next one stumbles over. It is removed before a start, if the job has no process, nobody answers on the socket, and the process of the file is gone.',
    example: 'stale: {sockets: [ha.sock], pid_files: [ha.pid]}',
    words: 'a map such as `{sockets: [ha.sock]}`',
  });

true satisfies Same<DeepReadonly<z.output<typeof stale>>, NonNullable<InstanceFields['stale']>>;

/** `stale:` of an instance. */
export const staleSchema: z.ZodMiniType<NonNullable<InstanceFields['stale']>> = stale;
