import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seedsOf } from '../fuzz/seeds.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { type Answer, compare } from './compare.ts';

/** Another reader, another author: where both read a file, they must read the same. */

const hasPython = spawnSync('python3', ['-c', 'import plistlib'], { stdio: 'ignore' }).status === 0;

function readWithOthers(
  paths: readonly string[],
): { path: string; plistlib: Answer; plistutil: Answer | null }[] {
  const { stdout, stderr, status } = spawnSync(
    'python3',
    [join(import.meta.dirname, 'read_with_others.py')],
    {
      input: `${paths.join('\n')}\n`,
      encoding: 'utf8',
      maxBuffer: 1e8,
    },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const XML = (content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<plist version="1.0">${content}</plist>\n`;

/** With what comes of comparing it with plistlib. */
const FILES: Readonly<Record<string, readonly [content: string | Uint8Array, verdict: string]>> = {
  numbers: [
    XML(
      '<array><integer>0x1f</integer><integer>18446744073709551615</integer><real>1e3</real><real>-0.1</real></array>',
    ),
    'same',
  ],
  'a sign before 0x': [XML('<integer>-0x1f</integer>'), 'only here'],
  'white space': [
    XML('<array><integer> 7 </integer><data> A Q\nID </data><string> a </string><true></true></array>'),
    'same',
  ],
  texts: [
    XML('<array><string>&lt;&#x1F680;<![CDATA[<&]]> z</string><string/><data/><dict/></array>'),
    'same',
  ],
  dates: [XML('<array><date>2026-01-31T08:30:00Z</date></array>'), 'same'],
  duplicates: [XML('<dict><key>a</key><true/><key>a</key><false/></dict>'), 'same'],
  'utf-16': [
    Buffer.from(`\ufeff${XML('<string>grün</string>').replace('UTF-8', 'UTF-16')}`, 'utf16le'),
    'same',
  ],
  'windows line ends': [XML('<dict>\r\n<key>a</key>\r\n<string>b\r\nc</string></dict>'), 'same'],
  'dashes in a comment': [XML('<!-- a -- b --><true/>'), 'only here'],
  'text after the end': [`${XML('<true/>')}EOF\n`, 'only here'],
  'a blank line first': [`\n${XML('<true/>')}`, 'only here'],
  'a bare ampersand': [XML('<string>a & b</string>'), 'both refuse'],
  'a key without a value': [XML('<dict><key>a</key></dict>'), 'both refuse'],
  'text in an integer': [XML('<integer>__N__</integer>'), 'both refuse'],
};

describe.skipIf(!hasPython)('beside plistlib of Python (skipped where python3 is missing)', () => {
  it('reads the same, or differs for a reason that is known', { timeout: 120_000 }, () => {
    const folder = temporaryFolder();
    const seeds = seedsOf();
    const own = [...seeds.xml.map((text) => Buffer.from(text)), ...seeds.binary];
    mkdirSync(folder, { recursive: true });
    const files = [...Object.values(FILES).map(([content]) => content), ...own].map((content, index) => {
      const path = join(folder, `${index}.plist`);
      writeFileSync(path, content);
      return path;
    });
    const answers = readWithOthers(files);
    expect(answers.map(({ path }) => path)).toEqual(files);
    const names = Object.keys(FILES);
    const seen = answers.map(({ path, plistlib }, index) => {
      const { verdict, why } = compare(readFileSync(path), plistlib);
      expect(
        why,
        `${names[index] ?? path}: ${verdict} ${JSON.stringify(plistlib).slice(0, 200)}`,
      ).not.toBeNull();
      return verdict;
    });
    expect(Object.fromEntries(names.map((name, index) => [name, seen[index]]))).toEqual(
      Object.fromEntries(Object.entries(FILES).map(([name, [, verdict]]) => [name, verdict])),
    );
    expect(seen.slice(names.length).filter((verdict) => verdict === 'same').length).toBeGreaterThan(5);
  });
});
