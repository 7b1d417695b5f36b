import type { Finding } from '../audit/finding.ts';
import type { Rule } from '../audit/rule.ts';
import type { Severity } from '../model/diagnostic.ts';
import { groupBy } from '../model/group.ts';
import { count, padEnd, printable, sentence } from './printable.ts';
import { type Paint, paint, type Style } from './style.ts';

const COLORS: Readonly<Record<Severity, Paint>> = { error: 'red', warning: 'yellow', info: 'cyan' };
export const SEVERITY_NAMES: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/**
 * What was found, by file:
 *
 *     ~/Library/LaunchAgents/ai.openclaw.gateway.plist
 *       12  error  restart/only-after-success  KeepAlive.SuccessfulExit
 *           It is started again after exit 0, and stays down after a failure or a crash.
 *           why  SuccessfulExit true starts the job again when it ended *well* …
 *           fix  Write false …
 *
 * The reason is given once a rule. `display`: how a path is shown. Ends with a line end.
 */
export function renderFindings(
  findings: readonly Finding[],
  jobs: number,
  style: Style,
  display: (path: string) => string,
): string {
  const told = new Set<string>();
  const groups = groupBy(findings, ({ path, label }) => path ?? label ?? '');
  const blocks = [...groups].map(([place, group]) => {
    const width = Math.max(...group.map(({ line }) => `${line ?? ''}`.length));
    const lines = group.map((finding) => renderOne(finding, width, told, style));
    return `${paint(style, 'bold', printable(display(place), style))}\n${lines.join('\n')}`;
  });
  return `${[...blocks, sumUpFindings(findings, jobs)].join('\n\n')}\n`;
}

function renderOne(finding: Finding, width: number, told: Set<string>, style: Style): string {
  const { code, severity, line, message, why, fix } = finding;
  const where = placeWords(finding);
  const number = `${line ?? ''}`.padStart(width);
  const head = [
    `  ${paint(style, 'dim', number)}`,
    paint(style, COLORS[severity], padEnd(SEVERITY_NAMES[severity], 7)),
    paint(style, 'cyan', code),
    ...(where === null ? [] : [printable(where, style)]),
  ].join('  ');
  const indent = ' '.repeat(width + 4);
  const reason = told.has(code) ? [] : [`${indent}${paint(style, 'dim', `why  ${sentence(why, style)}`)}`];
  told.add(code);
  return [
    head,
    `${indent}${sentence(message, style)}`,
    ...reason,
    `${indent}${paint(style, 'green', 'fix')}  ${sentence(fix, style)}`,
  ].join('\n');
}

/** The field, or the key where a plist is judged: `web.restart.throttle and 1 more`. */
export function placeWords({ field, key, others = [] }: Finding): string | null {
  const where = field ?? key;
  return where === null || others.length === 0 ? where : `${where} and ${others.length} more`;
}

/** `2 errors in 2 of 3 jobs. …` */
export function sumUpFindings(findings: readonly Finding[], jobs: number): string {
  if (findings.length === 0) return `No findings. ${count(jobs, 'job')} looked at.`;
  const parts = (['error', 'warning', 'info'] as const)
    .map(
      (severity) =>
        [
          findings.filter((finding) => finding.severity === severity).length,
          SEVERITY_NAMES[severity],
        ] as const,
    )
    .filter(([number]) => number > 0)
    .map(([number, word]) => count(number, word));
  const places = new Set(
    findings.flatMap(({ path, label, others = [] }) => [label, ...others].map((each) => `${path} ${each}`)),
  ).size;
  return `${parts.join(', ')} in ${places} of ${count(jobs, 'job')}. \`reconcile explain CODE\` tells more of each.`;
}

/** All rules, a line each; those on request are marked. Ends with a line end. */
export function renderRules(
  rules: readonly Pick<Rule, 'code' | 'severity' | 'title' | 'onRequest'>[],
  style: Style,
): string {
  const width = Math.max(...rules.map(({ code }) => code.length));
  const lines = rules.map(
    ({ code, severity, title, onRequest }) =>
      `${paint(style, 'cyan', padEnd(code, width))}  ${paint(style, COLORS[severity], padEnd(SEVERITY_NAMES[severity], 7))}  ${sentence(title, style)}${
        onRequest === true ? paint(style, 'dim', '  (on request)') : ''
      }`,
  );
  return `${lines.join('\n')}\n`;
}

/** The long story of a rule: what, why, and both examples. Ends with a line end. */
export function renderRule(
  rule: Pick<Rule, 'code' | 'severity' | 'title' | 'why' | 'bad' | 'good' | 'onRequest'>,
  style: Style,
): string {
  const example = (text: string): string =>
    text
      .split('\n')
      .map((line) => `    ${sentence(line, style)}`)
      .join('\n');
  return [
    `${paint(style, 'bold', rule.code)}  ${paint(style, COLORS[rule.severity], SEVERITY_NAMES[rule.severity])}${rule.onRequest === true ? `  on request: --request ${rule.code}` : ''}`,
    sentence(`${rule.title}.`, style),
    sentence(rule.why, style),
    `${paint(style, 'red', 'Instead of')}\n${example(rule.bad)}`,
    `${paint(style, 'green', 'write')}\n${example(rule.good)}`,
    `To keep it in one plist, say why in a comment there:\n    <!-- reconcile-ignore ${rule.code}: the reason -->\n\nFor a declared job, or in a whole reconcile file:\n    audit: {ignore: [${rule.code}]}\n`,
  ].join('\n\n');
}
