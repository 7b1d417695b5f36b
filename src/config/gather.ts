import { posix } from 'node:path';
import type { Host } from '../model/domain.ts';
import type { OnEvent } from '../model/on-event.ts';
import { quoteForShell } from '../model/shell.ts';
import type { Collector } from './collector.ts';
import { decodeYaml } from './decode.ts';
import { isGlob } from './glob.ts';
import { hostScope, interpolate, type Scope } from './interpolate.ts';
import { expandShortForms, mergeFields } from './layers.ts';
import { type MapEntry, type MapNode, member, type Span, sourceFile, type YamlNode } from './node.ts';
import { readOnEvent } from './on-event.ts';
import { read, reportUnknownKeys } from './read.ts';
import { fileShape } from './schema.ts';
import type { ConfigSource, SourceReading } from './source.ts';

/** Files that one configuration may read, each include counted. */
const MAX_FILES = 1_000;
const ROOT_ONLY = ['version', 'name', 'label_prefix', 'on_event'] as const;

/** All files as one: what later ones say is merged over what earlier ones said. */
export interface Gathered {
  readonly name: string;
  readonly labelPrefix: string;
  readonly vars: Readonly<Record<string, string>>;
  readonly defaults: MapNode | null;
  /** Short forms are expanded. Kept in the order of first mention. */
  readonly templates: ReadonlyMap<string, MapEntry & { readonly value: MapNode }>;
  readonly instances: ReadonlyMap<string, MapEntry & { readonly value: MapNode }>;
  /** Instances that stand in a file but are no maps; reported, and not unknown to `depends_on`. */
  readonly brokenInstances: readonly string[];
  readonly moved: readonly YamlNode[];
  readonly audit: readonly YamlNode[];
  readonly onEvent: OnEvent | null;
  readonly declaresInstances: boolean;
  readonly files: readonly string[];
}

type Layers = Map<string, MapEntry & { readonly value: MapNode }>;

interface Gathering {
  readonly source: ConfigSource;
  readonly host: Host;
  readonly collector: Collector;
  readonly files: Set<string>;
  /** Real paths of the files whose includes are being read. */
  readonly open: string[];
  readings: number;
  name: string;
  labelPrefix: string | null;
  readonly vars: Record<string, string>;
  defaults: MapNode | null;
  readonly templates: Layers;
  readonly instances: Layers;
  readonly brokenInstances: string[];
  readonly moved: YamlNode[];
  readonly audit: YamlNode[];
  onEvent: OnEvent | null;
  declaresInstances: boolean;
}

/** Reads the root files and all that they include, and merges them. Null: the first one could not be read. */
export function gatherFiles(
  roots: readonly string[],
  source: ConfigSource,
  host: Host,
  collector: Collector,
): Gathered | null {
  const state: Gathering = {
    source,
    host,
    collector,
    files: new Set(),
    open: [],
    readings: 0,
    name: 'default',
    labelPrefix: null,
    vars: Object.create(null),
    defaults: null,
    templates: new Map(),
    instances: new Map(),
    brokenInstances: [],
    moved: [],
    audit: [],
    onEvent: null,
    declaresInstances: false,
  };
  const [first] = roots;
  for (const root of roots) gatherFile(root, root === first ? 'root' : 'further', null, state);
  if (state.files.size === 0) return null;
  return { ...state, labelPrefix: state.labelPrefix ?? `local.${state.name}`, files: [...state.files] };
}

type Role = 'root' | 'further' | 'included';

function gatherFile(path: string, role: Role, askedAt: Span | null, state: Gathering): void {
  const { collector } = state;
  const refuse = (code: string, message: string, hint?: string): void => {
    const problem = { code, message, ...(hint === undefined ? {} : { hint }) };
    if (askedAt !== null) collector.report(problem, askedAt);
    else collector.add({ ...problem, severity: 'error', file: path, line: null, column: null });
  };
  if (++state.readings > MAX_FILES) {
    refuse('include/too-many', `More than ${MAX_FILES} files are included.`, 'Include fewer.');
    return;
  }
  const reading = state.source.read(path);
  if (!reading.ok) {
    const isIncluded = askedAt !== null;
    refuse(
      `file/${reading.reason}`,
      reading.message,
      reading.hint ?? fileHint(reading.reason, path, isIncluded),
    );
    return;
  }
  const { realPath, text } = reading;
  if (state.open.includes(realPath)) {
    const way = [...state.open.slice(state.open.indexOf(realPath)), realPath].map((file) =>
      posix.basename(file),
    );
    refuse(
      'include/cycle',
      `This includes a file that is just being read: ${way.join(' → ')}.`,
      'Remove one of these includes.',
    );
    return;
  }
  state.files.add(realPath);
  const file = sourceFile(realPath, text);
  const document = decodeYaml(file, collector);
  if (document === null) return;
  if (document.kind === 'null') return;
  if (document.kind !== 'map') {
    const hint = 'Start with `version: 1` and `instances:`.';
    collector.report(
      { code: 'file/shape', message: 'A file of jobs is a map at its top.', hint },
      document.span,
    );
    return;
  }
  state.open.push(realPath);
  gatherDocument(document, role, state);
  state.open.pop();
}

function fileHint(
  reason: (SourceReading & { ok: false })['reason'],
  path: string,
  isIncluded: boolean,
): string | undefined {
  switch (reason) {
    case 'missing':
      return isIncluded
        ? 'Check the path; a `?` at its end says that the file may be absent.'
        : `Check the path, or run \`reconcile init -f ${quoteForShell(path)}\` to write a first file there.`;
    case 'too-large':
      return 'Check that it is the right file, or split it with `include:`.';
    case 'untrusted':
      return 'Let it belong to root or to who calls sudo, and take the permission to write from others: `chmod go-w`.';
    case 'unreadable':
      return undefined;
  }
}

