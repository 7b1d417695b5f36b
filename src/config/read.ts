import * as z from 'zod/mini';
import type { Collector, Problem } from './collector.ts';
import { expected } from './expected.ts';
import {
  FOREIGN_FIELDS,
  FOREIGN_POLICIES,
  FOREIGN_ROOT_WORDS,
  LAUNCHD_KEYS,
  NOT_YET,
} from './foreign-words.ts';
import type { MapNode, Span, YamlNode } from './node.ts';
import { readPlistDict } from './plist-value.ts';
import { about } from './schema-parts.ts';
import { didYouMean, suggest } from './suggest.ts';

/** `undefined`: nothing is there, or it is wrong and was reported. */
type Read = unknown;

/**
 * Reads a node as its schema wants it: the value, with durations in seconds and numbers as written, and null-prototype
 * records. What does not fit is reported at its place and left out. Null members restore the built-in default, so they
 * count as not there. `path` is that of the field in messages: `restart.throttle`, '' for the whole.
 *
 * @param schema a schema of `schema.ts`; lists, maps and unions are walked here, so that every problem has the place of
 * its own node, and each scalar is judged by zod.
 */
export function read<T>(
  schema: z.core.$ZodType<T>,
  node: YamlNode,
  path: string,
  collector: Collector,
): T | undefined {
  return readNode(schema, node, path, collector) as T | undefined;
}

function readNode(schema: z.core.$ZodType, node: YamlNode, path: string, collector: Collector): Read {
  if (node.kind === 'text' && node.opaque === 'broken') return undefined;
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const wrong = (): undefined => {
    collector.report(mismatch(schema, node, path), node.span);
    return undefined;
  };
  switch (def.type) {
    case 'optional':
      return readNode(def.innerType, node, path, collector);
    case 'object':
      return node.kind === 'map' ? readMembers(def.shape, node, path, collector) : wrong();
    case 'record':
      return node.kind === 'map' ? readRecord(schema, node, path, collector) : wrong();
    case 'array': {
      if (node.kind !== 'list') return wrong();
      if (node.items.length === 0 && def.checks?.length) {
        const hint = 'Name one, or write null to take an inherited list away.';
        collector.report({ code: 'field/empty', message: `\`${path}\` is an empty list.`, hint }, node.span);
        return undefined;
      }
      return node.items
        .map((item, index) => readNode(def.element, item, `${path}.${index}`, collector))
        .filter((item) => item !== undefined);
    }
    case 'union': {
      const option = def.options.find((candidate) => accepts(candidate, node));
      return option === undefined ? wrong() : readNode(option, node, path, collector);
    }
    case 'custom':
      return node.kind === 'map' ? readPlistDict(node, path, collector) : wrong();
    default:
      return readScalar(schema, node, path, collector);
  }
}

/** Whether a node is of the kind that a schema takes; whether its value fits is judged afterwards. */
function accepts(schema: z.core.$ZodType, node: YamlNode): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'optional':
      return accepts(def.innerType, node);
    case 'pipe':
      return accepts(def.in, node);
    case 'union':
      return def.options.some((option) => accepts(option, node));
    case 'array':
      return node.kind === 'list';
    case 'number':
      return node.kind === 'integer';
    case 'boolean':
      return node.kind === 'boolean';
    case 'literal':
      return def.values.some((value) => kindOf(value) === node.kind);
    case 'string': {
      const asWritten = about.get(schema)?.asWritten;
      if (node.kind === 'text') return true;
      if (node.kind === 'boolean') return asWritten === 'scalars';
      return asWritten !== undefined && (node.kind === 'integer' || node.kind === 'real');
    }
    case 'enum':
      return node.kind === 'text';
    default:
      return node.kind === 'map';
  }
}

function kindOf(value: unknown): YamlNode['kind'] {
  return typeof value === 'number' ? 'integer' : typeof value === 'boolean' ? 'boolean' : 'text';
}

function readScalar(schema: z.core.$ZodType, node: YamlNode, path: string, collector: Collector): Read {
  if (!accepts(schema, node)) {
    collector.report(mismatch(schema, node, path), node.span);
    return undefined;
  }
  if (node.kind === 'text' && node.opaque !== undefined) return undefined;
  const asText = about.get(schema)?.asWritten !== undefined;
  const result = z.safeParse(schema, scalarValue(node, asText));
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const custom = issue.code === 'custom' ? (issue.params?.['problem'] as Problem | undefined) : undefined;
    collector.report(custom ?? unfitting(schema, node, path), node.span);
  }
  return undefined;
}

function scalarValue(node: YamlNode, asText: boolean): unknown {
  switch (node.kind) {
    case 'text':
      return node.text;
    case 'integer':
      return asText ? node.written : Number(node.value);
    case 'real':
    case 'boolean':
      return asText ? node.written : node.value;
    default:
      return undefined;
  }
}

