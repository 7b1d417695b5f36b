import type { Severity } from '../model/diagnostic.ts';

/** What is wrong with a key of a plist. */
export interface KeyProblem {
  /** Stable: one of those below, behind `launchd/`. */
  readonly code: `launchd/${ProblemName}`;
  readonly severity: Severity;
  /** From the top of the plist; elements of arrays by their index from 0. */
  readonly path: readonly string[];
  /** One sentence: what is wrong and why. */
  readonly message: string;
  /** One sentence: what to do. */
  readonly hint: string;
}

export type ProblemName =
  | 'unknown-key'
  | 'misplaced-key'
  | 'undocumented'
  | 'wrong-type'
  | 'out-of-range'
  | 'unknown-value'
  | 'unsupported'
  | 'deprecated'
  | 'discouraged'
  | 'not-for-files'
  | 'scope'
  | 'label'
  | 'empty'
  | 'missing'
  | 'relative-path'
  | 'umask'
  | 'variable-name'
  | 'never-killed'
  | 'no-condition'
  | 'every-minute';

export function problem(
  severity: Severity,
  name: ProblemName,
  path: readonly string[],
  message: string,
  hint: string,
): KeyProblem {
  return { code: `launchd/${name}`, severity, path, message, hint };
}
