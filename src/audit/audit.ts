import type { Severity } from '../model/diagnostic.ts';
import { placeFinder } from '../plist/source.ts';
import { ACROSS_RULES } from './across.ts';
import { DECLARED_DIFFERS } from './declared.ts';
import { type Finding, findingsOf } from './finding.ts';
import { type Ignore, inlineIgnores, isMeant } from './ignore.ts';
import type { AuditedJob } from './job.ts';
import type { Rule } from './rule.ts';
import { BAD_IGNORE, badIgnore, unknownIgnores } from './special.ts';
import { DESCRIPTIONS, RULES } from './table.ts';

/** Which rules count. */
export interface Choice {
  /** Codes, or `area/*`, that nobody wants to hear of. */
  readonly ignore: readonly string[];
  /** Rules on request that are asked for: codes, `area/*`; or all of them. */
  readonly request: readonly string[] | 'all';
}

/**
 * Judges jobs, each by itself and all together. `jobs` in any order; the findings come in theirs, and within a plist in
 * the order of its lines.
 */
export function auditJobs(jobs: readonly AuditedJob[], choice: Choice): readonly Finding[] {
  const rules = [...RULES, DECLARED_DIFFERS].filter((rule) => isWanted(rule, choice));
  const across = ACROSS_RULES.flatMap((rule) =>
    choice.ignore.some((pattern) => isMeant(pattern, rule.code))
      ? []
      : rule.check(jobs).map((hit) => ({ rule, hit })),
  );
  return jobs.flatMap((job) => {
    const ignores = inlineIgnores(job.source);
    const own = findingsOf(job, rules);
    const shared = across
      .filter(({ hit }) => hit.job === job)
      .map(({ rule, hit }) => ({
        ...blank(job),
        code: rule.code,
        severity: hit.severity ?? rule.severity,
        key: 'Label',
        current: job.label,
        message: hit.message,
        why: rule.why,
        fix: hit.fix,
      }));
    const told = [...own, ...shared].filter(
      ({ code }) =>
        !job.ignore.some((pattern) => isMeant(pattern, code)) &&
        !ignores.some(({ code: pattern, reason }) => reason !== null && isMeant(pattern, code)),
    );
    const misspelt = job.isDeclared && job.place !== null ? unknownIgnores(job.ignore, ALL_CODES) : [];
    const unknown = misspelt.map((code) =>
      badIgnore(code, job.label, job.places['audit.ignore'] ?? job.place ?? {}),
    );
    return [...told, ...unknown, ...ignores.flatMap((ignore) => judgeIgnore(ignore, job))];
  });
}

function isWanted(rule: Rule, { ignore, request }: Choice): boolean {
  if (ignore.some((pattern) => isMeant(pattern, rule.code))) return false;
  return (
    rule.onRequest !== true || request === 'all' || request.some((pattern) => isMeant(pattern, rule.code))
  );
}

/** Every code that there is. */
export const ALL_CODES: readonly string[] = DESCRIPTIONS.map(({ code }) => code);

/** A comment that is ignored itself has to say so, or people believe that it works. */
function judgeIgnore({ code, reason, offset }: Ignore, job: AuditedJob): readonly Finding[] {
  const isKnown = DESCRIPTIONS.some((rule) => isMeant(code, rule.code));
  if (isKnown && reason !== null) return [];
  const place = job.source === null || offset === null ? null : placeFinder(job.source.text)(offset);
  return [
    {
      ...blank(job),
      code: BAD_IGNORE.code,
      severity: BAD_IGNORE.severity,
      why: BAD_IGNORE.why,
      line: place?.line ?? null,
      column: place?.column ?? null,
      message: isKnown
        ? `This asks to ignore ${code} and gives no reason, so it does not count.`
        : `There is no rule ${code} to ignore.`,
      fix: isKnown
        ? `Write \`<!-- reconcile-ignore ${code}: the reason -->\`.`
        : '`reconcile audit --rules` lists them all.',
    },
  ];
}

const blank = (job: AuditedJob) => ({
  label: job.label,
  path: job.path,
  line: job.path === null ? null : 1,
  column: job.path === null ? null : 1,
  key: null,
  field: job.instance,
  current: null,
  edits: [],
});

const RANK: Readonly<Record<Severity, number>> = { error: 2, warning: 1, info: 0 };

/** Whether any finding is at least as bad. */
export function isAtLeast(findings: readonly Pick<Finding, 'severity'>[], least: Severity): boolean {
  return findings.some(({ severity }) => RANK[severity] >= RANK[least]);
}
