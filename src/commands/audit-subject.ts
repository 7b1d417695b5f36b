import { resolve } from 'node:path';
import type { Finding } from '../audit/finding.ts';
import { type AuditedJob, auditedJob } from '../audit/job.ts';
import { unreadable } from '../audit/special.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { isDict } from '../model/plist.ts';
import { plistFiles } from '../observe/plist-files.ts';
import { PLIST_SIZE_LIMIT } from '../observe/scan.ts';
import { parseMarker } from '../plist/marker.ts';
import { readPlist } from '../plist/read.ts';
import { realFiles } from '../sys/files.ts';
import type { Context } from './context.ts';
import { loadDeclarationAs } from './declaration.ts';
import { chooseWho } from './who.ts';

/** What there is to judge, and what could not even be read. */
export interface Subject {
  readonly jobs: readonly AuditedJob[];
  readonly unreadable: readonly Finding[];
}

/** The plists of paths that a person named. */
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
  return readAll([...new Set(files)]);
}

/** What the file declares, and every plist in the folders of launchd that it does not declare. */
export async function declaredAndInstalled(context: Context): Promise<Subject> {
  const declared = declaredJobs(context);
  const paths = new Set(declared.map(({ path }) => path));
  if (context.options.as !== undefined) return { jobs: declared.map(({ job }) => job), unreadable: [] };
  const { places } = chooseWho(context);
  const files: string[] = [];
  for (const folder of [places.userAgents, places.globalAgents, places.daemons])
    for (const path of (await plistFiles(folder, realFiles).catch(() => null)) ?? [])
      if (!paths.has(path)) files.push(path);
  const installed = await readAll(files);
  return { jobs: [...declared.map(({ job }) => job), ...installed.jobs], unreadable: installed.unreadable };
}

/** As they compile; none where there is no file and none was named. */
function declaredJobs(context: Context): readonly { readonly path: string; readonly job: AuditedJob }[] {
  try {
    return loadDeclarationAs(context)
      .jobs.filter(({ excluded }) => !excluded)
      .map(({ plist, path, placement, place }) => ({
        path,
        job: auditedJob(plist, {
          path: null,
          source: null,
          isDeclared: true,
          scope: placement === 'system' ? 'daemon' : 'agent',
          place,
        }),
      }));
  } catch (error) {
    const isNamed = context.options.file.length > 0 || context.options.as !== undefined;
    if (error instanceof ReconcileError && error.code === 'file/missing' && !isNamed) return [];
    throw error;
  }
}

async function readAll(paths: readonly string[]): Promise<Subject> {
  const jobs: AuditedJob[] = [];
  const broken: Finding[] = [];
  for (const path of paths) {
    const found = await readOne(path);
    if ('code' in found) broken.push(found);
    else jobs.push(found);
  }
  return { jobs, unreadable: broken };
}

async function readOne(path: string): Promise<AuditedJob | Finding> {
  const nowhere = { line: null, column: null };
  let bytes: Uint8Array;
  try {
    const there = await realFiles.identify(path);
    if (Number(there?.size ?? 0) > PLIST_SIZE_LIMIT)
      return unreadable(path, { message: 'The file is far too large for a plist of a job.', ...nowhere });
    bytes = await realFiles.read(path);
  } catch (error) {
    return unreadable(path, { message: `The file cannot be read: ${(error as Error).message}.`, ...nowhere });
  }
  const reading = readPlist(bytes);
  if (!reading.ok) return unreadable(path, reading.problem);
  if (!isDict(reading.value))
    return unreadable(path, { message: 'The property list is no dictionary, so it is no job.', ...nowhere });
  return auditedJob(reading.value, {
    path,
    source: reading.source,
    isDeclared: parseMarker(reading.comments) !== null,
  });
}
