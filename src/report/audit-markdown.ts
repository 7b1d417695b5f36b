import type { Finding } from '../audit/finding.ts';
import { placeWords, SEVERITY_NAMES, sumUpFindings } from './audit-text.ts';
import { markdownCode, markdownTable, markdownText } from './markdown.ts';

/**
 * What was found, for a pull request or a job summary: a row a finding with its place, what is wrong and what to write, then
 * the reason of each rule once. `display`: how a path is shown. Ends with a line end.
 *
 * @param jobs how many were looked at
 */
export function findingsToMarkdown(
  findings: readonly Finding[],
  jobs: number,
  display: (path: string | null) => string,
): string {
  const rows = findings.map((finding) => {
    const { severity, path, line, code, message, fix } = finding;
    return [
      SEVERITY_NAMES[severity],
      markdownCode(`${display(path)}${line === null ? '' : `:${line}`}`),
      [code, placeWords(finding)]
        .filter((text) => text !== null)
        .map(markdownCode)
        .join(' '),
      `${markdownText(message)}<br>**Fix:** ${markdownText(fix)}`,
    ];
  });
  const reasons = new Map(findings.map(({ code, why }) => [code, why] as const));
  const parts = [
    `**${markdownText(sumUpFindings(findings, jobs))}**`,
    ...(rows.length === 0 ? [] : [markdownTable(['', 'where', 'rule', 'what'], rows)]),
    ...(reasons.size === 0 ? [] : [why(reasons)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

/** Folded away, since those who know the rules need it no more. */
function why(reasons: ReadonlyMap<string, string>): string {
  const lines = [...reasons].map(([code, reason]) => `- ${markdownCode(code)}: ${markdownText(reason)}`);
  return ['<details><summary>Why it matters</summary>', '', ...lines, '', '</details>'].join('\n');
}
