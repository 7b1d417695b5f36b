import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import { codeFrame } from './code-frame.ts';
import { count, printable, sentence } from './printable.ts';
import { type Paint, paint, type Style } from './style.ts';

const COLORS: Readonly<Record<Severity, Paint>> = { error: 'red', warning: 'yellow', info: 'cyan' };

/**
 * Everything there is to tell about the files, in the given order, with the line that it is about:
 *
 *     error[field/unknown]: `restrat` is no field of an instance.
 *      --> reconcile.yaml:12:5
 *     12 |     restrat: always
 *        |     ^^^^^^^
 *     hint: Did you mean `restart`?
 *
 *     1 error.
 *
 * `sources` holds the text of the files by the path that the diagnostics name. Ends with a line end; '' when there is none.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  sources: Readonly<Record<string, string>>,
  style: Style,
): string {
  if (diagnostics.length === 0) return '';
  const lines = new Map<string, readonly string[] | null>();
  const linesOf = (file: string): readonly string[] | null => {
    const known = lines.get(file);
    if (known !== undefined) return known;
    // Once a file: it may be long, and most of what is wrong with it may be in there.
    const found = Object.hasOwn(sources, file) ? (sources[file]?.split('\n') ?? null) : null;
    lines.set(file, found);
    return found;
  };
  const blocks = diagnostics.map((diagnostic) => `${renderOne(diagnostic, linesOf, style)}\n`);
  return `${blocks.join('\n')}\n${countLine(diagnostics)}\n`;
}

function renderOne(
  diagnostic: Diagnostic,
  linesOf: (file: string) => readonly string[] | null,
  style: Style,
): string {
  const { code, severity, message, file, line, column, hint } = diagnostic;
  const lines = [
    `${paint(style, COLORS[severity], `${severity}[${printable(code, style)}]`)}: ${text(message, style)}`,
  ];
  if (file !== null) {
    const place = [file, ...(line === null ? [] : [line, ...(column === null ? [] : [column])])].join(':');
    lines.push(` ${paint(style, 'dim', '-->')} ${printable(place, style)}`);
    const source = line === null ? null : linesOf(file);
    if (source !== null && line !== null) {
      const mark = { line, column: column ?? 1, length: diagnostic.length ?? 1 };
      lines.push(codeFrame(source, mark, style) ?? '');
    }
  }
  if (hint !== undefined && hint !== '') lines.push(`${paint(style, 'green', 'hint')}: ${text(hint, style)}`);
  return lines.filter((part) => part !== '').join('\n');
}

/** Line ends that the writer of a message meant are kept, with the following lines set in. */
function text(message: string, style: Style): string {
  return message
    .trimEnd()
    .split('\n')
    .map((line) => sentence(line, style))
    .join('\n    ');
}

function countLine(diagnostics: readonly Diagnostic[]): string {
  const of = (severity: Severity) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).length;
  const parts = [
    [of('error'), 'error'],
    [of('warning'), 'warning'],
    [of('info'), 'note'],
  ] as const;
  return `${parts
    .filter(([number]) => number > 0)
    .map(([number, word]) => count(number, word))
    .join(', ')}.`;
}
