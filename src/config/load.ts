import type { Diagnostic } from '../model/diagnostic.ts';
import type { Host } from '../model/domain.ts';
import { checkDependencies, readAuditIgnore, readMoved } from './across.ts';
import { createCollector } from './collector.ts';
import { type Gathered, gatherFiles } from './gather.ts';
import type { Config, Instance } from './instance.ts';
import { labelProblem, nameProblem } from './names.ts';
import { checkLayers, type Resolved, resolveInstance } from './resolve.ts';
import type { ConfigSource } from './source.ts';

export type { ConfigSource, SourceReading } from './source.ts';

/** What the files say. */
export interface Loaded {
  /** Null when there is any error. */
  readonly config: Config | null;
  /**
   * With errors: the instances that have none of their own, so that further checks can tell all that is wrong at once.
   * Never to be planned or applied. Null when no file could be read.
   */
  readonly partial: Config | null;
  /** All of them: by file in the order of reading, then by place. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the root file, what it includes, and further root files (merged after it), for one host (interface §1). Pure:
 * files come from `source`. Never throws on what is in them.
 */
export function loadConfig(roots: readonly string[], source: ConfigSource, host: Host): Loaded {
  const collector = createCollector();
  const gathered = gatherFiles(roots, source, host, collector);
  if (gathered === null) return { config: null, partial: null, diagnostics: collector.sorted(roots) };

  const layers = checkLayers(gathered, host, collector);
  const resolved: Resolved[] = [];
  for (const [name, entry] of gathered.templates) {
    const problem = nameProblem(name);
    if (problem !== null) collector.report(problem, entry.keySpan);
  }
  for (const [name, entry] of gathered.instances) {
    const problem = nameProblem(name);
    if (problem !== null) collector.report(problem, entry.keySpan);
    const one = resolveInstance(name, entry, gathered, host, collector);
    const labelled = problem === null && one.instance.origins['label'] === undefined && one.label !== null;
    const defaultLabelProblem = labelled ? labelProblem(one.label) : null;
    if (defaultLabelProblem !== null) collector.report(defaultLabelProblem, entry.keySpan);
    resolved.push({ ...one, failed: one.failed || (problem ?? defaultLabelProblem) !== null });
  }
  checkDependencies(resolved, gathered, collector);
  const moved = readMoved(gathered, resolved, collector);
  if (collector.errors() === 0 && !gathered.declaresInstances) collector.add(nothingDeclared(gathered));

  const sound = resolved.filter((one) => !one.failed).map((one) => one.instance);
  const config: Config = {
    name: gathered.name,
    label_prefix: gathered.labelPrefix,
    file: gathered.files[0] ?? '',
    files: gathered.files,
    declares_instances: gathered.declaresInstances,
    instances: sound.sort((a, b) => (a.name < b.name ? -1 : 1)),
    layers,
    auditIgnore: readAuditIgnore(gathered, collector),
    onEvent: gathered.onEvent,
    moved,
  };
  const diagnostics = collector.sorted(gathered.files);
  if (collector.errors() === 0) return { config, partial: config, diagnostics };
  // What is wrong with one field of an instance hides nothing that is wrong with the others.
  const broken = resolved.filter((one) => one.failed).map((one) => one.instance);
  const partial = { ...config, instances: withoutBrokenPeers(sound), layers: [...layers, ...broken] };
  return { config: null, partial, diagnostics };
}

/** Waiting for an instance that is left out is no fault of the one that waits. */
function withoutBrokenPeers(instances: readonly Instance[]): readonly Instance[] {
  const names = new Set(instances.map(({ name }) => name));
  return instances.map((instance) => {
    const { depends_on, ...fields } = instance.fields;
    if (depends_on === undefined || depends_on.every((name) => names.has(name))) return instance;
    return { ...instance, fields };
  });
}

function nothingDeclared(gathered: Gathered): Diagnostic {
  return {
    code: 'file/empty',
    severity: 'warning',
    message: 'No `instances` are declared here, so nothing is deleted without --allow-empty.',
    file: gathered.files[0] ?? null,
    line: 1,
    column: 1,
    length: 1,
    hint: 'Write `instances: {}` if you want none.',
  };
}
