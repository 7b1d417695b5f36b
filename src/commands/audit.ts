import { ALL_CODES, auditJobs, isAtLeast } from '../audit/audit.ts';
import type { Finding } from '../audit/finding.ts';
import { isMeant } from '../audit/ignore.ts';
import { badIgnore, unknownIgnores } from '../audit/special.ts';
import { DESCRIPTIONS } from '../audit/table.ts';
import type { Severity } from '../model/diagnostic.ts';
import { EXIT, type ExitCode, ReconcileError } from '../model/errors.ts';
import { groupBy } from '../model/group.ts';
import {
  diagnosticsToAnnotations,
  diagnosticsToSarif,
  findingsToAnnotations,
  findingsToSarif,
  findingToJson,
} from '../report/audit-formats.ts';
import { findingsToMarkdown } from '../report/audit-markdown.ts';
import { renderFindings, renderRules } from '../report/audit-text.ts';
import { printMended } from './audit-fix.ts';
import { declaredAndInstalled, namedPlists, type Subject } from './audit-subject.ts';
import type { Command, Context } from './context.ts';
import { displayPath } from './display-path.ts';
import { printDocument } from './document.ts';
import { InvalidFile } from './failure.ts';

/** Replaced by the build with the version of package.json. */
declare const RECONCILE_VERSION: string;

export interface AuditArguments {
  readonly paths: readonly string[];
  readonly format?: 'text' | 'json' | 'markdown' | 'sarif' | 'github';
  readonly failOn?: Severity | 'never';
  readonly ignore?: readonly string[];
  readonly request?: readonly string[];
  readonly all?: boolean;
  readonly fix?: boolean;
  readonly rules?: boolean;
}

/** Judges the declared jobs and the plists that are installed, or those of any path. Changes nothing. */
export const audit: Command<AuditArguments> = async (args, context) => {
  const { terminal } = context;
  if (args.rules === true) return listRules(context);
  verifyCodes('--ignore', args.ignore ?? []);
  verifyCodes('--request', args.request ?? []);
  const subject = await subjectOf(args, context);
  const ignore = [...subject.ignores.flatMap(({ codes }) => codes), ...(args.ignore ?? [])];
  const findings = [
    ...subject.unreadable,
    ...subject.ignores.flatMap(({ file, codes }) =>
      unknownIgnores(codes, ALL_CODES).map((code) => badIgnore(code, null, { file })),
    ),
    ...auditJobs(subject.jobs, { ignore, request: args.all === true ? 'all' : (args.request ?? []) }),
    ...subject.loaded.filter(({ code }) => !ignore.some((pattern) => isMeant(pattern, code))),
  ];
  if (args.fix === true) return printMended(subject, findings, context);
  const failOn = args.failOn ?? 'warning';
  const exitCode = failOn !== 'never' && isAtLeast(findings, failOn) ? EXIT.changes : EXIT.ok;
  print(findings, subject, args.format ?? (context.options.json ? 'json' : 'text'), exitCode, context);
  if (findings.length === 0 && subject.jobs.length === 0) terminal.note('There is nothing to look at.');
  return exitCode;
};

/** What is wrong with the file itself belongs onto its lines, too. */
async function subjectOf({ paths, format }: AuditArguments, context: Context): Promise<Subject> {
  try {
    return await (paths.length > 0 ? namedPlists(paths, context) : declaredAndInstalled(context));
  } catch (error) {
    if (error instanceof InvalidFile) printInvalid(error, format, context);
    throw error;
  }
}

function printInvalid(
  { diagnostics }: InvalidFile,
  format: AuditArguments['format'],
  { terminal, cwd }: Context,
): void {
  const display = (path: string | null): string => displayPath(path ?? 'reconcile.yaml', cwd);
  if (format === 'github') terminal.out(diagnosticsToAnnotations(diagnostics, display));
  if (format === 'sarif')
    terminal.out(JSON.stringify(diagnosticsToSarif(diagnostics, RECONCILE_VERSION, display), null, 2));
}

/** @throws ReconcileError: a code that is none would be obeyed by doing nothing */
function verifyCodes(option: string, codes: readonly string[]): void {
  const [unknown] = unknownIgnores(codes, ALL_CODES);
  if (unknown === undefined) return;
  throw new ReconcileError('usage/rule', `${option} ${unknown}: there is no such rule.`, {
    hint: '`reconcile audit --rules` lists them all; `text/*` means a whole area.',
    exitCode: EXIT.usage,
  });
}

function print(
  findings: readonly Finding[],
  { jobs, unreadable }: Subject,
  format: 'text' | 'json' | 'markdown' | 'sarif' | 'github',
  exitCode: ExitCode,
  context: Context,
): void {
  const { terminal } = context;
  const display = (path: string | null): string => displayPath(path ?? 'reconcile.yaml', context.cwd);
  const count = jobs.length + unreadable.length;
  if (format === 'json') {
    const told = findings.map(findingToJson);
    printDocument(context, exitCode, { jobs: count, findings: told });
  } else if (format === 'sarif') {
    const document = findingsToSarif(findings, DESCRIPTIONS, RECONCILE_VERSION, display);
    terminal.out(JSON.stringify(document, null, 2));
  } else if (format === 'github') terminal.out(findingsToAnnotations(distinct(findings), display));
  else if (format === 'markdown') terminal.out(findingsToMarkdown(distinct(findings), count, display));
  else terminal.out(renderFindings(distinct(findings), count, terminal.style, display));
}

/** What stands in a template is wrong in each job that uses it; people mend it once. */
function distinct(findings: readonly Finding[]): readonly Finding[] {
  const groups = groupBy(findings, ({ path, line, column, code, key, message, label }) =>
    JSON.stringify([path, line, column, code, key, message, line === null ? label : null]),
  );
  return [...groups.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    return [others.length === 0 ? first : { ...first, others: others.map(({ label }) => label) }];
  });
}

function listRules(context: Context): ExitCode {
  if (context.options.json)
    printDocument(context, EXIT.ok, {
      rules: DESCRIPTIONS.map(({ code, severity, title, why, onRequest }) => ({
        code,
        severity,
        title,
        why,
        on_request: onRequest ?? false,
      })),
    });
  else context.terminal.out(renderRules(DESCRIPTIONS, context.terminal.style));
  return EXIT.ok;
}
