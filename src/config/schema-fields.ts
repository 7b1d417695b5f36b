import * as z from 'zod/mini';
import type { PlistDict } from '../model/plist.ts';
import type { Problem } from './collector.ts';
import type { InstanceFields } from './instance.ts';
import { labelProblem } from './names.ts';
import { giveUpSchema } from './schema-give-up.ts';
import { healthcheckSchema, staleSchema } from './schema-health.ts';
import {
  type About,
  about,
  between,
  type DeepReadonly,
  filled,
  filledList,
  flag,
  rule,
  type Same,
  seconds,
  text,
} from './schema-parts.ts';
import { restartSchema } from './schema-restart.ts';
import { envFileSchema, restartOnSchema, secretsSchema } from './schema-secrets.ts';
import { startSchema } from './schema-start.ts';
import { shorten } from './shorten.ts';
import { didYouMean } from './suggest.ts';

const LIMITS: readonly string[] = [
  'core',
  'cpu',
  'data',
  'file_size',
  'locked_memory',
  'open_files',
  'processes',
  'resident_memory',
  'stack',
];

function limitProblem(name: string): Problem | null {
  if (LIMITS.includes(name)) return null;
  const all = LIMITS.map((limit) => `\`${limit}\``).join(', ');
  return {
    code: 'field/unknown',
    message: `There is no limit \`${name}\`.`,
    hint: didYouMean(name, LIMITS).hint ?? `The limits are ${all}.`,
  };
}

const limitValue = (entry: About) => between(0, Number.MAX_SAFE_INTEGER, entry);
const limits = z
  .record(
    z.string().check(rule(limitProblem)),
    z
      .strictObject({
        soft: z.exactOptional(limitValue({ description: 'The limit in force.' })),
        hard: z.exactOptional(limitValue({ description: 'How far it may be raised.' })),
      })
      .register(about, {
        description: 'A number is both, or one of each.',
        words: 'a whole number, or a map of `soft` and `hard`',
        short: ['soft', 'hard'],
      }),
  )
  .register(about, {
    id: 'limits',
    description: `Resource limits: ${LIMITS.map((name) => `\`${name}\``).join(', ')}.`,
    plist: 'SoftResourceLimits, HardResourceLimits',
    example: 'limits: {open_files: 4096, processes: {soft: 512, hard: 1024}}',
    words: 'a map such as `{open_files: 4096}`',
    nullRemoves: true,
    json: { propertyNames: { enum: LIMITS } },
  });

const umask = z
  .string()
  .check(
    rule((value: string) =>
      /^0*[0-7]{1,3}$/.test(value)
        ? null
        : {
            code: 'umask/invalid',
            message: `\`${shorten(value)}\` is not a umask of octal digits up to 777.`,
            hint: 'Write `umask: "022"`.',
          },
    ),
  )
  .register(about, {
    description: 'Permissions that new files do not get, in octal digits, in quotes.',
    plist: 'Umask',
    example: 'umask: "077"',
    words: 'octal digits in quotes, such as `"022"`',
    json: { pattern: '^0*[0-7]{1,3}$' },
  });

const plistDict = (json: NonNullable<About['json']>, entry: About) =>
  z.custom<PlistDict>().register(about, { words: 'a map of launchd.plist(5) keys', ...entry, json });

/** The codes themselves are not known here; the JSON Schema is given them. */
const ruleCode = z
  .string()
  .check(rule(ruleCodeProblem))
  .register(about, { description: '', json: { $ref: '#/definitions/rule' } });

/** What `audit` is not to tell, of one job or of all. */
export const auditSchema: z.ZodMiniType<{ readonly ignore: readonly string[] }> = z
  .strictObject({
    ignore: z.array(ruleCode).register(about, {
      description: 'Codes of rules that do not count here; `text/*` stands for an area.',
      example: 'ignore: [run/shell-command]',
    }),
  })
  .register(about, {
    description: 'What `reconcile audit` is not to tell.',
    example: 'audit: {ignore: [run/shell-command, "text/*"]}',
    words: 'a map such as `{ignore: [run/shell-command]}`',
  });

function ruleCodeProblem(code: string): { code: string; message: string; hint: string } | null {
  if (/^[a-z-]+\/(?:[a-z-]+|\*)$/.test(code)) return null;
  return {
    code: 'audit/code',
    message: `\`${code}\` is no code of a rule.`,
    hint: '`reconcile audit --rules` lists them; `text/*` stands for an area.',
  };
}

