import type * as z from 'zod/mini';
import { about } from './schema-parts.ts';

/** What a schema takes, in words that fit after "must be". */
export function expected(schema: z.core.$ZodType): string {
  const words = about.get(schema)?.words;
  if (words !== undefined) return words;
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
      return expected(def.innerType);
    case 'string':
      return 'text';
    case 'boolean':
      return '`true` or `false`';
    case 'number':
      return 'a whole number';
    case 'enum':
      return `one of ${Object.values(def.entries)
        .map((value) => `\`${value}\``)
        .join(', ')}`;
    case 'literal':
      return def.values.map((value) => `\`${String(value)}\``).join(' or ');
    case 'array':
      return 'a list';
    case 'union':
      return def.options.map(expected).join(', or ');
    case 'pipe':
      return expected(def.in);
    default:
      return 'a map';
  }
}
