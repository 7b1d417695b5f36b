import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT } from '../model/errors.ts';
import { planToJson } from '../report/plan-json.ts';
import { renderPlan } from '../report/plan-text.ts';
import type { Command } from './context.ts';
import { loadDeclaration, noteDiagnostics } from './declaration.ts';
import { formatDocument } from './document.ts';
import { isPending, makePlan, type PlanFlags } from './planning.ts';
import { savePlan } from './saved-plan.ts';
import { openWorld } from './world.ts';

export interface PlanArguments extends PlanFlags {
  readonly out?: string;
  readonly detailedExitcode?: boolean;
}

/** Shows what differs, and changes nothing. */
export const plan: Command<PlanArguments> = async (args, context) => {
  const { terminal, options, cwd } = context;
  const declaration = loadDeclaration(context);
  const { plan } = await makePlan(declaration, openWorld(context), context, args);
  noteDiagnostics(context, plan.diagnostics, declaration.sources);
  const pending = isPending(plan);
  const exitCode = pending && args.detailedExitcode === true ? EXIT.changes : EXIT.ok;
  if (args.out !== undefined) await writeFile(resolve(cwd, args.out), savePlan(plan));
  if (options.json) {
    terminal.out(formatDocument(planToJson(plan, { command: 'plan', exitCode })));
    return exitCode;
  }
  terminal.out(renderPlan(plan, terminal.style));
  if (args.out !== undefined)
    terminal.note(`Saved to ${args.out}. \`reconcile apply ${args.out}\` makes these changes and no others.`);
  else if (pending && terminal.interactive) terminal.note('\nRun `reconcile apply` to make these changes.');
  return exitCode;
};
