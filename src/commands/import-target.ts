import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { addInstances, findRoom, type Room } from '../config/add-instances.ts';
import { normalise } from '../launchd/normalise.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import type { PlistDict } from '../model/plist.ts';
import { equalPlist } from '../plist/equal.ts';
import { realFiles } from '../sys/files.ts';
import { findFiles } from '../sys/find-file.ts';
import { realHost } from '../sys/places.ts';
import type { Context } from './context.ts';
import { type Declaration, foreseeDeclaration, loadDeclarationAs } from './declaration.ts';
import { InvalidFile } from './failure.ts';

/** The file that imported jobs belong into. */
export type Target =
  | { readonly kind: 'new'; readonly path: string }
  | {
      readonly kind: 'there';
      /** Real path of the root file; `<stdin>`. */
      readonly path: string;
      readonly content: string;
      readonly declaration: Declaration;
      /** Names that instances have already, those that have no plist here too. */
      readonly names: ReadonlySet<string>;
      readonly labelPrefix: string;
      /** Null: nothing but comments is in it, and a whole file can follow. */
      readonly room: Room | null;
      /** Why nothing can be added to it, in place of the room. */
      readonly refusal: { readonly message: string; readonly hint: string } | null;
    };

/** The file of `-f`, or the one that any command here would read; where there is none, the one that would be made. */
export function openTarget(context: Context): Target {
  const { options, cwd, env } = context;
  const path = wantedFile(context);
  if (path !== null) return { kind: 'new', path };
  const declaration = loadDeclarationAs(context);
  const root = declaration.config.file;
  const content = declaration.sources[root] ?? '';
  const search = findRoom(root, content);
  const roots = findFiles(options.file, cwd, realHost(env).home, env);
  const several = roots.length > 1;
  return {
    kind: 'there',
    path: root,
    content,
    declaration,
    names: new Set(declaration.config.instances.map(({ name }) => name)),
    labelPrefix: declaration.config.label_prefix,
    room: search.ok ? search.room : null,
    refusal: several
      ? {
          message: 'Several files were named with -f, and it is not clear which one they belong into.',
          hint: 'Name one, and `include:` the others in it.',
        }
      : roots[0] === '-'
        ? { message: 'Standard input cannot be written to.', hint: 'Name a file with -f.' }
        : search.ok
          ? null
          : { message: search.message, hint: search.hint },
  };
}

/** Null: a file is there. */
function wantedFile({ options, cwd, env }: Context): string | null {
  try {
    const roots = findFiles(options.file, cwd, realHost(env).home, env);
    const [only] = roots;
    return roots.length === 1 && only !== undefined && only !== '-' && !existsSync(only) ? only : null;
  } catch (error) {
    if (error instanceof ReconcileError && error.code === 'file/missing')
      return resolve(cwd, 'reconcile.yaml');
    throw error;
  }
}

/** What the file says with the instances in it. */
export function contentWith(target: Extract<Target, { kind: 'there' }>, yaml: string): string {
  if (target.room !== null) return addInstances(target.content, target.room, yaml);
  const lineEnd = target.content === '' || target.content.endsWith('\n') ? '' : '\n';
  return `${target.content}${lineEnd}${yaml}`;
}

/** Labels of the imported jobs that the whole file would change, and what else it would break. */
export interface Foreseen {
  readonly differing: ReadonlySet<string>;
  /** Errors of the file as it would be, and labels of its own jobs that would change. */
  readonly errors: readonly Diagnostic[];
  readonly disturbed: readonly string[];
}

/** Loads the file as it would be. The environment has what the secrets stand for. */
export function foresee(
  target: Extract<Target, { kind: 'there' }>,
  content: string,
  wanted: readonly { readonly label: string; readonly plist: PlistDict }[],
  env: ReadonlyMap<string, string>,
  context: Context,
): Foreseen {
  let jobs: readonly Job[];
  try {
    jobs = foreseeDeclaration(context, new Map([[target.path, content]]), Object.fromEntries(env)).jobs;
  } catch (error) {
    if (!(error instanceof InvalidFile)) throw error;
    const errors = error.diagnostics.filter(({ severity }) => severity === 'error');
    return { differing: new Set(), errors, disturbed: [] };
  }
  const found = new Map(jobs.map((job) => [job.label, job.plist]));
  const isSame = (label: string, plist: PlistDict): boolean => {
    const now = found.get(label);
    return now !== undefined && equalPlist(normalise(now), normalise(plist));
  };
  return {
    differing: new Set(wanted.filter(({ label, plist }) => !isSame(label, plist)).map(({ label }) => label)),
    errors: [],
    disturbed: target.declaration.jobs
      .filter(({ label, plist }) => !isSame(label, plist))
      .map(({ label }) => label),
  };
}

/**
 * Writes it in one step; a file that somebody changed in the meantime is left alone, and root takes no file over from a user.
 *
 * @param mode of a new file
 */
export async function writeTarget(target: Target, content: string, mode: number): Promise<void> {
  const there = target.kind === 'there' ? await realFiles.identify(target.path) : null;
  const owner = there ?? (await realFiles.identify(dirname(target.path)));
  if (process.getuid?.() === 0 && owner !== null && owner.uid !== 0)
    throw new ReconcileError(
      'import/not-roots',
      `${target.path} would belong to root afterwards, so it was left as it is.`,
      {
        hint: 'Run it without sudo; where a plist can be read by root alone, leave --write out and paste what is printed.',
        exitCode: EXIT.failed,
      },
    );
  const now = target.kind === 'there' ? readFileSync(target.path, 'utf8') : '';
  if (target.kind === 'there' && withoutMark(now) !== withoutMark(target.content))
    throw new ReconcileError(
      'import/changed',
      `${target.path} was changed in the meantime; it was left as it is.`,
      { hint: 'Run the command again.', exitCode: EXIT.failed },
    );
  // Sources are kept without the mark that some editors put first; the file keeps its own.
  const mark = now.startsWith('\ufeff') ? '\ufeff' : '';
  await realFiles.write(target.path, `${mark}${withoutMark(content)}`, there?.mode ?? mode);
}

const withoutMark = (text: string): string => text.replace(/^\ufeff/, '');
