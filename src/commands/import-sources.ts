import { existsSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { inlineIgnores } from '../audit/ignore.ts';
import { NO_COMMENTS, plistComments } from '../desired/decompile/comments.ts';
import type { InstalledPlist } from '../desired/decompile/document.ts';
import { isAppleLabel } from '../launchd/domains.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { type PlistFileReading, plistFiles, readPlistFile } from '../observe/plist-files.ts';
import { checkPatterns, matchesAny } from '../plan/targets.ts';
import { parseMarker } from '../plist/marker.ts';
import { realFiles } from '../sys/files.ts';
import type { Context } from './context.ts';

export interface ImportSelection {
  /** Labels, plists, folders. */
  readonly names: readonly string[];
  readonly allUser?: boolean;
  readonly homebrew?: boolean;
  readonly withSecrets?: boolean;
}

/** The plists that were asked for, and what there is to say about those that are left out. */
export interface Selected {
  readonly plists: readonly InstalledPlist[];
  /** `error`: it was asked for and cannot be read; `info`: it was left out on purpose. */
  readonly told: readonly Diagnostic[];
}

/** Named by itself, what is found is taken even if it is Apple's or ours; found in a folder, such a one is left out. */
interface Candidate {
  readonly path: string;
  readonly isNamed: boolean;
}

/** Throws ReconcileError (exit 64) for a name that means nothing. */
export async function selectPlists(
  { names, allUser, homebrew, withSecrets }: ImportSelection,
  places: Places,
  context: Context,
): Promise<Selected> {
  if (names.length === 0 && allUser !== true && homebrew !== true)
    throw new ReconcileError('usage/import', '`import` wants to know what to import.', {
      hint: 'Name labels, plists or folders; --all-user takes all of ~/Library/LaunchAgents, --homebrew the services of Homebrew.',
      exitCode: EXIT.usage,
    });
  const readings = new Map<string, PlistFileReading>();
  const read = async (path: string): Promise<PlistFileReading> => {
    const reading = readings.get(path) ?? (await readPlistFile(path, realFiles));
    readings.set(path, reading);
    return reading;
  };
  const candidates: Candidate[] = [];
  for (const name of names) candidates.push(...(await named(name, places, context, read)));
  if (allUser === true)
    candidates.push(...(await installedIn([places.userAgents])).map((path) => ({ path, isNamed: false })));
  if (homebrew === true) candidates.push(...(await homebrewServices(places, read)));
  const { plists, told } = await readAll(candidates, withSecrets === true, read);
  return { plists: targeted(plists, context), told };
}

type Read = (path: string) => Promise<PlistFileReading>;

/** A path that is there, else a label that is installed. */
async function named(
  name: string,
  places: Places,
  { cwd }: Context,
  read: Read,
): Promise<readonly Candidate[]> {
  const path = resolve(cwd, name);
  const looksLikePath = name.includes('/') || name.endsWith('.plist');
  if (looksLikePath || existsSync(path)) {
    const found = await plistFiles(path, realFiles);
    if (found === null)
      throw new ReconcileError('usage/path', `Nothing is at ${name}.`, {
        hint: 'Name a plist, a folder that holds some, or the label of a job that is installed.',
        exitCode: EXIT.usage,
      });
    if (found.length === 0)
      throw new ReconcileError('usage/path', `No plist lies in ${name}.`, {
        hint: 'Plists are files whose names end in .plist.',
        exitCode: EXIT.usage,
      });
    return found.map((each) => ({ path: each, isNamed: found.length === 1 && each === path }));
  }
  const folders = [places.userAgents, places.globalAgents, places.daemons];
  const labels: string[] = [];
  const found: Candidate[] = [];
  for (const file of await installedIn(folders)) {
    const reading = await read(file);
    const label = reading.ok ? reading.plist.entries['Label'] : undefined;
    if (typeof label === 'string' && !isAppleLabel(label)) labels.push(label);
    if (label === name) found.push({ path: file, isNamed: true });
  }
  if (found.length > 0) return found;
  const near = labels.filter((label) => label.includes(name)).slice(0, 5);
  throw new ReconcileError('name/unknown', `No installed plist has the label ${name}.`, {
    hint:
      near.length > 0
        ? `Did you mean ${near.join(' or ')}?`
        : `Looked in ${folders.join(', ')}. A path also does: \`reconcile import ./${name}.plist\`.`,
    exitCode: EXIT.usage,
  });
}

/** The plists of folders of launchd, which does not look below them. */
async function installedIn(folders: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of folders)
    for (const name of await realFiles.list(folder).catch(() => []))
      if (name.endsWith('.plist')) found.push(posix.join(folder, name));
  return found;
}

