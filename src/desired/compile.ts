import type { Config, Instance } from '../config/instance.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Host, Places } from '../model/domain.ts';
import type { Job } from '../model/job.ts';
import { compileEnvironment } from './environment.ts';
import { compileGiveUp } from './give-up.ts';
import { compileHealthcheck, compileStale } from './health.ts';
import { checkLayer } from './layers.ts';
import { compileStreams, logFolders } from './logs.ts';
import { compileSessions, labelOf, locate, verifyLabel, verifySession } from './placement.ts';
import { type Problems, problemsOf } from './problems.ts';
import { compileProgram } from './program.ts';
import { mergeRawKeys, rawKeys } from './raw-keys.ts';
import { compileSecrets, triggersOf } from './secrets.ts';
import { compileSettings } from './settings.ts';
import { compileStart } from './start.ts';
import { dependenciesOf, type Peer, refuseDuplicates } from './together.ts';
import { verifyPlist } from './verify.ts';

export interface Compilation {
  /** By label, then domain. An instance with an error is left out, so that there is never half a job. */
  readonly jobs: readonly Job[];
  readonly diagnostics: readonly Diagnostic[];
}

interface Compiled {
  readonly instance: Instance;
  readonly problems: Problems;
  readonly job: Job;
}

/**
 * Turns every instance into the launchd job that it means on this host. Instances that `when` excludes are compiled too:
 * their errors are told, but no advice on them, and their jobs are marked. All problems at once, in the order of the file.
 */
export function compileJobs(config: Config, host: Host, places: Places): Compilation {
  const peers = new Map<string, Peer>(
    config.instances.map((instance) => [
      instance.name,
      { label: labelOf(instance, config.label_prefix), excluded: instance.excluded },
    ]),
  );
  const compiled = config.instances.map((instance) => compileInstance(instance, config, host, places, peers));
  refuseDuplicates(compiled, config.files);
  const diagnostics = [
    ...config.layers.flatMap((layer) => checkLayer(layer, host)),
    ...compiled.flatMap(({ problems, job }) =>
      job.excluded ? problems.found.filter(isError) : problems.found,
    ),
  ];
  const jobs = compiled.filter(({ problems }) => !problems.found.some(isError)).map(({ job }) => job);
  return { jobs: jobs.sort(byLabel), diagnostics: inOrder(withoutRepeats(diagnostics), config.files) };
}

function compileInstance(
  instance: Instance,
  config: Config,
  host: Host,
  places: Places,
  peers: ReadonlyMap<string, Peer>,
): Compiled {
  const problems = problemsOf(instance);
  const label = labelOf(instance, config.label_prefix);
  const draft = { instance, fields: instance.fields, label, host, problems };
  verifyLabel(instance, label, problems);
  const location = locate(draft, places);
  const entries = [
    { key: 'Label', value: label, field: 'label' },
    ...compileProgram(draft),
    ...compileStreams(draft),
    ...compileEnvironment(draft, config.files),
    ...compileSettings(draft),
    ...compileSessions(draft),
    ...compileStart(draft, rawKeys(draft)),
  ];
  const decided = mergeRawKeys(draft, entries, config.files);
  verifySession(
    draft,
    decided.plist,
    location.domain,
    decided.fieldOf('LimitLoadToSessionType') ?? 'session_types',
  );
  verifyPlist(draft, decided, location.domain);
  const { fields } = instance;
  const triggers = triggersOf(draft);
  const job: Job = {
    instance: instance.name,
    label,
    ...location,
    plist: compileSecrets(draft, decided.plist),
    description: fields.description ?? null,
    enabled: fields.enabled ?? null,
    excluded: instance.excluded,
    after: dependenciesOf(draft, peers),
    ignoreChanges: fields.ignore_changes ?? [],
    folders: logFolders([
      decided.plist.entries['StandardOutPath'],
      decided.plist.entries['StandardErrorPath'],
    ]),
    managedByOther: fields.managed_by === 'other',
    auditIgnore: fields.audit?.ignore ?? [],
    ...compileHealthcheck(draft, decided.plist),
    ...compileStale(draft, decided.plist),
    ...compileGiveUp(draft, decided.plist),
    ...(triggers.length === 0 ? {} : { triggers }),
    place: instance.place,
  };
  return { instance, problems, job };
}

const isError = (diagnostic: Diagnostic): boolean => diagnostic.severity === 'error';

function byLabel(a: Job, b: Job): number {
  return compareText(a.label, b.label) || compareText(a.domain, b.domain);
}

/** By code units, the same on every machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A template's mistake shows in each instance that uses it; it is told once. */
function withoutRepeats(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const known = new Map<string, Diagnostic>();
  for (const diagnostic of diagnostics) {
    const { code, file, line, column, message } = diagnostic;
    const key = JSON.stringify([code, file, line, column, message]);
    if (!known.has(key)) known.set(key, diagnostic);
  }
  return [...known.values()];
}

function inOrder(diagnostics: readonly Diagnostic[], files: readonly string[]): readonly Diagnostic[] {
  const position = (diagnostic: Diagnostic): number => files.indexOf(diagnostic.file ?? '');
  return diagnostics.toSorted(
    (a, b) => position(a) - position(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}
