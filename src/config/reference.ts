import type * as z from 'zod/mini';
import { expected } from './expected.ts';
import { fileShape, instanceSchema } from './schema.ts';
import { about } from './schema-parts.ts';

interface Row {
  /** `restart.throttle` */
  readonly field: string;
  readonly takes: string;
  readonly meaning: string;
  readonly plist: string;
  readonly example: string;
  /** What each of its words means. */
  readonly values: Readonly<Record<string, string>>;
}

/** The reference page of the file, in Markdown; docs/reference.md is kept equal to it by a test. */
export function configReference(): string {
  const sections = [
    '# Reference of the file',
    'Made from the schema that checks the file; `reconcile schema` prints the same as JSON Schema for editors.',
    'Every field may be `null`, which restores its built-in default. `${…}` stands for a value in every text but `script`.',
    '## The whole file',
    ...rowsOf({ ...fileShape }).map(entry),
    '## An instance',
    'Templates and `defaults` take the same fields but `template`.',
    ...rowsOf(shapeOf(instanceSchema) ?? {}).map(entry),
  ];
  return `${sections.join('\n\n')}\n`;
}

function entry({ field, takes, meaning, plist, example, values }: Row): string {
  const facts = [`Takes ${takes}.`, plist === '' ? '' : `Writes ${plist}.`].filter((fact) => fact !== '');
  const code = example === '' ? '' : `\n\n\`\`\`yaml\n${example}\n\`\`\``;
  const words = Object.entries(values).map(([word, means]) => `\n- \`${word}\`: ${means}`);
  const list = words.length === 0 ? '' : `\n${words.join('')}`;
  return `### \`${field}\`\n\n${meaning}\n\n${facts.join(' ')}${list}${code}`;
}

function rowsOf(shape: Readonly<Record<string, z.core.$ZodType>>, prefix = ''): Row[] {
  return Object.entries(shape).flatMap(([name, member]) => {
    const schema = unwrap(member);
    const field = prefix + name;
    const known = about.get(schema);
    const row: Row = {
      field,
      takes: expected(schema),
      meaning: FIELDS_OF_LAYERS[field] ?? known?.description ?? '',
      plist: known?.plist ?? '',
      example: known?.example ?? '',
      values: known?.values ?? {},
    };
    const inner = field in FIELDS_OF_LAYERS ? undefined : shapeOf(schema);
    return [row, ...(inner === undefined ? [] : rowsOf(inner, `${field}.`))];
  });
}

/** Maps of fields, which have a part of the page to themselves. */
const FIELDS_OF_LAYERS: Readonly<Record<string, string>> = {
  defaults: 'Fields under every instance.',
};

function shapeOf(schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'object' ? def.shape : undefined;
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'optional' ? unwrap(def.innerType) : schema;
}
