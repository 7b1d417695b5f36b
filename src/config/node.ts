import type { Place } from '../model/diagnostic.ts';
import type { Origin } from './instance.ts';

/** A file as it was read; positions in it are offsets until somebody asks for a line. */
export interface SourceFile {
  /** The real path, or `<stdin>`. */
  readonly path: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  readonly lineStarts: readonly number[];
}

/** A stretch of a file: offsets, the end not included. */
export interface Span {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/**
 * YAML, decoded: aliases resolved, merge keys applied, every value with its place. Nodes are never changed, so aliases
 * share them. `weight` counts the nodes of the tree with shared ones counted at each use, `height` its levels; both are
 * bounded while the tree is built, so that walking it is safe.
 */
export type YamlNode = ScalarNode | ListNode | MapNode;

interface NodeBase {
  readonly span: Span;
  readonly weight: number;
  readonly height: number;
}

export type ScalarNode =
  | TextNode
  | (NodeBase & { readonly kind: 'integer'; readonly value: bigint; readonly written: string })
  | (NodeBase & { readonly kind: 'real'; readonly value: number; readonly written: string })
  | (NodeBase & { readonly kind: 'boolean'; readonly value: boolean; readonly written: string })
  | (NodeBase & { readonly kind: 'null' })
  | (NodeBase & { readonly kind: 'data'; readonly base64: string });

export interface TextNode extends NodeBase {
  readonly kind: 'text';
  readonly text: string;
  /**
   * What it says is not judged: `interpolated` is a text of a template that is not known before an instance uses it,
   * `broken` was reported already and stands for a value of any kind.
   */
  readonly opaque?: 'interpolated' | 'broken';
}

export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  /** In the order of the file. A Map, so that `__proto__` is an ordinary key. */
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  readonly keySpan: Span;
  readonly value: YamlNode;
  /** The layer that gave it; absent: the same as of the map around it. */
  readonly origin?: Origin;
}

/** A byte order mark is no character of the first line. */
export function sourceFile(path: string, content: string): SourceFile {
  const text = content.replace(/^\ufeff/, '');
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return { path, text, lineStarts };
}

/** Lines and columns from 1; the length ends with the first line of the span and is at least 1. */
export function placeOf(span: Span): Place {
  const { lineStarts, text, path } = span.file;
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= span.start) low = middle;
    else high = middle - 1;
  }
  const newline = text.indexOf('\n', span.start);
  const lineEnd = newline === -1 ? text.length : newline;
  const marked = text.slice(span.start, Math.min(span.end, lineEnd)).trimEnd();
  return {
    file: path,
    line: low + 1,
    column: span.start - (lineStarts[low] ?? 0) + 1,
    length: Math.max(1, marked.length),
  };
}

/** A member of a map that says something: null counts as not there, since it restores the built-in default. */
export function member(node: YamlNode | undefined, key: string): YamlNode | undefined {
  if (node?.kind !== 'map') return undefined;
  const value = node.entries.get(key)?.value;
  return value === undefined || value.kind === 'null' ? undefined : value;
}

/** Nothing, written as `~`. */
export function isBareTilde({ kind, span }: YamlNode): boolean {
  return kind === 'null' && span.file.text.slice(span.start, span.end) === '~';
}

/** The same map with other entries. */
export function mapWith(node: MapNode, entries: ReadonlyMap<string, MapEntry>): MapNode {
  let weight = 1;
  let height = 0;
  for (const { value } of entries.values()) {
    weight += value.weight;
    height = Math.max(height, value.height);
  }
  return { kind: 'map', span: node.span, entries, weight, height: height + 1 };
}