/** The fields of an instance, a template and `defaults`; the member order is that of the reference page. */
const shape = {
  label: z.exactOptional(
    z
      .string()
      .check(rule(labelProblem))
      .register(about, {
        description: 'The name of the job in launchd. Default: `<label_prefix>.<instance>`.',
        plist: 'Label',
        example: 'label: com.example.backup',
        json: { pattern: '^[^\\s/]+$' },
      }),
  ),
  description: z.exactOptional(
    text({
      description: 'A comment in the plist; changing it alone is no change.',
      example: 'description: Copies the photos to the other disk',
    }),
  ),
  domain: z.exactOptional(
    z.enum(['gui', 'user', 'system', 'all-users']).register(about, {
      description:
        'Where it lives: an agent of the login session (`gui`, the default), an agent without one (`user`), a daemon (`system`), or an agent for all users (`all-users`).',
      plist: 'LimitLoadToSessionType',
      example: 'domain: system',
      values: {
        gui: 'An agent of your login session, in ~/Library/LaunchAgents. The default.',
        user: 'An agent without a login session; it is not loaded again after a reboot.',
        system: 'A daemon of the machine, in /Library/LaunchDaemons; needs root.',
        'all-users': 'An agent of everyone who logs in, in /Library/LaunchAgents; needs root.',
      },
    }),
  ),
  enabled: z.exactOptional(
    flag({
      description:
        'Unset: a `launchctl disable` from outside is respected. `true`: it is undone. `false`: the plist is written, the job kept out of launchd.',
      example: 'enabled: true',
    }),
  ),
  command: z.exactOptional(
    z.union([filled({ description: '' }), z.array(z.string()).check(z.minLength(1))]).register(about, {
      description: 'What to run: a list of words, or a text that is split into words. No shell runs.',
      plist: 'ProgramArguments',
      example: 'command: [/opt/homebrew/bin/node, server.js]',
      words: 'a text, or a list of words',
    }),
  ),
  program: z.exactOptional(
    filled({
      description: 'The executable. With `command`, that is its argument list, argv[0] included.',
      plist: 'Program',
      example: 'program: /usr/local/bin/node_exporter',
    }),
  ),
  script: z.exactOptional(
    filled({
      description: 'Text run by `/bin/sh -c`, as it stands.',
      plist: 'ProgramArguments',
      example: 'script: |\n  date >> ~/log\n  exec sync-photos',
    }),
  ),
  working_dir: z.exactOptional(
    filled({
      description: 'The folder that it runs in.',
      plist: 'WorkingDirectory',
      example: 'working_dir: ~/.lima/default',
    }),
  ),
  environment: z.exactOptional(
    z
      .record(
        z.string().check(
          rule((name: string) =>
            name === '' || name.includes('=')
              ? {
                  code: 'environment/name',
                  message: `"${name}" cannot name an environment variable.`,
                  hint: 'A name is not empty and holds no `=`.',
                }
              : null,
          ),
        ),
        text({ description: 'Its value; numbers as written.', words: 'text', asWritten: 'numbers' }),
      )
      .register(about, {
        description: 'Environment variables. Numbers are taken as written; booleans and null are errors.',
        plist: 'EnvironmentVariables',
        example: 'environment: {LANG: en_GB.UTF-8, PORT: 8080}',
        words: 'a map such as `{PORT: 8080}`',
      }),
  ),
  path: z.exactOptional(
    filledList({
      description: "Folders put before launchd's own PATH.",
      plist: 'EnvironmentVariables.PATH',
      example: 'path: [/opt/homebrew/bin]',
    }),
  ),
  env_file: z.exactOptional(envFileSchema),
  secrets: z.exactOptional(secretsSchema),
  stdin: z.exactOptional(
    filled({ description: 'File to read from.', plist: 'StandardInPath', example: 'stdin: /dev/null' }),
  ),
  stdout: z.exactOptional(
    filled({
      description:
        'File that its output goes to; a relative one lies in `working_dir`, or beside this file where there is none.',
      plist: 'StandardOutPath',
      example: 'stdout: ~/Library/Logs/backup.log',
    }),
  ),
  stderr: z.exactOptional(
    filled({
      description:
        'File that its errors go to; a relative one lies in `working_dir`, or beside this file where there is none.',
      plist: 'StandardErrorPath',
      example: 'stderr: ~/Library/Logs/backup.err.log',
    }),
  ),
  logs: z.exactOptional(
    flag({
      description: 'Log to `~/Library/Logs/<label>/out.log` and `err.log`.',
      plist: 'StandardOutPath, StandardErrorPath',
      example: 'logs: true',
    }),
  ),
  user: z.exactOptional(
    filled({ description: 'User to run as; `system` only.', plist: 'UserName', example: 'user: _exporter' }),
  ),
  group: z.exactOptional(
    filled({ description: 'Group to run as; `system` only.', plist: 'GroupName', example: 'group: staff' }),
  ),
  umask: z.exactOptional(umask),
  start: z.exactOptional(startSchema),
  restart: z.exactOptional(restartSchema),
  restart_on: z.exactOptional(restartOnSchema),
  stop_timeout: z.exactOptional(
    seconds({
      description: 'From SIGTERM to SIGKILL when it is stopped.',
      plist: 'ExitTimeOut',
      example: 'stop_timeout: 30s',
      alternatives: ['10s', '2m'],
    }),
  ),
  process_type: z.exactOptional(
    z.enum(['background', 'standard', 'adaptive', 'interactive']).register(about, {
      description: 'How much of the machine it may claim.',
      plist: 'ProcessType',
      example: 'process_type: background',
      values: {
        background: 'Work that nobody waits for: less processor and disk.',
        standard: 'What launchd takes when nothing is said.',
        adaptive: 'Background, until something that the user waits for talks to it by XPC.',
        interactive: 'As much as an app: for what the user waits for.',
      },
    }),
  ),
  nice: z.exactOptional(
    between(-20, 20, {
      description: 'Scheduling priority; higher is kinder to others.',
      plist: 'Nice',
      example: 'nice: 10',
    }),
  ),
  low_priority_io: z.exactOptional(
    flag({
      description: 'Disk access after others.',
      plist: 'LowPriorityIO',
      example: 'low_priority_io: true',
    }),
  ),
  limits: z.exactOptional(limits),
  session_types: z.exactOptional(
    z
      .array(z.enum(['aqua', 'background', 'loginwindow', 'standardio', 'system']))
      .check(z.minLength(1))
      .register(about, {
        description: 'Sessions that an agent is loaded into.',
        plist: 'LimitLoadToSessionType',
        example: 'session_types: [aqua, background]',
      }),
  ),
  depends_on: z.exactOptional(
    z.array(z.string()).register(about, {
      description: 'Instances that are applied before this one. launchd itself knows no order.',
      example: 'depends_on: [database]',
    }),
  ),
  ignore_changes: z.exactOptional(
    z.array(z.string()).register(about, {
      description: 'launchd keys whose outside changes are left alone.',
      example: 'ignore_changes: [EnvironmentVariables]',
    }),
  ),
  managed_by: z.exactOptional(
    z.enum(['reconcile', 'other']).register(about, {
      description:
        'Who writes the plist. `other`: another program does; it is compared and audited, never written. Default: `reconcile`.',
      example: 'managed_by: other',
      values: {
        reconcile: 'reconcile writes the plist. The default.',
        other: 'Another program writes it: it is compared and audited, never written.',
      },
    }),
  ),
  healthcheck: z.exactOptional(healthcheckSchema),
  stale: z.exactOptional(staleSchema),
  give_up: z.exactOptional(giveUpSchema),
  audit: z.exactOptional(auditSchema),
  launchd: z.exactOptional(
    // The JSON Schema is given its keys, which are not known in this room.
    plistDict(
      { $ref: '#/definitions/launchd' },
      {
        description:
          'Any key of launchd.plist(5) but Label, merged last, value as it stands. A key that a field above writes too is an error.',
        example: 'launchd: {SoftResourceLimits: {NumberOfFiles: 4096}}',
      },
    ),
  ),
  launchd_unchecked: z.exactOptional(
    plistDict(
      { type: 'object' },
      {
        description:
          'Keys written as they stand, unchecked: those that the manual does not name, and values that it does not allow.',
        example: 'launchd_unchecked: {SomePrivateKey: true}',
      },
    ),
  ),
};

const fields = z.strictObject(shape);
true satisfies Same<DeepReadonly<z.output<typeof fields>>, InstanceFields>;

/** The fields of an instance, a template and `defaults`. */
export const fieldShape: Readonly<Record<keyof InstanceFields, z.core.$ZodType>> = shape;

/** All of them, read. */
export const fieldsSchema: z.ZodMiniType<InstanceFields> = fields;
