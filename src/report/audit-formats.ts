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

/** Where a result stands, as `relative` tells a path: from the top of the repository where it lies in one. */
type Relative = (path: string | null) => string;

/**
 * SARIF 2.1.0, as GitHub's code scanning reads it. Findings of jobs that have no file stand at the reconcile file that
 * `relative` gives for null.
 */
export function findingsToSarif(
  findings: readonly Finding[],
  rules: readonly Pick<Rule, 'code' | 'severity' | 'title' | 'why' | 'good'>[],
  version: string,
  relative: Relative,
): Readonly<Record<string, unknown>> {
  const used = rules.filter((rule) => findings.some(({ code }) => code === rule.code));
  return sarif(
    version,
    used.map(({ code, severity, title, why, good }) => ({
      id: code,
      name: ruleName(code),
      shortDescription: { text: title },
      fullDescription: { text: why },
      help: { text: `Write:\n${good}` },
      defaultConfiguration: { level: LEVELS[severity] },
    })),
    findings.map((finding) =>
      sarifResult(
        { ...finding, file: relative(finding.path), text: `${finding.message} ${finding.fix}` },
        `${finding.label ?? ''}|${finding.key ?? ''}`,
      ),
    ),
  );
}

/** The same for what is said of a file that cannot be judged. */
export function diagnosticsToSarif(
  diagnostics: readonly Diagnostic[],
  version: string,
  relative: Relative,
): Readonly<Record<string, unknown>> {
  const codes = [...new Set(diagnostics.map(({ code }) => code))];
  return sarif(
    version,
    codes.map((code) => ({ id: code, name: ruleName(code) })),
    diagnostics.map((diagnostic) =>
      sarifResult({ ...diagnostic, file: relative(diagnostic.file), text: advice(diagnostic) }, ''),
    ),
  );
}

const sarif = (version: string, rules: readonly object[], results: readonly object[]) => ({
  $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
  version: '2.1.0',
  runs: [{ tool: { driver: { name: 'reconcile', version, rules } }, results }],
});

const ruleName = (code: string): string =>
  code.replace(/(?:^|[/-])([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** `identity`: what tells it from others of its rule, wherever the lines have moved. */
function sarifResult({ code, severity, file, line, column, text }: Annotation, identity: string): object {
  return {
    ruleId: code,
    level: LEVELS[severity],
    message: { text },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: encodeURI(file ?? '') },
          region: { startLine: line ?? 1, startColumn: column ?? 1 },
        },
      },
    ],
    partialFingerprints: { reconcile: `${code}|${identity}` },
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
    .map((diagnostic) =>
      annotation({
        ...diagnostic,
        file: diagnostic.file === null ? null : relative(diagnostic.file),
        text: advice(diagnostic),
      }),
    )
    .join('');
}

const advice = ({ message, hint }: Diagnostic): string =>
  hint === undefined ? message : `${message} ${hint}`;

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
