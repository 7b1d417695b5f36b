import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Command, Context } from './context.ts';
import { loadDeclaration, noteDiagnostics, noteFile, withoutNotes } from './declaration.ts';
import { executePlan } from './execution.ts';
import { makePlan, type PlanFlags } from './planning.ts';
import { demandSamePlan, parseSavedPlan, type SavedPlan } from './saved-plan.ts';
import { openWorld, withLock } from './world.ts';

export interface ApplyArguments extends PlanFlags {
  readonly saved: string | undefined;
  readonly failFast?: boolean;
  readonly parallelism?: number;
  /** False with `--no-sudo`. */
  readonly sudo?: boolean;
  readonly detachSelf?: boolean;
}

/** Plans, asks, and makes the changes. */
export const apply: Command<ApplyArguments> = async (args, asked) => {
  const { saved: path, failFast, parallelism, sudo, detachSelf, ...given } = args;
  const saved = path === undefined ? null : parseSavedPlan(readSaved(path, asked.cwd), path);
  const context = saved === null ? asked : askedAsSaved(asked, saved);
  if (saved !== null) refuseMore(given, asked);
  const flags = saved === null ? given : { ...saved.flags, ...(given.refresh && { refresh: given.refresh }) };
  const declaration = loadDeclaration(context);
  noteFile(context, declaration);
  const world = openWorld(context);
  return withLock(context, world, async () => {
    const { plan } = await makePlan(declaration, world, context, flags);
    noteDiagnostics(context, withoutNotes(plan.diagnostics), declaration.sources);
    if (saved !== null) demandSamePlan(saved, plan);
    return executePlan(plan, {
      context,
      world,
      // A saved plan was looked at when it was saved.
      confirm: saved === null ? 'Make these changes?' : null,
      failFast: failFast ?? false,
      sudo: sudo ?? true,
      adopt: flags.adopt ?? false,
      ...(detachSelf === true ? { detachSelf: (label) => applyAgain(label, flags, sudo ?? true) } : {}),
      ...(parallelism === undefined ? {} : { parallelism }),
    });
  });
};

/** The flags of a plan that are on or off, by name. */
function planSwitches(flags: PlanFlags): readonly (readonly [string, boolean | undefined])[] {
  return [
    ['--no-prune', flags.prune === false],
    ['--adopt', flags.adopt],
    ['--allow-empty', flags.allowEmpty],
    ['--take-over-stack', flags.takeOverStack],
    ['--release-held', flags.releaseHeld],
    ['--end-leftovers', flags.endLeftovers],
  ];
}

/** The same for one job, by a process that nobody is asked by. */
function applyAgain(label: string, flags: PlanFlags, sudo: boolean): readonly string[] {
  const given = [...planSwitches(flags), ['--no-sudo', !sudo] as const];
  const set = given.flatMap(([flag, on]) => (on === true ? [flag] : []));
  // A replacement that was asked for is a change of this job only if it was named.
  const replaced = (flags.replace ?? []).flatMap((name) => ['--replace', name]);
  return ['apply', '--target', label, ...set, ...replaced];
}

/** A saved plan says what is to be done; more than that cannot be asked for beside it, and is not passed over in silence. */
function refuseMore(given: PlanFlags, { options }: Context): void {
  const asked: readonly (readonly [string, boolean | undefined])[] = [
    ['--target', options.target.length > 0],
    ['--replace', given.replace !== undefined],
    ...planSwitches(given),
  ];
  const names = asked.flatMap(([flag, on]) => (on === true ? [flag] : []));
  if (names.length === 0) return;
  throw new ReconcileError(
    'usage/saved-plan',
    `A saved plan is applied as it is, without ${names.join(', ')}.`,
    {
      hint: 'Give that to `reconcile plan --out plan.json`, look, and apply what it saved.',
      exitCode: EXIT.usage,
    },
  );
}

/** The files and targets that the plan was made with; a file that is named now goes first, for standard input. */
function askedAsSaved(asked: Context, { files, targets }: SavedPlan): Context {
  const { file } = asked.options;
  return {
    ...asked,
    options: { ...asked.options, file: file.length > 0 ? file : files, target: targets },
  };
}

function readSaved(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT';
    throw new ReconcileError(
      'plan/unreadable',
      isMissing ? `There is no saved plan ${path}.` : `The saved plan ${path} cannot be read: ${message}.`,
      {
        hint: 'Make one with `reconcile plan --out plan.json`.',
        exitCode: EXIT.usage,
        cause: error,
      },
    );
  }
}
