import * as z from 'zod/mini';
import { labelPrefixProblem, labelProblem, nameProblem, stackProblem } from './names.ts';
import { auditSchema, fieldShape } from './schema-fields.ts';
import { type OnEventFields, onEventSchema } from './schema-on-event.ts';
import { about, filled, oneOrMany, rule, text } from './schema-parts.ts';
import { suggest } from './suggest.ts';

type Schema = z.core.$ZodType<unknown>;

/** What `when:` says: one or several patterns a key. */
export interface When {
  readonly host?: string | readonly string[];
  readonly user?: string | readonly string[];
  readonly os?: string | readonly string[];
  readonly arch?: string | readonly string[];
}

/** A word of a list, or a glob over it. */
const oneOf = (words: readonly string[], foreign: Readonly<Record<string, string>>): z.ZodMiniType<string> =>
  z.string().check(
    rule((value: string) => {
      if (words.includes(value) || /[*?[]/.test(value)) return null;
      const all = words.map((word) => `\`${word}\``).join(' or ');
      const meant = Object.hasOwn(foreign, value) ? foreign[value] : suggest(value, words);
      return {
        code: 'when/value',
        message: `\`${value}\` must be ${all}.`,
        ...(meant == null ? {} : { hint: `Did you mean \`${meant}\`?` }),
      };
    }),
  );

export const whenSchema: z.ZodMiniType<When> = z
  .strictObject({
    host: z.exactOptional(
      oneOrMany(() => z.string(), {
        description: 'Short host name, or a glob, or a list of them.',
        example: 'host: "studio*"',
        words: 'a host name or a list of them',
      }),
    ),
    user: z.exactOptional(
      oneOrMany(() => z.string(), {
        description: 'User name, or a glob, or a list of them.',
        example: 'user: [me, admin]',
        words: 'a user name or a list of them',
      }),
    ),
    os: z.exactOptional(
      oneOrMany(() => oneOf(['macos', 'linux'], { darwin: 'macos', osx: 'macos', mac: 'macos' }), {
        description: 'Operating system.',
        example: 'os: macos',
      }),
    ),
    arch: z.exactOptional(
      oneOrMany(() => oneOf(['arm64', 'x86_64'], { aarch64: 'arm64', amd64: 'x86_64', x64: 'x86_64' }), {
        description: 'Processor.',
        example: 'arch: arm64',
      }),
    ),
  })
  .register(about, {
    id: 'when',
    description:
      'Where it is wanted: every key must match, one item of a list is enough. An excluded instance is left alone.',
    example: 'when: {os: macos, host: [studio, "lab-*"]}',
    words: 'a map such as `{os: macos}`',
  });

/** A template, and `defaults`. */
export const layerSchema: Schema = z
  .strictObject({ when: z.exactOptional(whenSchema), ...fieldShape })
  .register(about, {
    id: 'layer',
    description: 'Fields for instances to build on.',
    words: 'a map of fields',
  });

/** The names after `template:`. */
export const templateSchema: z.ZodMiniType<string | readonly string[]> = oneOrMany(() => z.string(), {
  description: 'A template, or a list of them; the later ones win.',
  example: 'template: lima',
  words: 'the name of a template or a list of them',
});

/** An instance. */
export const instanceSchema: Schema = z.strictObject({
  template: z.exactOptional(templateSchema),
  when: z.exactOptional(whenSchema),
  ...fieldShape,
});

/** What an editor offers below `instances:`; `${1:…}` are places that it goes to. */
const FIRST_INSTANCES: readonly object[] = [
  {
    label: 'a job that keeps running',
    body: { '${1:name}': { command: '${2:/path/to/program}', restart: '${3:on-failure}', logs: true } },
  },
  {
    label: 'a job at times of the calendar',
    body: { '${1:name}': { command: '${2:/path/to/program}', start: { schedule: '"${3:30 3 * * *}"' } } },
  },
  {
    label: 'a job every so often',
    body: { '${1:name}': { command: '${2:/path/to/program}', start: { every: '${3:15m}' } } },
  },
];

const shape = {
  version: z.literal(1).register(about, {
    description: 'Version of this format. Required in the root file.',
    example: 'version: 1',
    words: '`1`',
  }),
  name: z.exactOptional(
    z.string().check(rule(stackProblem)).register(about, {
      description: 'The stack that owns these jobs. Default: `default`.',
      example: 'name: dotfiles',
    }),
  ),
  label_prefix: z.exactOptional(
    z.string().check(rule(labelPrefixProblem)).register(about, {
      description: 'What default labels start with. Default: `local.<name>`.',
      example: 'label_prefix: com.example',
    }),
  ),
  vars: z.exactOptional(
    z
      .record(
        z.string(),
        text({ description: 'Its text.', words: 'text, a number or a boolean', asWritten: 'scalars' }),
      )
      .register(about, {
        description: 'Values for `${vars.NAME}`.',
        example: 'vars: {brew: /opt/homebrew}',
        words: 'a map such as `{brew: /opt/homebrew}`',
      }),
  ),
  include: z.exactOptional(
    z.array(filled({ description: '' })).register(about, {
      description:
        'Files merged before this one, in this order. A glob stands for its files in byte order; a `?` at the end: may be absent.',
      example: 'include: [jobs/*.yaml, "hosts/${host}.yaml?"]',
    }),
  ),
  defaults: z.exactOptional(layerSchema),
  templates: z.exactOptional(
    z.record(z.string().check(rule(nameProblem)), layerSchema).register(about, {
      description: 'Named sets of fields that instances build on.',
      words: 'a map of templates',
      json: { propertyNames: { title: 'name' } },
    }),
  ),
  instances: z.exactOptional(
    z.record(z.string().check(rule(nameProblem)), instanceSchema).register(about, {
      description: 'The jobs, by name.',
      words: 'a map of instances',
      json: { propertyNames: { title: 'name' }, defaultSnippets: FIRST_INSTANCES },
    }),
  ),
  audit: z.exactOptional(auditSchema),
  on_event: z.exactOptional(onEventSchema),
  moved: z.exactOptional(
    z
      .array(
        z.strictObject({
          from: z
            .string()
            .check(rule(labelProblem))
            .register(about, { description: 'The label that the job had.' }),
          to: z.string().register(about, { description: 'The instance that it is now.' }),
        }),
      )
      .register(about, {
        description: 'Labels that were renamed, so that the job is moved and not lost.',
        example: 'moved: [{from: com.example.old, to: backup}]',
      }),
  ),
};

interface FileShape {
  readonly version: z.core.$ZodType<1>;
  readonly name: z.core.$ZodType<string>;
  readonly label_prefix: z.core.$ZodType<string>;
  readonly vars: z.core.$ZodType<Readonly<Record<string, string>>>;
  readonly include: z.core.$ZodType<readonly string[]>;
  readonly defaults: Schema;
  readonly templates: Schema;
  readonly instances: Schema;
  readonly audit: z.core.$ZodType<{ readonly ignore: readonly string[] }>;
  readonly on_event: z.core.$ZodType<OnEventFields>;
  readonly moved: z.core.$ZodType<readonly { readonly from: string; readonly to: string }[]>;
}

/** The members of the whole file. */
export const fileShape: FileShape = shape;

/** The whole file. */
export const fileSchema: Schema = z
  .strictObject(shape)
  .register(about, { description: 'The jobs that launchd should have.', words: 'a map' });
