import { describe, expect, it } from 'vitest';
import { auditJobs } from '../../src/audit/audit.ts';
import { auditedJob } from '../../src/audit/job.ts';
import { mend } from '../../src/audit/mend.ts';
import { isDict } from '../../src/model/plist.ts';
import { readPlist } from '../../src/plist/read.ts';
import { cpuSeconds } from '../support/cpu.ts';

/** A plist comes from anybody: no rule may take longer than the text is long, or CI hangs on one file. */

const LENGTH = 60_000;

/** Where a long text may stand. */
const PLACES: Readonly<Record<string, (text: string) => string>> = {
  'the program': (text) => `<key>Program</key><string>/${text}</string>`,
  'an argument': (text) =>
    `<key>ProgramArguments</key><array><string>/bin/a</string><string>${text}</string></array>`,
  'a shell script': (text) =>
    `<key>ProgramArguments</key><array><string>/bin/sh</string><string>-c</string><string>${text}</string></array>`,
  'an environment variable': (text) =>
    `<key>EnvironmentVariables</key><dict><key>API_KEY</key><string>${text}</string><key>PATH</key><string>${text}</string></dict>`,
  'a path and a key': (text) =>
    `<key>StandardOutPath</key><string>${text}</string><key>WatchPaths</key><array><string>${text}</string></array><key>${text}</key><true/>`,
  'the label': (text) => `<key>Label</key><string>${text}</string>`,
  'a comment': (text) => `<!-- reconcile-ignore ${text.replaceAll('--', '')}: --><key>A</key><true/>`,
};

const UNITS = [
  ...[
    'a',
    'A1',
    '0',
    ' ',
    '.',
    '-',
    '_',
    '/',
    '~',
    '$',
    '=',
    ':',
    '%',
    '@',
    '#',
    '*',
    '(',
    '[',
    '{',
    '}',
    '"',
    "'",
    '\\',
    '|',
  ],
  ...[
    '${',
    '${a',
    '{{',
    '__A',
    '%A',
    '@A',
    '#{',
    '&amp;',
    '&amp;&amp;',
    '&gt;',
    'a ',
    'a/',
    '/.',
    '../',
    'a.',
    'a-',
    'sk-',
    'a:',
  ],
  ...[
    '://',
    'http://a',
    'http://a:',
    'a=',
    '--a=',
    'sudo ',
    'nohup ',
    '$(',
    '`',
    ';',
    '&#10;',
    'é',
    '1.2.',
    '-1.2.3',
    'Cellar/',
  ],
];

function judge(content: string): void {
  const reading = readPlist(Buffer.from(`<plist version="1.0"><dict>${content}</dict></plist>`));
  if (!reading.ok || !isDict(reading.value)) throw new Error(JSON.stringify(reading));
  const path = '/Users/kim/Library/LaunchAgents/a.plist';
  const findings = auditJobs(
    [auditedJob(reading.value, { path, source: reading.source, isDeclared: false })],
    {
      ignore: [],
      request: 'all',
    },
  );
  mend(
    reading.value,
    findings.flatMap(({ edits }) => edits),
  );
}

describe.each(Object.entries(PLACES))('a very long text as %s', (_name, place) => {
  it.each(UNITS)('of %j is judged at once', (unit) => {
    const text = unit.repeat(Math.ceil(LENGTH / unit.length));
    expect(cpuSeconds(() => judge(place(text)))).toBeLessThan(3);
  });
});

describe('a very long plist', () => {
  it.each<[string, string]>([
    ['keys', '<key>K#</key><true/>'],
    [
      'calendar entries',
      '<key>StartCalendarInterval</key><array>|<dict><key>Hour</key><integer>25</integer></dict>|</array>',
    ],
    ['ignores', '<!-- reconcile-ignore a/b: c -->'],
    [
      'variables',
      '<key>EnvironmentVariables</key><dict>|<key>API_KEY#</key><string>sk-0123456789abcdefABCDEF#</string>|</dict>',
    ],
    [
      'arguments',
      '<key>ProgramArguments</key><array>|<string>/opt/homebrew/Cellar/a/1.0/b</string>|</array>',
    ],
    ['comments after the end that are never closed', '</dict></plist>|<!--|'],
    ['sections after the end that are never closed', '</dict></plist>|<![CDATA[|'],
    ['the same key', '<key>RunAtLoad</key><true/>'],
  ])('of many %s is judged in seconds', (_name, form) => {
    const [before, unit, after] = form.includes('|') ? form.split('|') : ['', form, ''];
    const content = Array.from({ length: 10_000 }, (_, index) => unit?.replaceAll('#', `${index}`)).join('');
    expect(cpuSeconds(() => judge(`${before}${content}${after}`))).toBeLessThan(3);
  });
});
