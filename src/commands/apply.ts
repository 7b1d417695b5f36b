import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Command } from './context.ts';
import { loadDeclaration, noteDiagnostics } from './declaration.ts';
import { executePlan } from './execution.ts';
import { makePlan, type PlanFlags } from './planning.ts';
import { demandSamePlan } from './saved-plan.ts';
import { openWorld, withLock } from './world.ts';

export interface ApplyArguments extends PlanFlags {
  readonly saved: string | undefined;
  readonly failFast?: boolean;
  readonly parallelism?: number;
}

/** Plans, asks, and makes the changes. */
export const apply: Command<ApplyArguments> = async (args, context) => {
  const saved =
    args.saved === undefined ? null : { path: args.saved, text: readSaved(args.saved, context.cwd) };
  const declaration = loadDeclaration(context);
  const world = openWorld(context);
  return withLock(context, world, async () => {
    const { plan } = await makePlan(declaration, world, context, args);
    noteDiagnostics(context, plan.diagnostics, declaration.sources);
    if (saved !== null) demandSamePlan(saved.text, plan, saved.path);
    return executePlan(plan, {
      context,
      world,
      // A saved plan was looked at when it was saved.
      confirm: saved === null ? 'Make these changes?' : null,
      failFast: args.failFast ?? false,
      ...(args.parallelism === undefined ? {} : { parallelism: args.parallelism }),
    });
  });
};

function readSaved(path: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, path), 'utf8');
  } catch (error) {
    throw new ReconcileError(
      'plan/unreadable',
      `The saved plan ${path} cannot be read: ${(error as Error).message}`,
      {
        exitCode: EXIT.usage,
        cause: error,
      },
    );
  }
}