async function homebrewServices(places: Places, read: Read): Promise<readonly Candidate[]> {
  const services: Candidate[] = [];
  for (const path of await installedIn([places.userAgents, places.globalAgents, places.daemons])) {
    const reading = await read(path);
    const label = reading.ok ? reading.plist.entries['Label'] : posix.basename(path);
    if (typeof label === 'string' && label.startsWith('homebrew.mxcl.'))
      services.push({ path, isNamed: false });
  }
  return services;
}

async function readAll(
  candidates: readonly Candidate[],
  withSecrets: boolean,
  read: Read,
): Promise<Selected> {
  const plists: InstalledPlist[] = [];
  const told: Diagnostic[] = [];
  const seen = new Set<string>();
  let apples = 0;
  for (const { path, isNamed } of candidates) {
    if (seen.has(path)) continue;
    seen.add(path);
    const reading = await read(path);
    if (!reading.ok) {
      const { message, line, column, isClosed } = reading.problem;
      told.push({
        code: 'plist/unreadable',
        severity: 'error',
        message,
        file: path,
        line,
        column,
        hint:
          isClosed === true
            ? 'Make it readable for yourself, then import it.'
            : 'Mend that place, then import it; launchd does not read it either.',
      });
      continue;
    }
    const label = reading.plist.entries['Label'];
    const marker = parseMarker(reading.comments);
    if (!isNamed && typeof label === 'string' && isAppleLabel(label)) apples++;
    else if (!isNamed && marker !== null)
      told.push({
        code: 'import/managed',
        severity: 'info',
        message: `${typeof label === 'string' ? label : posix.basename(path)} is written by reconcile already: stack ${marker.stack}, instance ${marker.instance}.`,
        file: path,
        line: null,
        column: null,
      });
    else {
      const { source } = reading;
      const comments = source === null ? NO_COMMENTS : plistComments(source, withSecrets);
      // Without a reason it does not count in the plist either.
      const ignores = inlineIgnores(source).flatMap(({ code, reason }) => (reason === null ? [] : [code]));
      plists.push({ path, plist: reading.plist, comments, ignores });
      if (comments.hidSecret)
        told.push({
          code: 'import/secret',
          severity: 'warning',
          message: 'A comment holds what looks like a secret, so `…` stands in its place.',
          file: path,
          line: null,
          column: null,
          hint: 'Take it out of the plist too; or import with --with-secrets to copy it.',
        });
    }
  }
  if (apples > 0)
    told.push({
      code: 'import/apple',
      severity: 'info',
      message: `${apples === 1 ? 'A job that belongs' : `${apples} jobs that belong`} to macOS ${apples === 1 ? 'was' : 'were'} left out.`,
      file: null,
      line: null,
      column: null,
    });
  return { plists, told };
}

function targeted(plists: readonly InstalledPlist[], { options }: Context): readonly InstalledPlist[] {
  if (options.target.length === 0) return plists;
  const labelOf = ({ plist }: InstalledPlist): string => {
    const label = plist.entries['Label'];
    return typeof label === 'string' ? label : '';
  };
  checkPatterns(
    '--target',
    options.target,
    plists.map((each) => ({ instance: null, label: labelOf(each) })),
  );
  return plists.filter((each) => matchesAny(options.target, null, labelOf(each)));
}
