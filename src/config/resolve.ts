import type { Place } from '../model/diagnostic.ts';
import type { Host } from '../model/domain.ts';
import type { Collector } from './collector.ts';
import type { Gathered } from './gather.ts';
import type { Instance, InstanceFields, Origin } from './instance.ts';
import { hostScope, interpolate, type Scope } from './interpolate.ts';
import { type Layer, mergeLayers } from './layers.ts';
import { type MapEntry, type MapNode, mapWith, member, placeOf, type Span, type YamlNode } from './node.ts';
import { read } from './read.ts';
import { checkFields, checkInstance } from './rules.ts';
import { instanceSchema, layerSchema, templateSchema, whenSchema } from './schema.ts';
import { didYouMean } from './suggest.ts';
import { appliesTo } from './when.ts';

/** An instance with what the checks over all of them need. */
export interface Resolved {
  readonly instance: Instance;
  /** Final, the default one included; null when it cannot be told. */
  readonly label: string | null;
  readonly keySpan: Span;
  readonly dependsOn: readonly { readonly name: string; readonly span: Span }[];
  readonly failed: boolean;
}

/** Checks `defaults` and every template, used or not; texts that only an instance completes are not judged. */
export function checkLayers(gathered: Gathered, host: Host, collector: Collector): readonly Instance[] {
  const scope: Scope = {
    ...hostScope(host),
    names: { ...hostScope(host).names, name: gathered.name, instance: null, label: null },
    vars: gathered.vars,
    missingEnv: 'unknown until used',
  };
  const check = (name: string, fields: MapNode, at: Span, origin: Origin): Instance => {
    const draft = interpolate(withoutTemplate(fields, collector), scope, collector, ['script']);
    const { when: _, ...values } = (read(layerSchema, draft, '', collector) ?? {}) as InstanceFields & {
      when?: unknown;
    };
    checkFields(draft, collector);
    const places: Record<string, Place> = Object.create(null);
    const origins: Record<string, Origin> = Object.create(null);
    notePlaces(without(draft, ['when']), '', origin, places, origins);
    return { name, place: placeOf(at), excluded: false, fields: values, places, origins };
  };
  const { defaults } = gathered;
  return [
    ...(defaults === null ? [] : [check('defaults', defaults, defaults.span, 'defaults')]),
    ...[...gathered.templates].map(([name, { keySpan, value }]) => check(name, value, keySpan, 'template')),
  ];
}

function withoutTemplate(fields: MapNode, collector: Collector): MapNode {
  const nested = fields.entries.get('template');
  if (nested === undefined) return fields;
  const message = 'Templates and `defaults` name no templates; an instance may name several.';
  const hint = 'Name both at the instance: `template: [first, second]`.';
  collector.report({ code: 'template/nested', message, hint }, nested.keySpan);
  return without(fields, ['template']);
}

/** Merges the layers of an instance, interpolates them and reads the fields. */
export function resolveInstance(
  name: string,
  entry: MapEntry & { readonly value: MapNode },
  gathered: Gathered,
  host: Host,
  collector: Collector,
): Resolved {
  const errorsBefore = collector.errors();
  const base = hostScope(host);
  const unlabelled: Scope = {
    ...base,
    names: { ...base.names, name: gathered.name, instance: name },
    vars: gathered.vars,
  };
  const layers: Layer[] = templatesOf(entry.value, unlabelled, gathered, collector).map((fields) => ({
    fields,
    origin: 'template',
  }));
  const isWhole = collector.errors() === errorsBefore;
  if (gathered.defaults !== null) {
    layers.unshift({ fields: without(gathered.defaults, ['template']), origin: 'defaults' });
  }
  const raw = mergeLayers(layers, entry.value);
  const merged = preferRunWhile(without(raw, ['template']));

  const labelNode = member(merged, 'label');
  const labelRead = labelNode && interpolate(labelNode, unlabelled, collector);
  const label = labelOf(labelRead, `${gathered.labelPrefix}.${name}`);
  const scope: Scope = { ...unlabelled, names: { ...unlabelled.names, label: label ?? '' } };
  const when = member(merged, 'when');
  const excluded = when !== undefined && !isWanted(when, scope, host, collector);

  const rest = interpolate(merged, excluded ? { ...scope, missingEnv: 'empty' } : scope, collector, [
    'script',
    'label',
    'when',
  ]);
  const fields = labelRead === undefined ? rest : replaceValue(rest, 'label', labelRead);
  const { when: _when, ...values } = (read(instanceSchema, fields, '', collector) ?? {}) as InstanceFields & {
    when?: unknown;
  };
  checkFields(fields, collector);
  // Without one of its templates it cannot be told what is missing.
  if (isWhole) checkInstance(name, fields, entry.keySpan, collector);

  const places: Record<string, Place> = Object.create(null);
  const origins: Record<string, Origin> = Object.create(null);
  notePlaces(without(fields, ['when']), '', 'instance', places, origins);
  const depends = member(fields, 'depends_on');
  return {
    instance: { name, place: placeOf(entry.keySpan), excluded, fields: values, places, origins },
    label,
    keySpan: entry.keySpan,
    dependsOn: (depends?.kind === 'list' ? depends.items : []).flatMap((item) =>
      item.kind === 'text' && item.opaque === undefined ? [{ name: item.text, span: item.span }] : [],
    ),
    failed: collector.errors() > errorsBefore,
  };
}

