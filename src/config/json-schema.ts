import * as z from 'zod/mini';
import { descriptionWords, offeredValues, splitWords } from './json-schema-words.ts';
import { fileSchema } from './schema.ts';
import { type About, about } from './schema-parts.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the schema speaks of and this room does not know; each a JSON Schema (draft 7). */
export interface Definitions {
  /** The map below `launchd:`. */
  readonly launchd: Json;
  /** A code of a rule of `audit`, or an area of them. */
  readonly rule: Json;
}

/** A text with `${…}`, whose value is known only later. */
const INTERPOLATED: Json = { type: 'string', pattern: '\\$\\{' };

/**
 * The JSON Schema of the file, draft 7, as editors want it: it refuses what can be seen without knowing the host, and lets
 * `${…}` stand wherever text may. `version` is not required, since included files have none. For editors there are also
 * `markdownDescription`, `enumDescriptions`, `defaultSnippets`, `deprecationMessage` and `patternErrorMessage`, which
 * validators pass over.
 */
export function jsonSchemaWith(given: Definitions): object {
  const raw = z.toJSONSchema(fileSchema, {
    target: 'draft-7',
    io: 'input',
    metadata: about,
    unrepresentable: 'any',
  }) as Json;
  const { $schema, definitions, ...file } = raw;
  const { required: _required, ...rest } = refine(file);
  const own = mapValues(definitions, refine);
  const all = { ...own, ...given };
  return {
    $schema,
    title: 'reconcile.yaml',
    ...(forEditors(rest, all) as Json),
    definitions: { ...mapValues(own, (each) => forEditors(each, all)), ...given },
  };
}

/** What zod made of a schema, with what `About` says worked in, from the leaves up. */
function refine(written: Json): Json {
  // zod writes `{allOf: [{$ref}]}` for a definition.
  const json = (Array.isArray(written['allOf']) ? written['allOf'][0] : written) as Json;
  const {
    description,
    plist,
    example,
    alternatives,
    values,
    words,
    short,
    asWritten,
    nullRemoves,
    json: own,
    id,
    ...made
  } = json as Partial<About> & Json;
  void [words, id];
  const inner = {
    ...made,
    ...(isRecord(made['items']) ? { items: refine(made['items']) } : {}),
    ...(isRecord(made['properties']) ? { properties: refineMembers(made) } : {}),
    ...(isRecord(made['additionalProperties'])
      ? { additionalProperties: refineMember(made['additionalProperties'], nullRemoves === true) }
      : {}),
    ...(Array.isArray(made['anyOf']) ? { anyOf: made['anyOf'].map(refine) } : {}),
    ...(values === undefined || !Array.isArray(made['enum'])
      ? {}
      : { enumDescriptions: made['enum'].map((word) => values[word] ?? '') }),
  } as Json;
  return {
    ...descriptionWords(description, plist),
    ...offeredValues(example, alternatives, { ...made, ...own }),
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
  return mapValues(object['properties'], (member, name) => ({
    title: name,
    ...refineMember(member, !required.includes(name)),
  }));
}

/** Described, so that editors do not take it for one more way to say the same. */
const NOTHING: Json = { type: 'null', description: 'Drops what the defaults and templates say.' };

function refineMember(json: Json, mayBeNull: boolean): Json {
  const refined = refine(json);
  const [told, rest] = splitWords(refined);
  return mayBeNull ? { ...told, anyOf: [...optionsOf(rest), NOTHING] } : refined;
}

/** What an `anyOf` offers, or the schema itself as the only option. */
function optionsOf(json: unknown): readonly unknown[] {
  if (!isRecord(json)) return [];
  const [, rest] = splitWords(json);
  return Array.isArray(rest['anyOf']) && Object.keys(rest).length === 1 ? rest['anyOf'] : [rest];
}

/**
 * Editors look no further than the field itself: one whose schema is a definition tells what that tells, and one that takes
 * maps alone says so at once, so that its members are begun on a line of their own.
 */
function forEditors(json: unknown, definitions: Json): unknown {
  if (Array.isArray(json)) return json.map((each) => forEditors(each, definitions));
  if (!isRecord(json)) return json;
  const inner = mapValues(json, (each) => forEditors(each, definitions));
  const options: unknown[] = Array.isArray(json['anyOf']) ? json['anyOf'] : [];
  const targets = options.map((option) =>
    isRecord(option) ? (definitions[referenced(option)] ?? option) : {},
  );
  const isMap = targets.some(isNull) && targets.every((each) => isNull(each) || isObject(each));
  const [first] = options;
  const isDefined = isRecord(first) && referenced(first) !== '' && isRecord(targets[0]);
  const { description, markdownDescription } = isDefined ? (targets[0] as Json) : {};
  return {
    ...(description === undefined ? {} : { description }),
    ...(markdownDescription === undefined ? {} : { markdownDescription }),
    ...(isMap ? { type: ['object', 'null'] } : {}),
    ...inner,
  };
}

/** The definition that a schema is, `''` when it is none. */
function referenced(json: Json): string {
  const ref = json['$ref'];
  return typeof ref === 'string' ? ref.replace('#/definitions/', '') : '';
}

function isNull(json: unknown): boolean {
  return isRecord(json) && json['type'] === 'null';
}

function isObject(json: unknown): boolean {
  return isRecord(json) && json['type'] === 'object';
}

function mapValues(record: unknown, change: (value: Json, key: string) => unknown): Json {
  if (!isRecord(record)) return {};
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key,
      isRecord(value) || Array.isArray(value) ? change(value as Json, key) : value,
    ]),
  );
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
