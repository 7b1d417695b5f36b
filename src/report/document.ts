import type { Diagnostic } from '../model/diagnostic.ts';
import type { ExitCode } from '../model/errors.ts';

/** What every `--json` document begins with (interface §5). */
export interface Envelope {
  readonly command: string;
  readonly exitCode: ExitCode;
}

/**
 * The one document that a command prints with `--json`, on failure too: the envelope, the command's own members, the
 * diagnostics. Ready for JSON.stringify.
 */
export function jsonDocument(
  envelope: Envelope,
  own: Readonly<Record<string, unknown>>,
  diagnostics: readonly Diagnostic[],
): Readonly<Record<string, unknown>> {
  return {
    format_version: '1.0',
    command: envelope.command,
    exit_code: envelope.exitCode,
    ...own,
    diagnostics: diagnostics.map(diagnosticToJson),
  };
}

/** One diagnostic, as every document holds it. */
export function diagnosticToJson({ code, severity, message, file, line, column, hint }: Diagnostic): unknown {
  return { code, severity, message, file, line, column, hint: hint ?? null };
}
