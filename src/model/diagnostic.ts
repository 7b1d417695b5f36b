export type Severity = 'error' | 'warning' | 'info';

/** Something to tell about a file. All of them are collected; none is thrown. */
export interface Diagnostic {
  /** Stable, lower case, `area/what`: `yaml/syntax`, `field/unknown`, `restart/starts-at-load`. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence: what is wrong and why. */
  readonly message: string;
  /** The real path, `<stdin>`, or null when it concerns no file. */
  readonly file: string | null;
  /** From 1. Null when unknown. */
  readonly line: number | null;
  readonly column: number | null;
  /** Length of the marked text in the code frame, in characters; at least 1. */
  readonly length?: number;
  /** What to do, or "did you mean". */
  readonly hint?: string;
}

/** A place in a file: positions from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}