type Shape = Readonly<Record<string, z.core.$ZodType>>;

function readMembers(shape: Shape, node: MapNode, path: string, collector: Collector): Read {
  reportUnknownKeys(shape, node, path, collector);
  const value: Record<string, unknown> = Object.create(null);
  for (const [key, schema] of Object.entries(shape)) {
    const entry = node.entries.get(key);
    const isThere = entry !== undefined && entry.value.kind !== 'null';
    if (isThere) {
      const read = readNode(schema, entry.value, joinPath(path, key), collector);
      if (read !== undefined) value[key] = read;
    } else if ((schema as z.core.$ZodTypes)._zod.def.type !== 'optional') {
      const message = `\`${joinPath(path, key)}\` is missing.`;
      const hint = `It must be ${expected(schema)}.`;
      collector.report({ code: 'field/missing', message, hint }, entry?.keySpan ?? node.span);
    }
  }
  return value;
}

function readRecord(schema: z.core.$ZodType, node: MapNode, path: string, collector: Collector): Read {
  const { def } = (schema as z.ZodMiniRecord)._zod;
  const nullRemoves = about.get(schema)?.nullRemoves === true;
  const value: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of node.entries) {
    const named = z.safeParse(def.keyType, key);
    if (!named.success) {
      for (const issue of named.error.issues) {
        const custom =
          issue.code === 'custom' ? (issue.params?.['problem'] as Problem | undefined) : undefined;
        if (custom !== undefined) collector.report(custom, entry.keySpan);
      }
    }
    if (entry.value.kind === 'null' && nullRemoves) continue;
    const read = readNode(def.valueType as z.core.$ZodType, entry.value, joinPath(path, key), collector);
    if (read !== undefined) value[key] = read;
  }
  return value;
}

/** In one map; with more it is a file of another kind. */
const MAX_UNKNOWN_KEYS = 50;

/** Reports the keys of a map that its schema does not name, at the key. */
export function reportUnknownKeys(shape: Shape, node: MapNode, path: string, collector: Collector): void {
  let unknown = 0;
  for (const [key, { keySpan, value }] of node.entries) {
    if (Object.hasOwn(shape, key)) continue;
    collector.report(unknownKey(key, value, path, shape), keySpan);
    if (++unknown >= MAX_UNKNOWN_KEYS) return;
  }
}

