import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import { placeOf, type Span } from './node.ts';

/** What is wrong, without its place. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

/** Gathers what is to be said about the files; the same thing about the same place is said once. */
export interface Collector {
  readonly report: (problem: Problem, span: Span, severity?: Severity) => void;
  readonly add: (diagnostic: Diagnostic) => void;
  /** In the order of the files given, then by place. */
  readonly sorted: (files: readonly string[]) => readonly Diagnostic[];
  /** How many errors were reported so far, said again or not. */
  readonly errors: () => number;
}

export function createCollector(): Collector {
  const found = new Map<string, Diagnostic>();
  let errors = 0;
  const add = (diagnostic: Diagnostic): void => {
    const { code, file, line, column, message } = diagnostic;
    if (diagnostic.severity === 'error') errors++;
    const key = JSON.stringify([code, file, line, column, message]);
    if (!found.has(key)) found.set(key, diagnostic);
  };
  return {
    add,
    report: (problem, span, severity = 'error') => add({ ...problem, severity, ...placeOf(span) }),
    errors: () => errors,
    sorted: (files) => {
      const rank = new Map(files.map((file, index) => [file, index]));
      const rankOf = (file: string | null): number => rank.get(file ?? '') ?? files.length;
      return [...found.values()].sort(
        (a, b) =>
          rankOf(a.file) - rankOf(b.file) ||
          (a.line ?? 0) - (b.line ?? 0) ||
          (a.column ?? 0) - (b.column ?? 0),
      );
    },
  };
}
