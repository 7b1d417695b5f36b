import type { Diagnostic } from '../model/diagnostic.ts';
import { EXIT, type ExitCode, ReconcileError } from '../model/errors.ts';
import { renderDiagnostics } from '../report/diagnostics.ts';
import { createInputs, type Inputs } from '../sys/config-inputs.ts';
import type { Context } from './context.ts';
import { printDocument } from './document.ts';

/** The file is invalid, missing or not to be trusted: everything that is wrong with it, and its text for the code frames. */
export class InvalidFile extends Error {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: Readonly<Record<string, string>>;
  /** What was read, or looked for, before that was known. */
  readonly inputs: Inputs;

  constructor(
    diagnostics: readonly Diagnostic[],
    sources: Readonly<Record<string, string>>,
    inputs: Inputs = createInputs(),
  ) {
    super('The file is invalid.');
    this.diagnostics = diagnostics;
    this.sources = sources;
    this.inputs = inputs;
  }
}

const REPORT_AT = 'Please report it with the command you ran, at the issue tracker named in the README.';

/** Any error, as what is to be told of it and the exit code that it means. */
export function explainFailure(error: unknown): {
  readonly diagnostics: readonly Diagnostic[];
  readonly exitCode: ExitCode;
} {
  if (error instanceof InvalidFile) return { diagnostics: error.diagnostics, exitCode: EXIT.invalidFile };
  if (error instanceof ReconcileError) {
    const { code, message, hint, exitCode } = error;
    const diagnostic: Diagnostic = { code, severity: 'error', message, file: null, line: null, column: null };
    return { diagnostics: [hint === undefined ? diagnostic : { ...diagnostic, hint }], exitCode };
  }
  const { code, path } = (error ?? {}) as NodeJS.ErrnoException;
  const isSystem = typeof code === 'string' && /^E[A-Z]+$/.test(code);
  return {
    diagnostics: [
      {
        code: isSystem ? 'system/refused' : 'internal',
        severity: 'error',
        message: isSystem
          ? `The system refused${path === undefined ? '' : ` ${path}`}: ${(error as Error).message}.`
          : `This is a fault of reconcile itself: ${error instanceof Error ? error.message : String(error)}`,
        file: null,
        line: null,
        column: null,
        hint: isSystem
          ? code === 'ENOENT'
            ? 'Check the path: the folder must be there. Then run the command again.'
            : 'Check the permissions and the free space of that place, then run the command again.'
          : REPORT_AT,
      },
    ],
    exitCode: EXIT.failed,
  };
}

/** Tells a failure as text on standard error, or as the one JSON document; gives the exit code. Never a stack trace. */
export function describeFailure(error: unknown, context: Context): ExitCode {
  const { terminal, options } = context;
  const { diagnostics, exitCode } = context.signal.aborted
    ? { diagnostics: [], exitCode: EXIT.interrupted }
    : explainFailure(error);
  if (options.json) printDocument(context, exitCode, {}, diagnostics);
  else if (context.signal.aborted) terminal.note('Interrupted.');
  else {
    const sources = error instanceof InvalidFile ? error.sources : {};
    if (diagnostics.length > 0)
      terminal.note(renderDiagnostics(diagnostics, sources, terminal.noteStyle), 'always');
    if (options.verbose && exitCode === EXIT.failed && error instanceof Error && error.stack !== undefined)
      terminal.note(error.stack);
  }
  return exitCode;
}
