import { parse } from 'yaml';

/** What the JSON Schema tells people and offers them, beside what it asks of a value. */

type Json = Readonly<Record<string, unknown>>;

/** In plain text, and as Markdown where that differs; with the keys of launchd.plist(5) that are written. */
export function descriptionWords(description: string | undefined, plist: string | undefined): Json {
  if (description === undefined || description === '') return {};
  const keys = plist === undefined ? [] : plist.split(', ');
  const writes = (words: readonly string[]) =>
    words.length === 0 ? description : `${description} Writes ${words.join(', ')}.`;
  const markdown = writes(keys.map((key) => `\`${key}\``));
  return {
    description: writes(keys),
    ...(markdown.includes('`') ? { markdownDescription: markdown } : {}),
  };
}

/**
 * Values to begin with, from the example of a field (`every: 15m`). Editors offer texts, numbers and plain lists as they
 * are; maps, lists of maps and texts of several lines need a name there. A word out of a few, true and false are offered
 * anyway, and of a map with known members the members; what holds `${` would be a placeholder of the editor's own.
 */
export function offeredValues(
  example: string | undefined,
  alternatives: readonly string[] | undefined,
  made: Json,
): Json {
  if (example === undefined || example.includes('${') || hasOffers(made)) return {};
  const value: unknown = Object.values(parse(example))[0];
  if (typeof value === 'boolean') return {};
  if (typeof value === 'string' && value.includes('\n')) {
    const [label = ''] = value.split('\n');
    return { defaultSnippets: [{ label, body: `|\n  ${value.trimEnd().replaceAll('\n', '\n  ')}` }] };
  }
  const isNested = Array.isArray(value) ? value.some(isMap) : isMap(value);
  if (!isNested) return { examples: [value, ...(alternatives ?? [])] };
  return { defaultSnippets: [{ label: example.replace(/^\w+: /, ''), body: value }] };
}

const hasOffers = (made: Json): boolean =>
  ['enum', 'const', 'properties', '$ref'].some((name) => made[name] !== undefined);

const isMap = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const TELLING = ['title', 'description', 'markdownDescription', 'examples', 'defaultSnippets'];

/** What a schema tells people, and what it asks of a value. */
export function splitWords(json: Json): readonly [told: Json, asked: Json] {
  const entries = Object.entries(json);
  return [
    Object.fromEntries(entries.filter(([name]) => TELLING.includes(name))),
    Object.fromEntries(entries.filter(([name]) => !TELLING.includes(name))),
  ];
}
