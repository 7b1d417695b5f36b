import * as z from 'zod/mini';
import { fileSchema } from './schema.ts';
import { type About, about } from './schema-parts.ts';

type Json = Readonly<Record<string, unknown>>;

/** A text with `${…}`, whose value is known only later. */
const INTERPOLATED: Json = { type: 'string', pattern: '\\$\\{' };

/**
 * The JSON Schema of the file, draft 7, as editors want it: it refuses what can be seen without knowing the host, and lets
 * `${…}` stand wherever text may. `version` is not required, since included files have none.
 */
export function configJsonSchema(): object {
  const raw = z.toJSONSchema(fileSchema, {
    target: 'draft-7',
    io: 'input',
    metadata: about,
    unrepresentable: 'any',
  }) as Json;
  const { $schema, definitions, ...file } = raw;
  const { required: _required, description, ...rest } = refine(file);
  return {
    $schema,
    title: 'reconcile: jobs for launchd',
    description,
    ...rest,
    definitions: mapValues(definitions, refine),
  };
}

/** What zod made of a schema, with what `About` says worked in, from the leaves up. */
function refine(json: Json): Json {
  const {
    description,
    plist,
    example,
    words,
    short,
    asWritten,
    nullRemoves,
    json: own,
    id,
    ...made
  } = json as Json & Partial<About>;
  void [example, words, id];
  const inner = {
    ...made,
    ...(isRecord(made['items']) ? { items: refine(made['items']) } : {}),
    ...(isRecord(made['properties']) ? { properties: refineMembers(made) } : {}),
    ...(isRecord(made['additionalProperties'])
      ? { additionalProperties: refineMember(made['additionalProperties'], nullRemoves === true) }
      : {}),
    ...(Array.isArray(made['anyOf']) ? { anyOf: made['anyOf'].map(refine) } : {}),
    ...(Array.isArray(made['allOf']) ? { allOf: made['allOf'].map(refine) } : {}),
  } as Json;
  return {
    ...(description ? { description: plist ? `${description} Writes ${plist}.` : description } : {}),
    ...withText(withShortForm(writtenAs(own?.['anyOf'] ? own : { ...inner, ...own }, asWritten), short)),
  };
}

function writtenAs(json: Json, asWritten: About['asWritten']): Json {
  if (asWritten === undefined) return json;
  return { type: asWritten === 'scalars' ? ['string', 'number', 'boolean'] : ['string', 'number'] };
}

/** The short form stands beside the map that it is short for. */
function withShortForm(json: Json, short: About['short']): Json {
  const properties = json['properties'];
  if (short === undefined || !isRecord(properties)) return json;
  return { anyOf: [...optionsOf(properties[short[0] ?? '']).filter((option) => !isNull(option)), json] };
}

/** A text that must look a certain way may also be one that is not known yet. */
function withText(json: Json): Json {
  const isJudged = json['type'] === 'string' && (json['enum'] !== undefined || json['pattern'] !== undefined);
  return isJudged ? { anyOf: [json, INTERPOLATED] } : json;
}

/** Every field that may be left out may be null, which restores the built-in default. */
function refineMembers(object: Json): Json {
  const required = (object['required'] ?? []) as readonly string[];
  return mapValues(object['properties'], (member, name) => refineMember(member, !required.includes(name)));
}

function refineMember(json: Json, mayBeNull: boolean): Json {
  const { description, ...rest } = refine(json);
  const options = mayBeNull ? { anyOf: [...optionsOf(rest), { type: 'null' }] } : rest;
  return description === undefined ? options : { description, ...options };
}

/** What an `anyOf` offers, or the schema itself as the only option. */
function optionsOf(json: unknown): readonly unknown[] {
  if (!isRecord(json)) return [];
  const { description: _description, anyOf, ...rest } = json;
  return Array.isArray(anyOf) && Object.keys(rest).length === 0 ? anyOf : [json];
}

function isNull(json: unknown): boolean {
  return isRecord(json) && json['type'] === 'null';
}

function mapValues(record: unknown, change: (value: Json, key: string) => Json): Json {
  if (!isRecord(record)) return {};
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, isRecord(value) ? change(value, key) : value]),
  );
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
