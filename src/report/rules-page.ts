import type { Description } from '../audit/special.ts';

/** Areas in the order of the page, with what they are about. */
const AREAS: Readonly<Record<string, string>> = {
  restart: 'Restarts',
  schedule: 'Schedules',
  run: 'What is run',
  path: 'Paths and logs',
  environment: 'Environment',
  label: 'Labels',
  launchd: 'Keys',
  text: 'How the file is written',
  job: 'Several jobs',
  declared: 'Declared and installed',
  loaded: 'What launchd has loaded',
  plist: 'Files',
  audit: 'Ignores',
};

/** docs/rules.md: every rule of `audit` with its reason and both examples, in Markdown. Ends with a line end. */
export function rulesPage(rules: readonly Description[]): string {
  const sections = Object.entries(AREAS).map(([area, heading]) => {
    const inArea = rules.filter(({ code }) => code.startsWith(`${area}/`));
    return `## ${heading}\n\n${inArea.map(ruleSection).join('\n')}`;
  });
  return `<!-- Written by \`npm run docs\`; change src/audit instead. -->

# The rules of \`reconcile audit\`

\`reconcile audit\` judges the declared and the installed jobs; \`reconcile audit PATH…\` any plists, on Linux too. Each finding has
one of these codes. \`reconcile explain CODE\` shows a rule in the terminal, \`reconcile audit --rules\` lists them, \`--ignore CODE\`
(or \`text/*\`) leaves one out, and a comment in the plist does so for good:
\`<!-- reconcile-ignore CODE: the reason -->\`. Rules _on request_ meet many jobs that are fine; \`--request CODE\` or \`--all\` asks
for them. Exit 2 means a warning or an error (\`--fail-on\`).

${sections.join('\n')}`;
}

function ruleSection({ code, severity, title, why, bad, good, onRequest }: Description): string {
  const when = onRequest === true ? `${severity}, on request` : severity;
  return `### \`${code}\`

${escapeText(title)} (${when}). ${escapeText(why)}

\`\`\`xml
<!-- instead of -->
${bad.trim()}
<!-- write -->
${good.trim()}
\`\`\`
`;
}

/** What Markdown would take for markup. */
const escapeText = (text: string): string => text.replace(/[<*_]/g, (sign) => `\\${sign}`);
