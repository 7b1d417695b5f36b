import type { Finding } from '../audit/finding.ts';
import type { Rule } from '../audit/rule.ts';
import type { Diagnostic, Severity } from '../model/diagnostic.ts';
import type { PlistValue } from '../model/plist.ts';
import { plistToJson } from '../plist/json.ts';

/** A finding for `--json` (interface §5). */
export function findingToJson(finding: Finding): Readonly<Record<string, unknown>> {
  const { code, severity, label, path, line, column, key, message, why, fix } = finding;
  const shown = (value: PlistValue | null): unknown =>
    finding.sensitive === true || finding.code === 'environment/secret' ? '(sensitive)' : plistToJson(value);
  return {
    code,
    severity,
    label,
    path,
    line,
    column,
    key,
    current: finding.current === null ? null : shown(finding.current),
    expected: finding.expected == null ? null : shown(finding.expected),
    message,
    why,
    fix,
  };
}

const LEVELS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/**
 * SARIF 2.1.0, as GitHub's code scanning reads it. `relative`: a path as it is told, from the top of the repository where
 * it lies in one. Findings of jobs that have no file stand at the reconcile file that `relative` gives for null.
 */
export function findingsToSarif(
  findings: readonly Finding[],
  rules: readonly Pick<Rule, 'code' | 'severity' | 'title' | 'why' | 'good'>[],
  version: string,
  relative: (path: string | null) => string,
): Readonly<Record<string, unknown>> {
  const used = rules.filter((rule) => findings.some(({ code }) => code === rule.code));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'reconcile',
            version,
            rules: used.map(({ code, severity, title, why, good }) => ({
              id: code,
              name: code.replace(/(?:^|[/-])([a-z])/g, (_, letter: string) => letter.toUpperCase()),
              shortDescription: { text: title },
              fullDescription: { text: why },
              help: { text: `Write:\n${good}` },
              defaultConfiguration: { level: LEVELS[severity] },
            })),
          },
        },
        results: findings.map((finding) => ({
          ruleId: finding.code,
          level: LEVELS[finding.severity],
          message: { text: `${finding.message} ${finding.fix}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(relative(finding.path)) },
                region: { startLine: finding.line ?? 1, startColumn: finding.column ?? 1 },
              },
            },
          ],
          partialFingerprints: {
            reconcile: [finding.code, finding.label ?? '', finding.key ?? ''].join('|'),
          },
        })),
      },
    ],
  };
}

const COMMANDS: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'notice' };

/** Workflow commands that GitHub Actions turns into annotations, a line each. */
export function findingsToAnnotations(
  findings: readonly Finding[],
  relative: (path: string | null) => string,
): string {
  return findings
    .map(({ message, fix, path, ...rest }) =>
      annotation({ ...rest, file: relative(path), text: `${message} ${fix}` }),
    )
    .join('');
}

/** The same for what is said of a file. */
export function diagnosticsToAnnotations(
  diagnostics: readonly Diagnostic[],
  relative: (path: string) => string,
): string {
  return diagnostics
    .map(({ message, hint, file, ...rest }) =>
      annotation({
        ...rest,
        file: file === null ? null : relative(file),
        text: hint === undefined ? message : `${message} ${hint}`,
      }),
    )
    .join('');
}

interface Annotation {
  readonly code: string;
  readonly severity: Severity;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
  readonly text: string;
}

function annotation({ severity, file, line, column, code, text }: Annotation): string {
  const places = [
    ...(file === null ? [] : [`file=${property(file)}`]),
    ...(line === null ? [] : [`line=${line}`]),
    ...(column === null ? [] : [`col=${column}`]),
    `title=${property(code)}`,
  ];
  return `::${COMMANDS[severity]} ${places.join(',')}::${data(text)}\n`;
}

/** GitHub's escapes for the message of a workflow command. */
const data = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
