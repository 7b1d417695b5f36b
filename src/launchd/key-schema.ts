import { statusHint } from './check-shape.ts';
import { KEY_NOTES } from './key-notes.ts';
import type { KeySpec, KeyType, Shape } from './key-spec.ts';
import { KEY_TABLE } from './key-table.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * The JSON Schema (draft 7) of a map of the keys of launchd.plist(5) and no others, made from the key table: types, ranges,
 * words, and what is known of each key as its description, with `markdownDescription` and `deprecationMessage` for editors.
 * The Label has a field of its own. Keys that launchd ignores are refused with the reason.
 */
export function keySchema(): Json {
  return { ...dictionary(KEY_TABLE.filter(({ name }) => name !== 'Label')), title: 'launchd.plist(5)' };
}

function dictionary(specs: readonly KeySpec[], parent = ''): Json {
  const members = specs
    .filter(({ documented }) => documented)
    .map((spec) => [spec.name, schemaOf(spec, parent + spec.name)]);
  return { type: 'object', properties: Object.fromEntries(members), additionalProperties: false };
}

function schemaOf(spec: KeySpec, path: string): Json {
  const description = [
    spec.summary,
    ...(spec.byDefault === null ? [] : [`Default: ${spec.byDefault}.`]),
    ...(spec.scope === 'both' ? [] : [spec.scope === 'agent' ? 'Agents only.' : 'Daemons only.']),
    ...(spec.since === null ? [] : [`Since macOS ${spec.since}.`]),
  ].join(' ');
  const notes = KEY_NOTES.get(path) ?? [];
  const told = {
    title: path,
    description,
    ...(notes.length === 0
      ? {}
      : { markdownDescription: [description, '', ...notes.map((note) => `- ${note}`)].join('\n') }),
  };
  const standing = STANDING[spec.status];
  if (standing === undefined) return { ...told, ...shapeSchema(spec, `${path}.`) };
  const deprecationMessage = `${spec.name} ${standing.words}. ${statusHint(spec)}`;
  return standing.refused
    ? { ...told, deprecationMessage, not: {} }
    : { ...told, deprecationMessage, ...shapeSchema(spec, `${path}.`) };
}

/** Those that are errors and those that are warnings in `reconcile validate`. */
const STANDING: Readonly<Partial<Record<KeySpec['status'], { words: string; refused: boolean }>>> = {
  unsupported: { words: 'does nothing: launchd ignores it today', refused: true },
  'not-for-file-plists': { words: 'works only for jobs that an app registers itself', refused: true },
  deprecated: { words: 'is deprecated', refused: false },
  discouraged: { words: 'is best avoided', refused: false },
  legacy: { words: 'is best avoided', refused: false },
};

/** One schema a type, since a word or a range speaks of its type alone. */
function shapeSchema(shape: Shape, prefix: string): Json {
  const alternatives = shape.types.map((type) => typeSchema(type, shape, prefix));
  return alternatives.length === 1 ? (alternatives[0] ?? {}) : { anyOf: alternatives };
}

function typeSchema(type: KeyType, shape: Shape, prefix: string): Json {
  switch (type) {
    case 'string':
      // `${…}` is judged when its value is known.
      return shape.oneOf === undefined
        ? { type }
        : {
            anyOf: [
              { type, enum: shape.oneOf },
              { type, pattern: '\\$\\{' },
            ],
          };
    case 'boolean':
      return { type };
    case 'integer':
      return {
        type,
        ...(shape.min === undefined ? {} : { minimum: shape.min }),
        ...(shape.max === undefined ? {} : { maximum: shape.max }),
      };
    case 'array':
      return { type, ...(shape.items === undefined ? {} : { items: shapeSchema(shape.items, prefix) }) };
    case 'dict':
      if (shape.values !== undefined)
        return { type: 'object', additionalProperties: shapeSchema(shape.values, prefix) };
      return shape.members === undefined ? { type: 'object' } : dictionary(shape.members, prefix);
    case 'data':
      // YAML's `!!binary`, which JSON has no type for.
      return {};
  }
}
