import { isMap, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';

/** A change of one field of an instance. `value` undefined: the field goes. */
export interface FieldEdit {
  readonly instance: string;
  /** Below the instance: `['environment', 'PATH']`. */
  readonly path: readonly string[];
  readonly value?: string | number | boolean;
}

/**
 * The text of a file with one field changed and every other byte as it was; null when the field does not stand in this text,
 * or stands there in a way that cannot be changed for sure (in a flow map, behind an anchor or an alias, in a template). The
 * text must be a valid file.
 */
export function mendYaml(text: string, { instance, path, value }: FieldEdit): string | null {
  const document = parseDocument(text);
  const holder = document.getIn(['instances', instance, ...path.slice(0, -1)], true);
  const key = path.at(-1);
  if (!isMap(holder) || key === undefined) return null;
  const pair = holder.items.find((item) => isScalar(item.key) && item.key.value === key);
  if (pair === undefined) return null;
  return value === undefined ? without(text, holder, pair) : withValue(text, pair, value);
}

function withValue(text: string, pair: Pair, value: string | number | boolean): string | null {
  const node = pair.value;
  if (!isScalar(node) || node.range == null || node.anchor !== undefined) return null;
  const [start, end] = node.range;
  return text.slice(0, start) + stringify(value, { lineWidth: 0 }).trimEnd() + text.slice(end);
}

/** Takes out whole lines; the last field of an instance stays, since nothing would be left of it. */
function without(text: string, holder: YAMLMap, pair: Pair): string | null {
  const [key, value] = [pair.key, pair.value];
  if (holder.flow === true || holder.items.length < 2 || !isScalar(key) || key.range == null) return null;
  const end = hasRange(value) ? value.range[2] : key.range[2];
  const start = text.lastIndexOf('\n', key.range[0]) + 1;
  if (text.slice(start, key.range[0]).trim() !== '' || !/^$|\n$/.test(text.slice(0, end))) return null;
  return text.slice(0, start) + text.slice(end);
}

function hasRange(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return Array.isArray((node as { range?: unknown } | null)?.range);
}