function unknownKey(key: string, value: YamlNode, path: string, shape: Shape): Problem {
  const isRoot = Object.hasOwn(shape, 'instances');
  const isLayer = Object.hasOwn(shape, 'launchd');
  const holder = path !== '' ? `\`${path}\`` : isRoot ? 'The file' : 'An instance';
  if (isLayer && NOT_YET.has(key)) {
    return {
      code: 'field/not-yet',
      message: `\`${key}\` is not supported yet by this version.`,
      hint: 'Remove it for now.',
    };
  }
  const problem = { code: 'field/unknown', message: `${holder} has no field \`${key}\`.` };
  const foreign: Readonly<Record<string, string>> = isRoot
    ? FOREIGN_ROOT_WORDS
    : isLayer
      ? FOREIGN_FIELDS
      : {};
  if (Object.hasOwn(foreign, key)) return { ...problem, hint: `Did you mean \`${foreign[key]}\`?` };
  if (isLayer && /^[A-Z]/.test(key)) {
    const field = Object.hasOwn(LAUNCHD_KEYS, key) ? LAUNCHD_KEYS[key] : undefined;
    return {
      ...problem,
      message: `\`${key}\` is a key of launchd, not a field of an instance.`,
      hint:
        field === undefined
          ? `Put it under \`launchd:\`, as \`launchd: {${key}: …}\`.`
          : key === 'Label'
            ? 'Write `label:`.'
            : `Write \`${field}:\`, or put it under \`launchd:\`.`,
    };
  }
  if (
    isRoot &&
    value.kind === 'map' &&
    ['command', 'program', 'script'].some((word) => value.entries.has(word))
  ) {
    return { ...problem, hint: `An instance stands under \`instances:\`; indent \`${key}\` below it.` };
  }
  const all = Object.keys(shape);
  const near = suggest(key, [...all, ...Object.keys(foreign)]);
  if (near !== null) {
    const meant = Object.hasOwn(foreign, near) ? foreign[near] : near;
    return { ...problem, hint: `Did you mean \`${meant}\`?` };
  }
  return all.length > 12
    ? problem
    : { ...problem, hint: `It takes ${all.map((name) => `\`${name}\``).join(', ')}.` };
}

/** A value of another kind than the schema takes. */
function mismatch(schema: z.core.$ZodType, node: YamlNode, path: string): Problem {
  const must = `\`${path}\` must be ${expected(schema)}`;
  const inner = unwrap(schema);
  const { def } = inner._zod;
  if (node.kind === 'null') {
    return {
      code: 'field/type',
      message: `${must}, and there is nothing here.`,
      hint: 'Write a value, or remove it.',
    };
  }
  if (path.endsWith('umask') && (node.kind === 'integer' || node.kind === 'real')) {
    const digits = /^(?:0o?)?([0-7]{1,3})$/.exec(node.written)?.[1];
    return {
      code: 'umask/number',
      message: `YAML reads \`${node.written}\` as the number ${node.value}, not as octal digits.`,
      hint:
        digits === undefined
          ? 'Write it in quotes: "022".'
          : `Write it in quotes: "${digits.padStart(3, '0')}".`,
    };
  }
  if (def.type === 'boolean' && node.kind === 'text' && node.opaque === undefined) {
    const meant = /^(?:yes|on|y|true)$/i.test(node.text)
      ? 'true'
      : /^(?:no|off|n|false)$/i.test(node.text)
        ? 'false'
        : null;
    if (meant !== null) {
      const isQuoted = /^(?:true|false)$/.test(node.text);
      return {
        code: 'field/type',
        message: `${must}; ${isQuoted ? 'in quotes it is text' : `YAML 1.2 reads \`${node.text}\` as text`}.`,
        hint: `Write ${meant}.`,
      };
    }
  }
  if (about.get(inner)?.asWritten !== undefined && node.kind === 'boolean') {
    return {
      code: 'environment/boolean',
      message: `\`${path}\` is \`${node.written}\`, a boolean, and it cannot be told which text is meant.`,
      hint: `Write "${node.written}" in quotes, or "1" or "0".`,
    };
  }
  if (
    node.kind === 'text' &&
    /\$\{/.test(sourceOf(node.span)) &&
    (def.type === 'boolean' || def.type === 'number')
  ) {
    return {
      code: 'field/type',
      message: `${must}, and what \`\${…}\` gives is always text.`,
      hint: 'Write the value out.',
    };
  }
  const problem = { code: 'field/type', message: `${must}; this is ${describe(node)}.` };
  if (def.type === 'array' && 'text' in node)
    return { ...problem, hint: `Write it as a list: [${node.text}].` };
  if (def.type === 'number' && node.kind === 'text' && /^-?\d+$/.test(node.text)) {
    return { ...problem, hint: `Write ${node.text} without quotes.` };
  }
  if (def.type === 'string' && 'written' in node) {
    return { ...problem, hint: `Write it in quotes: "${node.written}".` };
  }
  if (def.type === 'enum' && 'written' in node)
    return { ...problem, ...policyHint(def.entries, node.written) };
  return problem;
}

/** A value of the right kind that the schema does not allow. */
function unfitting(schema: z.core.$ZodType, node: YamlNode, path: string): Problem {
  const shown = 'text' in node ? node.text : 'written' in node ? node.written : '';
  const message = `\`${path}\` must be ${expected(schema)}; this is \`${shown}\`.`;
  const { def } = unwrap(schema)._zod;
  if (def.type !== 'enum') return { code: 'field/value', message };
  return { code: 'field/value', message, ...policyHint(def.entries, shown) };
}

function policyHint(entries: Readonly<Record<string, unknown>>, shown: string): { hint?: string } {
  const choices = Object.values(entries).map(String);
  const foreign = choices.includes('on-failure') ? FOREIGN_POLICIES : {};
  const word = shown.toLowerCase().replace(/:\d+$/, '');
  if (Object.hasOwn(foreign, word)) return { hint: `Did you mean \`${foreign[word]}\`?` };
  return choices.includes(word) ? { hint: `Did you mean \`${word}\`?` } : didYouMean(shown, choices);
}

function unwrap(schema: z.core.$ZodType): z.core.$ZodTypes {
  const typed = schema as z.core.$ZodTypes;
  return typed._zod.def.type === 'optional' ? unwrap(typed._zod.def.innerType) : typed;
}

function describe(node: YamlNode): string {
  switch (node.kind) {
    case 'text':
      return node.text.length > 40 || /\n/.test(node.text) ? 'a text' : `the text \`${node.text}\``;
    case 'integer':
    case 'real':
      return `the number ${node.written}`;
    case 'boolean':
      return `the boolean ${node.written}`;
    case 'list':
      return 'a list';
    case 'map':
      return 'a map';
    case 'data':
      return 'binary data';
    case 'null':
      return 'nothing';
  }
}

function sourceOf(span: Span): string {
  return span.file.text.slice(span.start, span.end);
}

function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
