import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/audit/finding.ts';
import { dict } from '../../src/model/plist.ts';
import { findingsToMarkdown } from '../../src/report/audit-markdown.ts';
import { markdownCode, markdownFence, markdownText } from '../../src/report/markdown.ts';
import { planToMarkdown } from '../../src/report/plan-markdown.ts';
import { change, plan } from './samples.ts';

describe('text in Markdown', () => {
  it('keeps our code, and lets nothing else be mark-up, HTML or a mention', () => {
    expect(markdownText('Run `launchctl print a|b`: <b> *x* [l](u) @team #1 _y_')).toBe(
      'Run `launchctl print a\\|b`: &lt;b&gt; \\*x\\* \\[l\\](u) &#64;team \\#1 \\_y\\_',
    );
    expect(markdownText('a\nb\u001b[31m | c')).toBe('a\\\\nb\\\\u001b\\[31m \\| c');
  });

  it('puts foreign text between enough ticks', () => {
    expect(markdownCode('a|b')).toBe('`a\\|b`');
    expect(markdownCode('`id`')).toBe('`` `id` ``');
    expect(markdownFence('diff', ['+ a: "```"'])).toBe('````diff\n+ a: "```"\n````');
  });
});

describe('a plan', () => {
  const field = {
    key: 'Program',
    path: ['Program'],
    source: 'config',
    meaning: '',
    sensitive: false,
  } as const;

  it('says why a change is blocked, masks what is secret, and stays in its table and its fences', () => {
    const text = planToMarkdown({
      ...plan([
        change('a|b', {
          op: 'update',
          reasons: ['changed'],
          fields: [
            { ...field, before: '/bin/a', after: '/bin/```\n</details>@all' },
            {
              ...field,
              key: 'EnvironmentVariables',
              path: ['EnvironmentVariables', 'TOKEN'],
              before: 'hunter2',
              after: 'hunter3',
              sensitive: true,
            },
            {
              ...field,
              key: 'KeepAlive',
              path: ['KeepAlive'],
              before: dict([['Crashed', true]]),
              after: null,
              meaning: 'stays down',
            },
          ],
        }),
        change('held', {
          op: 'adopt',
          reasons: ['foreign'],
          blocked: {
            code: 'plan/foreign',
            message: 'It is *not* ours.',
            hint: 'Run `reconcile apply --adopt`.',
          },
        }),
      ]),
      diagnostics: [
        { code: 'a/b', severity: 'warning', message: 'Look.', file: null, line: null, column: null },
        { code: 'a/c', severity: 'info', message: 'Not told.', file: null, line: null, column: null },
      ],
    });
    expect(text).toBe(`**Plan: 1 to update, 1 blocked.**

|  | job | label | why, and what happens |
| --- | --- | --- | --- |
| \`~\` | **a\\|b** | \`local.demo.a\\|b\` (gui/501) | the declaration changed |
| \`!\` | **held** | \`local.demo.held\` (gui/501) | not managed by reconcile yet |

#### a\\|b

\`\`\`\`diff
- Program: "/bin/a"
+ Program: "/bin/\`\`\`\\n</details>@all"
- EnvironmentVariables.TOKEN: (sensitive)
+ EnvironmentVariables.TOKEN: (sensitive)
- KeepAlive: {Crashed: true}  # stays down
\`\`\`\`

#### held

> **blocked:** It is \\*not\\* ours. Run \`reconcile apply --adopt\`.

- warning \`a/b\`: Look.
`);
  });
});

describe('findings', () => {
  const finding: Finding = {
    code: 'restart/only-after-success',
    severity: 'error',
    label: 'a.b',
    path: '/repo/a|b.plist',
    line: 8,
    column: 3,
    key: 'KeepAlive.SuccessfulExit',
    field: null,
    current: true,
    message: 'It stays down <after> a failure.',
    why: 'Most mean the opposite.',
    fix: 'Write false (`restart: on-failure`).',
    edits: [],
  };

  it('are a row each, and the reason of a rule is told once', () => {
    const twice = [finding, { ...finding, line: null, key: null, severity: 'info' as const }];
    expect(findingsToMarkdown(twice, 3, (path) => (path ?? '').replace('/repo/', ''))).toBe(
      `**1 error, 1 note in 1 of 3 jobs. \`reconcile explain CODE\` tells more of each.**

|  | where | rule | what |
| --- | --- | --- | --- |
| error | \`a\\|b.plist:8\` | \`restart/only-after-success\` \`KeepAlive.SuccessfulExit\` | It stays down &lt;after&gt; a failure.<br>**Fix:** Write false (\`restart: on-failure\`). |
| note | \`a\\|b.plist\` | \`restart/only-after-success\` | It stays down &lt;after&gt; a failure.<br>**Fix:** Write false (\`restart: on-failure\`). |

<details><summary>Why it matters</summary>

- \`restart/only-after-success\`: Most mean the opposite.

</details>
`,
    );
  });

  it('are none where there is nothing', () => {
    expect(findingsToMarkdown([], 2, String)).toBe('**No findings. 2 jobs looked at.**\n');
  });
});
