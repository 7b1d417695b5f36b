import { isSensitive } from '../launchd/secrets.ts';
import type { Severity } from '../model/diagnostic.ts';
import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { offsetOf, placeFinder, type TextPlace } from '../plist/source.ts';
import { keyField } from './field-place.ts';
import { inFieldWords } from './field-words.ts';
import type { AuditedJob } from './job.ts';
import type { Edit, Hit, Rule } from './rule.ts';

/** A mistake in a job, with everything that is told of it. */
export interface Finding {
  readonly code: string;
  readonly severity: Severity;
  readonly label: string | null;
  /** The plist, or the reconcile file that declares the job. */
  readonly path: string | null;
  /** From 1; null where the file is no text. */
  readonly line: number | null;
  readonly column: number | null;
  /** `KeepAlive.SuccessfulExit`; null: the job as a whole. */
  readonly key: string | null;
  /** The field of the reconcile file: `web.restart.throttle`, or `web` alone; null where a plist is judged. */
  readonly field: string | null;
  /** What stands there; null: nothing. */
  readonly current: PlistValue | null;
  /** What should stand there; undefined where a person has to decide. */
  readonly expected?: PlistValue | null;
  readonly message: string;
  readonly why: string;
  readonly fix: string;
  readonly edits: readonly Edit[];
  /** Labels of other jobs that have the same from the same place: a template. */
  readonly others?: readonly (string | null)[];
  /** Its values look secret: they are shown nowhere. */
  readonly sensitive?: true;
}

/** Everything that the rules find in a job, in the order of the text it stands in, or of the rules where there is none. */
export function findingsOf(job: AuditedJob, rules: readonly Rule[]): readonly Finding[] {
  const place = job.source === null ? null : placeFinder(job.source.text);
  const found = rules.flatMap((rule) => rule.check(job).map((hit) => toFinding(rule, hit, job, place)));
  return found.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function toFinding(
  rule: Rule,
  hit: Hit,
  job: AuditedJob,
  place: ((offset: number) => TextPlace) | null,
): Finding {
  const at =
    job.source === null || place === null ? null : place(hit.offset ?? offsetOf(job.source, hit.path));
  const field = job.source === null ? keyField(job.places, hit.path) : null;
  const declared = job.source === null ? (field?.place ?? job.place) : null;
  const words = job.instance !== null ? inFieldWords : (sentence: string) => sentence;
  const message = words(hit.message);
  const current = valueAt(job.plist, hit.path);
  const sensitive =
    isSensitive(hit.path.map(String), current) || isSensitive(hit.path.map(String), hit.expected ?? null);
  return {
    code: rule.code,
    severity: hit.severity ?? rule.severity,
    label: job.label,
    path: job.path ?? declared?.file ?? null,
    line: at?.line ?? declared?.line ?? null,
    column: at?.column ?? declared?.column ?? null,
    key: hit.path.length === 0 ? null : hit.path.join('.'),
    field: job.instance === null ? null : [job.instance, ...(field === null ? [] : [field.field])].join('.'),
    current,
    ...(sensitive ? { sensitive } : {}),
    ...(hit.expected === undefined ? {} : { expected: hit.expected }),
    message: sensitive && typeof current === 'string' ? withoutValue(message, current) : message,
    why: rule.why,
    fix: words(hit.fix),
    edits: hit.edits ?? [],
  };
}

function valueAt(plist: PlistDict, path: readonly (string | number)[]): PlistValue | null {
  if (path.length === 0) return null;
  let value: PlistValue | undefined = plist;
  for (const step of path) {
    if (isDict(value)) value = value.entries[`${step}`];
    else if (isArray(value)) value = value[Number(step)];
    else return null;
  }
  return value ?? null;
}

/** What a rule quotes of a value that looks secret is not told. */
function withoutValue(message: string, value: string): string {
  return [value, value.trim(), JSON.stringify(value.trim()).slice(1, -1)]
    .filter((text) => text !== '')
    .reduce((told, text) => told.replaceAll(text, '(sensitive)'), message);
}
