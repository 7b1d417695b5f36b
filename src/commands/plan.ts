import { open } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { planToJson } from '../report/plan-json.ts';
import { planToMarkdown } from '../report/plan-markdown.ts';
import { renderPlan } from '../report/plan-text.ts';
import type { Command, Context } from './context.ts';
import {
  type Declaration,
  loadDeclaration,
  loadDeclarationAs,
  noteDiagnostics,
  noteFile,
  withoutNotes,
} from './declaration.ts';
import { formatDocument } from './document.ts';
import { isPending, makePlan, type PlanFlags, planAgainst } from './planning.ts';
import { completeFlags, savePlan } from './saved-plan.ts';
import { openWorld } from './world.ts';

export interface PlanArguments extends PlanFlags {
  readonly out?: string;
  readonly detailedExitcode?: boolean;
  readonly format?: 'text' | 'markdown';
  /** Another file, or the same one in another checkout, instead of what is there. */
  readonly against?: string;
}

/** Shows what differs, and changes nothing. */
export const plan: Command<PlanArguments> = async (args, context) => {
  const { terminal, options, cwd } = context;
  const { out, detailedExitcode, format, against, ...flags } = args;
  if (against !== undefined && out !== undefined)
    throw new ReconcileError('usage', '`--out` saves a plan for this machine; `--against` plans for none.', {
      hint: 'Leave one of them out.',
      exitCode: EXIT.usage,
    });
  const declaration = against === undefined ? loadDeclaration(context) : loadDeclarationAs(context);
  noteFile(context, declaration);
  const plan =
    against === undefined
      ? (await makePlan(declaration, openWorld(context), context, flags)).plan
      : planAgainst(declaration, against, context, flags);
  noteDiagnostics(context, withoutNotes(plan.diagnostics), declaration.sources);
  const pending = isPending(plan);
  const exitCode = pending && detailedExitcode === true ? EXIT.changes : EXIT.ok;
  if (out !== undefined) {
    const request = {
      files: savedFiles(declaration, context),
      targets: options.target,
      flags: completeFlags(flags),
    };
    await writeSaved(out, cwd, savePlan(plan, request));
  }
  if (options.json) {
    terminal.out(formatDocument(planToJson(plan, { command: 'plan', exitCode })));
    return exitCode;
  }
  if (format === 'markdown') {
    terminal.out(planToMarkdown(plan));
    return exitCode;
  }
  terminal.out(renderPlan(plan, terminal.style));
  if (out !== undefined)
    terminal.note(`Saved to ${out}. \`reconcile apply ${out}\` makes these changes and no others.`);
  else if (pending && terminal.interactive && against === undefined)
    terminal.note('\nRun `reconcile apply` to make these changes.');
  return exitCode;
};

/** For its owner alone, whatever the umask, and whatever mode an older one had. */
async function writeSaved(out: string, cwd: string, text: string): Promise<void> {
  try {
    const handle = await open(resolve(cwd, out), 'w', 0o600);
    try {
      // Not of `/dev/stdout`, or whatever else somebody may name here.
      if ((await handle.stat()).isFile()) await handle.chmod(0o600);
      await handle.writeFile(text);
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = UNWRITABLE[code ?? ''] ?? message;
    throw new ReconcileError('plan/unwritable', `The plan cannot be saved to ${out}: ${why}.`, {
      hint: 'Name another file: `reconcile plan --out plan.json`.',
      exitCode: EXIT.failed,
      cause: error,
    });
  }
}

const UNWRITABLE: Readonly<Record<string, string>> = {
  ENOENT: 'its folder is not there',
  ENOTDIR: 'it lies below something that is no folder',
  EISDIR: 'it is a folder',
  EACCES: 'you may not write there',
  EPERM: 'you may not write there',
  EROFS: 'that file system is read-only',
  ENOSPC: 'there is no space left',
};

/** The files that were named or found; none when standard input is among them, which apply is to be given again. */
function savedFiles({ config }: Declaration, { options, cwd }: Context): readonly string[] {
  const named =
    options.file.length > 0
      ? options.file.map((path) => (path === '-' ? path : resolve(cwd, path)))
      : [config.file];
  return named.every(isAbsolute) ? named : [];
}
