import type { Origin } from './instance.ts';
import { type MapEntry, type MapNode, mapWith, type YamlNode } from './node.ts';

/** `command`, `program` and `script` are one slot: a layer that names one of them says all that is run. */
export const RUN_FIELDS: readonly string[] = ['command', 'program', 'script'];

/** A set of fields and where it comes from. */
export interface Layer {
  readonly fields: MapNode;
  readonly origin: Origin;
}

/**
 * The layers one over the other, the last one on top: maps merge, lists and scalars replace. Null replaces too and is
 * dropped in the end, so that the built-in default is back.
 */
export function mergeLayers(layers: readonly Layer[], instance: MapNode): MapNode {
  const nothing = mapWith(instance, new Map());
  const below = layers.reduce((merged, layer) => mergeFields(merged, layer.fields, layer.origin), nothing);
  return mergeFields(below, instance, 'instance');
}

/** The same layer of two files: what the later one says wins. */
export function mergeFields(below: MapNode, above: MapNode, origin?: Origin): MapNode {
  const entries = new Map(below.entries);
  if (RUN_FIELDS.some((field) => above.entries.has(field))) {
    for (const field of RUN_FIELDS) entries.delete(field);
  }
  return mergeEntries(below, entries, above, origin);
}

function mergeEntries(
  below: MapNode,
  entries: Map<string, MapEntry>,
  above: MapNode,
  origin: Origin | undefined,
): MapNode {
  for (const [key, entry] of above.entries) {
    const old = entries.get(key);
    const merged =
      old?.value.kind === 'map' && entry.value.kind === 'map'
        ? mergeEntries(entry.value, new Map(originsOf(old)), entry.value, origin)
        : entry.value;
    entries.set(
      key,
      origin === undefined ? { ...entry, value: merged } : { ...entry, value: merged, origin },
    );
  }
  return mapWith(below, entries);
}

/** The members of a map, each knowing its layer, so that they keep it when the map around them gets another. */
function originsOf({ value, origin }: MapEntry): [string, MapEntry][] {
  const entries = value.kind === 'map' ? [...value.entries] : [];
  if (origin === undefined) return entries;
  return entries.map(([key, entry]) => [key, { ...entry, origin: entry.origin ?? origin }]);
}

/** Short forms written out, so that layers merge member by member: `restart: P` is `{policy: P}`, a limit is both, `http: U` is `{url: U}`. */
export function expandShortForms(fields: MapNode): MapNode {
  const entries = new Map(fields.entries);
  const restart = entries.get('restart');
  if (restart !== undefined) entries.set('restart', expandTo(['policy'], restart));
  const health = entries.get('healthcheck');
  if (health?.value.kind === 'map') {
    const http = health.value.entries.get('http');
    if (http !== undefined) {
      const members = new Map(health.value.entries).set('http', expandTo(['url'], http));
      entries.set('healthcheck', { ...health, value: mapWith(health.value, members) });
    }
  }
  const limits = entries.get('limits');
  if (limits?.value.kind === 'map') {
    const each = new Map<string, MapEntry>();
    for (const [name, limit] of limits.value.entries) each.set(name, expandTo(['soft', 'hard'], limit));
    entries.set('limits', { ...limits, value: mapWith(limits.value, each) });
  }
  return mapWith(fields, entries);
}

function expandTo(members: readonly string[], entry: MapEntry): MapEntry {
  const { value } = entry;
  if (value.kind === 'map' || value.kind === 'list' || value.kind === 'null') return entry;
  const entries = new Map(members.map((name) => [name, { keySpan: entry.keySpan, value }]));
  const map: YamlNode = { kind: 'map', span: value.span, entries, weight: members.length + 1, height: 2 };
  return { ...entry, value: map };
}
