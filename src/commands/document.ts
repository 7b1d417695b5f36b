import type { Diagnostic } from '../model/diagnostic.ts';
import type { ExitCode } from '../model/errors.ts';
import { jsonDocument } from '../report/document.ts';
import type { Context } from './context.ts';

/** Prints the one JSON document of a command (interface §5); where JSON lines are printed, it is one of them. */
export function printDocument(
  { command, terminal, prints }: Context,
  exitCode: ExitCode,
  body: Readonly<Record<string, unknown>>,
  diagnostics: readonly Diagnostic[] = [],
): void {
  const document = jsonDocument({ command, exitCode }, body, diagnostics);
  terminal.out(prints === 'lines' ? JSON.stringify(document) : formatDocument(document));
}

export function formatDocument(document: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(document, null, 2);
}
