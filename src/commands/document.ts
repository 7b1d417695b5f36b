import type { Diagnostic } from '../model/diagnostic.ts';
import type { ExitCode } from '../model/errors.ts';
import { jsonDocument } from '../report/document.ts';
import type { Context } from './context.ts';

/** Prints the one JSON document of a command (interface §5). */
export function printDocument(
  { command, terminal }: Context,
  exitCode: ExitCode,
  body: Readonly<Record<string, unknown>>,
  diagnostics: readonly Diagnostic[] = [],
): void {
  terminal.out(formatDocument(jsonDocument({ command, exitCode }, body, diagnostics)));
}

export function formatDocument(document: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(document, null, 2);
}
