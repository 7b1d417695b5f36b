import type { Diagnostic } from '../model/diagnostic.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import { diagnosticsToAnnotations } from '../report/audit-formats.ts';
import type { Command, Context } from './context.ts';
import { type Declaration, loadDeclarationAs, noteDiagnostics } from './declaration.ts';
import { displayPath } from './display-path.ts';
import { printDocument } from './document.ts';
import { InvalidFile } from './failure.ts';

export interface ValidateArguments {
  /** Each is checked by itself, as hooks name them; without any, what `-f` names or what lies here is one declaration. */
  readonly files: readonly string[];
  /** `github`: annotations, warnings and notes too. */
  readonly format?: 'text' | 'github';
}

/** Checks the file, or several, for this machine or for that of `--as`. */
export const validate: Command<ValidateArguments> = async ({ files, format }, context) => {
  if (files.length === 0) return report([check(context)], context, format, (one) => one);
  if (context.options.file.length > 0)
    throw new ReconcileError('usage', 'The files are named twice: with -f, and without.', {
      hint: 'Files after -f are merged into one declaration; files without -f are checked each by itself.',
      exitCode: EXIT.usage,
    });
  const checked = files.map((file) => check({ ...context, options: { ...context.options, file: [file] } }));
  return report(checked, context, format, files.length === 1 ? (one) => one : (...all) => ({ checked: all }));
};

type Checked = Declaration | InvalidFile;

function check(context: Context): Checked {
  try {
    return loadDeclarationAs(context);
  } catch (error) {
    if (error instanceof InvalidFile) return error;
    throw error;
  }
}

type Body = Readonly<Record<string, unknown>>;

/** The good ones, then everything that is wrong with the others at once. */
function report(
  checked: readonly Checked[],
  context: Context,
  format: ValidateArguments['format'],
  shape: (...bodies: Body[]) => Body,
): number {
  const valid = checked.filter((each): each is Declaration => !(each instanceof InvalidFile));
  const invalid = checked.filter((each): each is InvalidFile => each instanceof InvalidFile);
  const diagnostics: readonly Diagnostic[] = checked.flatMap((each) => each.diagnostics);
  if (format === 'github')
    context.terminal.out(diagnosticsToAnnotations(diagnostics, (path) => displayPath(path, context.cwd)));
  else if (!context.options.json)
    for (const declaration of valid) {
      noteDiagnostics(context, declaration.diagnostics, declaration.sources);
      context.terminal.out(sentenceOf(declaration));
    }
  if (invalid.length > 0) {
    const told = context.options.json ? diagnostics : invalid.flatMap((each) => each.diagnostics);
    throw new InvalidFile(told, Object.assign({}, ...checked.map(({ sources }) => sources)));
  }
  if (context.options.json) printDocument(context, EXIT.ok, shape(...valid.map(bodyOf)), diagnostics);
  return EXIT.ok;
}

function bodyOf({ config, jobs }: Declaration): Body {
  const excluded = jobs.filter((job) => job.excluded).length;
  return { stack: config.name, files: config.files, jobs: jobs.length - excluded, excluded };
}

function sentenceOf({ config, jobs, host }: Declaration): string {
  const excluded = jobs.filter((job) => job.excluded).length;
  const count = jobs.length - excluded;
  const besides = excluded === 0 ? '' : ` ${excluded} more for other machines.`;
  return `${config.file} is valid: ${count} ${count === 1 ? 'job' : 'jobs'} for ${host.user} on ${host.host}.${besides}`;
}
