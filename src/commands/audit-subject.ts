import { resolve } from 'node:path';
import type { Finding } from '../audit/finding.ts';
import { type AuditedJob, auditedJob } from '../audit/job.ts';
import { unreadable } from '../audit/special.ts';
import type { Place } from '../model/diagnostic.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import { plistFiles, readPlistFile } from '../observe/plist-files.ts';
import { matchesAny } from '../plan/targets.ts';
import { parseMarker } from '../plist/marker.ts';
import { realFiles } from '../sys/files.ts';
import { auditLoaded } from './audit-loaded.ts';
import type { Context } from './context.ts';
import { loadDeclarationAs } from './declaration.ts';
import { chooseWho } from './who.ts';

/** What there is to judge, and what could not even be read. */
export interface Subject {
  readonly jobs: readonly AuditedJob[];
  readonly unreadable: readonly Finding[];
  /** What is wrong with the jobs as launchd has them. */
  readonly loaded: readonly Finding[];
  /** Codes that a file asks to ignore everywhere. */
  readonly ignores: readonly FileIgnores[];
}

interface FileIgnores {
  readonly file: string;
  readonly codes: readonly string[];
}

/** The plists, and the jobs of reconcile files, of paths that a person named. */
export async function namedPlists(paths: readonly string[], context: Context): Promise<Subject> {
  const files: string[] = [];
  for (const path of paths) {
    const found = await plistFiles(resolve(context.cwd, path), realFiles);
    if (found === null)
      throw new ReconcileError('usage/path', `Nothing is at ${path}.`, {
        hint: 'Name plists, or folders that hold some; without a path, the declared and installed jobs are looked at.',
        exitCode: EXIT.usage,
      });
    files.push(...found);
  }
  const isYaml = (path: string): boolean => /\.ya?ml$/.test(path);
  const plists = await readAll([...new Set(files.filter((path) => !isYaml(path)))]);
  const declared = files.filter(isYaml).map((path) => declaredIn(path, context));
  return {
    ...plists,
    jobs: [...declared.flatMap(({ jobs }) => jobs), ...plists.jobs],
    ignores: declared.flatMap(({ ignores }) => ignores),
  };
}

/** The jobs of a reconcile file that was named like a plist. */
function declaredIn(
  path: string,
  context: Context,
): { readonly jobs: readonly AuditedJob[]; readonly ignores: readonly FileIgnores[] } {
  const file = declaredJobs({ ...context, options: { ...context.options, file: [path] } });
  return { jobs: file.jobs.map((job) => judged(job, file.places)), ignores: file.ignores };
}

/** What the file declares, and every plist in the folders of launchd that is not written from it. */
export async function declaredAndInstalled(context: Context): Promise<Subject> {
  const { jobs: declared, ignores, places: fields } = declaredJobs(context);
  const ownJobs = declared.filter(({ managedByOther }) => !managedByOther);
  const jobs = ownJobs.map((job) => judged(job, fields));
  const isTarget = targetsOf(declared, context);
  if (context.options.as !== undefined)
    return { jobs: jobs.filter(({ label }) => isTarget(label)), unreadable: [], loaded: [], ignores };
  const own = new Set(ownJobs.map(({ path }) => path));
  const others = new Map(
    declared.filter(({ managedByOther }) => managedByOther).map((job) => [job.label, job] as const),
  );
  const { places } = chooseWho(context);
  const files: string[] = [];
  for (const folder of [places.userAgents, places.globalAgents, places.daemons])
    for (const path of (await plistFiles(folder, realFiles).catch(() => null)) ?? [])
      if (!own.has(path)) files.push(path);
  const installed = await readAll(files, others);
  const all = [...jobs, ...installed.jobs];
  const told = all.filter(({ label }) => isTarget(label));
  if (context.options.target.length > 0 && told.length === 0)
    throw new ReconcileError(
      'target/unknown',
      `No job matches --target ${context.options.target.join(' ')}.`,
      {
        hint: 'A target is an instance or a label, or a glob over them.',
        exitCode: EXIT.usage,
      },
    );
  const loaded = (await auditLoaded(all, context)).filter(({ label }) => isTarget(label));
  const broken = context.options.target.length > 0 ? [] : installed.unreadable;
  return { jobs: told, unreadable: broken, loaded, ignores };
}

/** Whether a label is asked for, by itself or by its instance. */
function targetsOf(declared: readonly Job[], { options }: Context): (label: string | null) => boolean {
  if (options.target.length === 0) return () => true;
  const instances = new Map(declared.map(({ label, instance }) => [label, instance] as const));
  return (label) => label !== null && matchesAny(options.target, instances.get(label) ?? null, label);
}

/** Of each instance: where its fields stand. */
type FieldPlaces = ReadonlyMap<string, Readonly<Record<string, Place>>>;

function judged({ instance, plist, placement, place, auditIgnore }: Job, fields?: FieldPlaces): AuditedJob {
  return auditedJob(plist, {
    path: null,
    source: null,
    isDeclared: true,
    scope: placement === 'system' ? 'daemon' : 'agent',
    place,
    places: fields?.get(instance) ?? {},
    instance,
    ignore: auditIgnore,
  });
}

/** As they compile; none where there is no file and none was named. */
function declaredJobs(context: Context): {
  readonly jobs: readonly Job[];
  readonly ignores: readonly FileIgnores[];
  readonly places: FieldPlaces;
} {
  try {
    const { config, jobs } = loadDeclarationAs(context);
    const here = jobs.filter(({ excluded }) => !excluded);
    const places = new Map(config.instances.map((instance) => [instance.name, instance.places]));
    const ignores = [{ file: config.file, codes: config.auditIgnore }];
    return { jobs: here.sort(byPlace(config.files)), ignores, places };
  } catch (error) {
    const isNamed = context.options.file.length > 0 || context.options.as !== undefined;
    if (error instanceof ReconcileError && error.code === 'file/missing' && !isNamed)
      return { jobs: [], ignores: [], places: new Map() };
    throw error;
  }
}

/** @param others declared jobs that other programs write, by label */
async function readAll(
  paths: readonly string[],
  others: ReadonlyMap<string, Job> = new Map(),
): Promise<Subject> {
  const jobs: AuditedJob[] = [];
  const broken: Finding[] = [];
  for (const path of paths) {
    const found = await readOne(path, others);
    if ('code' in found) broken.push(found);
    else jobs.push(found);
  }
  return { jobs, unreadable: broken, loaded: [], ignores: [] };
}

async function readOne(path: string, others: ReadonlyMap<string, Job>): Promise<AuditedJob | Finding> {
  const reading = await readPlistFile(path, realFiles);
  if (!reading.ok) return unreadable(path, reading.problem);
  const label = reading.plist.entries['Label'];
  const other = typeof label === 'string' ? others.get(label) : undefined;
  return auditedJob(reading.plist, {
    path,
    source: reading.source,
    isDeclared: other !== undefined || parseMarker(reading.comments) !== null,
    ...(other === undefined ? {} : { declared: judged(other), ignore: other.auditIgnore }),
  });
}

/** As the files are read. */
const byPlace =
  (files: readonly string[]) =>
  (a: Job, b: Job): number =>
    files.indexOf(a.place.file) - files.indexOf(b.place.file) || a.place.line - b.place.line;