function templatesOf(fields: MapNode, scope: Scope, gathered: Gathered, collector: Collector): MapNode[] {
  const named = member(fields, 'template');
  if (named === undefined) return [];
  const node = interpolate(named, scope, collector);
  if (read(templateSchema, node, 'template', collector) === undefined) return [];
  const found: MapNode[] = [];
  for (const item of node.kind === 'list' ? node.items : [node]) {
    if (item.kind !== 'text' || item.opaque !== undefined) continue;
    const template = gathered.templates.get(item.text);
    if (template !== undefined) found.push(without(template.value, ['template']));
    else {
      const near = didYouMean(item.text, gathered.templates.keys());
      const hint = near.hint ?? 'Write it under `templates:`.';
      const message = `There is no template \`${item.text}\`.`;
      collector.report({ code: 'template/unknown', message, hint }, item.span);
    }
  }
  return found;
}

/**
 * `defaults.restart` speaks of jobs started at load, which one with `run_while` is not: a policy from there yields,
 * instead of being an error at every such instance.
 */
function preferRunWhile(fields: MapNode): MapNode {
  const entry = fields.entries.get('restart');
  if (entry?.value.kind !== 'map' || member(entry.value, 'run_while') === undefined) return fields;
  const originOf = (key: string): Origin | undefined =>
    entry.value.kind === 'map' ? (entry.value.entries.get(key)?.origin ?? entry.origin) : undefined;
  if (originOf('policy') !== 'defaults' || originOf('run_while') === 'defaults') return fields;
  return replaceValue(fields, 'restart', without(entry.value, ['policy']));
}

function labelOf(node: YamlNode | undefined, byDefault: string): string | null {
  if (node === undefined) return byDefault;
  return node.kind === 'text' && node.opaque === undefined ? node.text : null;
}

function isWanted(when: YamlNode, scope: Scope, host: Host, collector: Collector): boolean {
  const value = read(whenSchema, interpolate(when, scope, collector), 'when', collector);
  return value === undefined || appliesTo(value, host);
}

function replaceValue(map: MapNode, key: string, value: YamlNode): MapNode {
  const entry = map.entries.get(key);
  return entry === undefined ? map : mapWith(map, new Map(map.entries).set(key, { ...entry, value }));
}

function without(map: MapNode, keys: readonly string[]): MapNode {
  if (!keys.some((key) => map.entries.has(key))) return map;
  return mapWith(map, new Map([...map.entries].filter(([key]) => !keys.includes(key))));
}

function notePlaces(
  node: YamlNode,
  path: string,
  origin: Origin,
  places: Record<string, Place>,
  origins: Record<string, Origin>,
): void {
  const note = (key: string, value: YamlNode, from: Origin): void => {
    if (value.kind === 'null') return;
    const inner = path === '' ? key : `${path}.${key}`;
    places[inner] = placeOf(value.span);
    origins[inner] = from;
    notePlaces(value, inner, from, places, origins);
  };
  if (node.kind === 'list') {
    for (const [index, item] of node.items.entries()) note(String(index), item, origin);
  } else if (node.kind === 'map') {
    for (const [key, entry] of node.entries) note(key, entry.value, entry.origin ?? origin);
  }
}
