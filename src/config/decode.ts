import { isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { Collector } from './collector.ts';
import { type MapEntry, type MapNode, placeOf, type SourceFile, type Span, type YamlNode } from './node.ts';
import { didYouMean } from './suggest.ts';
import { MAX_DEPTH, parseDocument } from './yaml-document.ts';

/** Nodes that aliases and merge keys may add to one file, all uses counted: a bomb of aliases ends here. */
const ALIAS_BUDGET = 250_000;

const INTEGER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;

interface Decoding {
  readonly file: SourceFile;
  readonly collector: Collector;
  /** Anchor → its node; `open` while the node is being built, so that a cycle is seen. */
  readonly anchors: Map<string, YamlNode | 'open'>;
  budget: number;
}

/**
 * The value of a YAML file with a place for every part: a null node when nothing is in it, null when it cannot be
 * trusted (then reported).
 */
export function decodeYaml(file: SourceFile, collector: Collector): YamlNode | null {
  const document = parseDocument(file, collector);
  if (document === null) return null;
  if (document.contents === null) return nothing({ file, start: 0, end: 0 });
  return decode(document.contents, { file, collector, anchors: new Map(), budget: ALIAS_BUDGET });
}

function decode(yaml: unknown, state: Decoding): YamlNode {
  if (isAlias(yaml)) return resolveAlias(yaml.source, spanOf(yaml, state), state);
  const anchor = isScalar(yaml) || isMap(yaml) || isSeq(yaml) ? yaml.anchor : undefined;
  if (anchor !== undefined) state.anchors.set(anchor, 'open');
  const node = decodeValue(yaml, state);
  if (anchor !== undefined) state.anchors.set(anchor, node);
  return node;
}

function decodeValue(yaml: unknown, state: Decoding): YamlNode {
  const span = spanOf(yaml, state);
  if (isScalar(yaml)) return decodeScalar(yaml, span, state);
  if (isMap(yaml)) return decodeMap(yaml, span, state);
  if (isSeq(yaml)) {
    const items = yaml.items.map((item) => decode(item, state));
    return { kind: 'list', span, items, ...measure(items) };
  }
  return nothing(span);
}

function decodeScalar(scalar: Scalar, span: Span, { collector }: Decoding): YamlNode {
  const base = { span, weight: 1, height: 1 };
  const { value } = scalar;
  const written = scalar.source ?? String(value);
  switch (typeof value) {
    case 'string':
      if (UNWRITABLE.test(value)) {
        const message = 'This text holds a control character, which no property list can hold.';
        collector.report({ code: 'yaml/control-character', message, hint: 'Remove it.' }, span);
        return { ...base, kind: 'text', text: '', opaque: 'broken' };
      }
      return { ...base, kind: 'text', text: value };
    case 'boolean':
      return { ...base, kind: 'boolean', value, written };
    case 'number':
      return INTEGER.test(written)
        ? { ...base, kind: 'integer', value: toBigInt(written), written }
        : { ...base, kind: 'real', value, written };
    default:
      if (value instanceof Uint8Array) {
        return { ...base, kind: 'data', base64: Buffer.from(value).toString('base64') };
      }
      return nothing(span);
  }
}

/** Digits as they stand: a number of JavaScript would round beyond 2^53. */
function toBigInt(written: string): bigint {
  return written.startsWith('-') ? -BigInt(written.slice(1)) : BigInt(written.replace(/^\+/, ''));
}

function decodeMap(yaml: YAMLMap, span: Span, state: Decoding): MapNode {
  const entries = new Map<string, MapEntry>();
  const merged: YamlNode[] = [];
  for (const pair of yaml.items as Pair<unknown, unknown>[]) {
    const keySpan = spanOf(pair.key, state);
    const isMerge = isScalar(pair.key) && pair.key.type === 'PLAIN' && pair.key.value === '<<';
    const value =
      pair.value === null ? nothing({ ...keySpan, start: keySpan.end }) : decode(pair.value, state);
    if (isMerge) {
      merged.push(value);
      continue;
    }
    const key = isScalar(pair.key) ? String(pair.key.value ?? '') : '';
    const first = entries.get(key);
    if (first === undefined) {
      entries.set(key, { keySpan, value });
    } else {
      const line = placeOf(first.keySpan).line;
      const message = `\`${key}\` stands twice in this map; the first one is on line ${line}.`;
      state.collector.report({ code: 'yaml/duplicate-key', message, hint: 'Keep one of them.' }, keySpan);
    }
  }
  for (const source of merged) mergeInto(entries, source, state);
  return { kind: 'map', span, entries, ...measure([...entries.values()].map(({ value }) => value)) };
}

/** What `<<` brings: keys that are not there yet; of several maps the first wins. */
function mergeInto(entries: Map<string, MapEntry>, source: YamlNode, state: Decoding): void {
  for (const map of source.kind === 'list' ? source.items : [source]) {
    if (map.kind !== 'map') {
      const message = '`<<` takes a map, or a list of maps.';
      state.collector.report({ code: 'yaml/merge', message, hint: 'Write `<<: *name`.' }, map.span);
      continue;
    }
    if (!spend(map.weight, map.span, state)) return;
    for (const [key, entry] of map.entries) if (!entries.has(key)) entries.set(key, entry);
  }
}

function resolveAlias(name: string, span: Span, state: Decoding): YamlNode {
  const { collector, anchors } = state;
  const target = anchors.get(name);
  if (target === undefined) {
    const known = didYouMean(name, anchors.keys());
    const hint = known.hint ?? `Write \`&${name}\` before a value above this line.`;
    const message = `No anchor \`&${name}\` stands before this alias.`;
    collector.report({ code: 'yaml/alias-unknown', message, hint }, span);
    return broken(span);
  }
  if (target === 'open') {
    const message = `The alias \`*${name}\` stands inside its own anchor, so it would never end.`;
    collector.report({ code: 'yaml/alias-cycle', message, hint: 'Write the value out.' }, span);
    return broken(span);
  }
  if (target.height > MAX_DEPTH) {
    const message = `Aliases nest lists and maps deeper than ${MAX_DEPTH} levels here.`;
    collector.report({ code: 'yaml/too-deep', message, hint: 'Write the value out, flatter.' }, span);
    return broken(span);
  }
  return spend(target.weight, span, state) ? target : broken(span);
}

function spend(weight: number, span: Span, state: Decoding): boolean {
  state.budget -= weight;
  if (state.budget >= 0) return true;
  const message = `Aliases make this file grow to more than ${ALIAS_BUDGET} values.`;
  const hint = 'Use fewer aliases, or `templates:`.';
  // Said once: all that follows would say the same.
  if (state.budget > Number.NEGATIVE_INFINITY) {
    state.collector.report({ code: 'yaml/alias-bomb', message, hint }, span);
  }
  state.budget = Number.NEGATIVE_INFINITY;
  return false;
}

function measure(children: readonly YamlNode[]): { weight: number; height: number } {
  let weight = 1;
  let height = 0;
  for (const child of children) {
    weight += child.weight;
    height = Math.max(height, child.height);
  }
  return { weight, height: height + 1 };
}

function nothing(span: Span): YamlNode {
  return { kind: 'null', span, weight: 1, height: 1 };
}

function broken(span: Span): YamlNode {
  return { kind: 'text', text: '', opaque: 'broken', span, weight: 1, height: 1 };
}

function spanOf(yaml: unknown, { file }: Decoding): Span {
  const range = (yaml as { range?: readonly [number, number, number] | null } | null)?.range;
  return { file, start: range?.[0] ?? 0, end: range?.[1] ?? 0 };
}
