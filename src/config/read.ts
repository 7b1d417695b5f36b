import * as z from 'zod/mini';
import type { Collector, Problem } from './collector.ts';
import { expected } from './expected.ts';
import { mismatch, unfitting, unknownKey } from './misfit.ts';
import type { MapNode, YamlNode } from './node.ts';
import { readPlistDict } from './plist-value.ts';
import { about } from './schema-parts.ts';

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
      return option === undefined || isOtherLiteral(option, node)
        ? wrong()
        : readNode(option, node, path, collector);
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

/** `"5"` where a number or `"*"` may stand: what is told is all that the union takes. */
function isOtherLiteral(schema: z.core.$ZodType, node: YamlNode): boolean {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type !== 'literal' || node.kind !== 'text' || node.opaque !== undefined) return false;
  return !def.values.includes(node.text);
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
      // A short form stands for the whole map, so it is told under the name of that: `restart`, not `restart.policy`.
      const written = entry.value.span === node.span ? path : joinPath(path, key);
      const read = readNode(schema, entry.value, written, collector);
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

function joinPath(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
