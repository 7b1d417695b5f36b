import type { Severity } from '../model/diagnostic.ts';
import type { PlistValue } from '../model/plist.ts';
import type { AuditedJob } from './job.ts';

/** A named mistake, and how to see it in a job. The table of all of them is `RULES`. */
export interface Rule {
  /** Stable, `area/what`. */
  readonly code: string;
  readonly severity: Severity;
  /** Looked for only when somebody asks, because it meets many jobs that are fine. */
  readonly onRequest?: true;
  /** What is wrong, as a heading. */
  readonly title: string;
  /** One sentence: what launchd does then, and why that hurts. */
  readonly why: string;
  /** Part of a plist that has the mistake, and the same without it. */
  readonly bad: string;
  readonly good: string;
  /** Every place of the job that has the mistake. */
  check(job: AuditedJob): readonly Hit[];
}

/** One place where a rule is broken. */
export interface Hit {
  /** From the top of the plist; empty: the job as a whole. Elements of arrays by their index. */
  readonly path: readonly (string | number)[];
  /** One sentence: what stands there. */
  readonly message: string;
  /** One sentence: what to write instead. */
  readonly fix: string;
  /** What should stand there, where that can be said exactly. Null: nothing. */
  readonly expected?: PlistValue | null;
  /** Where the rule's own severity does not fit this place. */
  readonly severity?: Severity;
  /** What `--fix` does. Without it, a person has to decide. */
  readonly edits?: readonly Edit[];
  /** Offset in the text, where the path alone does not tell the place. */
  readonly offset?: number;
}

/** A change of the plist that mends a mistake and nothing else. */
export type Edit =
  | { readonly op: 'set'; readonly path: readonly (string | number)[]; readonly value: PlistValue }
  | { readonly op: 'remove'; readonly path: readonly (string | number)[] }
  | { readonly op: 'rename'; readonly path: readonly (string | number)[]; readonly to: string };