function gatherDocument(document: MapNode, role: Role, state: Gathering): void {
  const { collector, host } = state;
  reportUnknownKeys({ ...fileShape }, document, '', collector);
  const get = <T>(key: keyof typeof fileShape, scope: Scope): T | undefined => {
    const node = member(document, key);
    if (node === undefined) return undefined;
    return read(fileShape[key], interpolate(node, scope, collector), key, collector) as T | undefined;
  };

  const vars = get<Record<string, string>>('vars', hostScope(host)) ?? Object.create(null);
  const ownScope: Scope = { ...hostScope(host), vars };
  if (role === 'root') {
    checkVersion(document, collector);
    state.name = get('name', ownScope) ?? state.name;
    const named: Scope = { ...ownScope, names: { ...ownScope.names, name: state.name } };
    state.labelPrefix = get('label_prefix', named) ?? null;
    const onEvent = member(document, 'on_event');
    if (onEvent !== undefined && onEvent.kind !== 'null')
      state.onEvent = readOnEvent(interpolate(onEvent, named, collector), host, collector);
  } else {
    for (const key of ROOT_ONLY) {
      const entry = document.entries.get(key);
      if (entry === undefined) continue;
      const message = `Only the root file has \`${key}\`; this one is merged into another.`;
      collector.report({ code: 'field/root-only', message, hint: 'Remove it here.' }, entry.keySpan);
    }
  }
  const scope: Scope = { ...ownScope, names: { ...ownScope.names, name: state.name } };
  const include = member(document, 'include');
  if (include !== undefined) gatherIncludes(interpolate(include, scope, collector), state);

  for (const [name, value] of Object.entries(vars)) state.vars[name] = value as string;
  gatherDefaults(document, state);
  gatherLayers('templates', document, state.templates, state);
  gatherLayers('instances', document, state.instances, state);
  state.declaresInstances ||= document.entries.has('instances');
  const moved = member(document, 'moved');
  if (moved !== undefined) state.moved.push(interpolate(moved, scope, collector));
  const audit = member(document, 'audit');
  if (audit !== undefined) state.audit.push(audit);
}

function checkVersion(document: MapNode, collector: Collector): void {
  const version = document.entries.get('version');
  if (version === undefined || version.value.kind === 'null') {
    const span = version?.keySpan ?? { ...document.span, end: document.span.start + 1 };
    const message = '`version` is missing: it says which format this file is written in.';
    collector.report({ code: 'version/missing', message, hint: 'Write `version: 1` at the top.' }, span);
    return;
  }
  read(fileShape.version, version.value, 'version', collector);
}

function gatherIncludes(node: YamlNode, state: Gathering): void {
  const { collector, host, source } = state;
  if (read(fileShape.include, node, 'include', collector) === undefined || node.kind !== 'list') return;
  for (const item of node.items) {
    if (item.kind !== 'text' || item.opaque !== undefined || item.text.trim() === '') continue;
    const isOptional = item.text.endsWith('?');
    const pattern = (isOptional ? item.text.slice(0, -1) : item.text).replace(/^~(?=\/)/, host.home);
    const folder = posix.dirname(item.span.file.path);
    const resolve = (path: string): string =>
      posix.isAbsolute(path) ? posix.normalize(path) : posix.join(folder, path);
    if (isGlob(pattern)) {
      const found = source.glob(pattern, folder).map(resolve).sort(byBytes);
      if (found.length === 0 && !isOptional) reportMissing(item.text, item.span, collector);
      for (const path of found) gatherFile(path, 'included', item.span, state);
      continue;
    }
    const path = resolve(pattern);
    if (isOptional) {
      const reading = source.read(path);
      if (!reading.ok && reading.reason === 'missing') continue;
    }
    gatherFile(path, 'included', item.span, state);
  }
}

function reportMissing(pattern: string, span: Span, collector: Collector): void {
  const message = `No file matches \`${pattern}\`.`;
  const hint = `Write \`"${pattern}?"\` if there may be none.`;
  collector.report({ code: 'include/missing', message, hint }, span);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function gatherDefaults(document: MapNode, state: Gathering): void {
  const node = member(document, 'defaults');
  if (node === undefined) return;
  if (node.kind !== 'map') {
    read(fileShape.defaults, node, 'defaults', state.collector);
    return;
  }
  const fields = expandShortForms(node);
  state.defaults = state.defaults === null ? fields : mergeFields(state.defaults, fields);
}

function gatherLayers(
  key: 'templates' | 'instances',
  document: MapNode,
  layers: Layers,
  state: Gathering,
): void {
  const { collector } = state;
  const node = member(document, key);
  if (node === undefined) return;
  if (node.kind !== 'map') {
    read(fileShape[key], node, key, collector);
    return;
  }
  for (const [name, { keySpan, value }] of node.entries) {
    if (value.kind !== 'map') {
      if (key === 'instances') state.brokenInstances.push(name);
      if (value.kind === 'text' && value.opaque === 'broken') continue;
      const what = key === 'instances' ? 'instance' : 'template';
      collector.report(
        {
          code: 'field/type',
          message: `The ${what} \`${name}\` must be a map of fields${value.kind === 'null' ? ', and it is empty' : ''}.`,
          hint:
            value.kind === 'null'
              ? `Write \`${name}: {}\` if it has none of its own.`
              : 'Write `command: …` under it.',
        },
        value.kind === 'null' ? keySpan : value.span,
      );
      continue;
    }
    const fields = expandShortForms(value);
    const before = layers.get(name);
    const merged = before === undefined ? fields : mergeFields(before.value, fields);
    layers.set(name, { keySpan, value: merged });
  }
}
