import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { renderDiagnostics } from '../../src/report/diagnostics.ts';
import { ascii, colored, plain } from './samples.ts';

const file = '/home/demo/reconcile.yaml';

function at(line: number | null, column: number | null, given: Partial<Diagnostic> = {}): Diagnostic {
  return {
    code: 'field/unknown',
    severity: 'error',
    message: 'There is no such field.',
    file,
    line,
    column,
    ...given,
  };
}

describe('renderDiagnostics', () => {
  it('shows place, code frame, hint and count', () => {
    const source = 'version: 1\ninstances:\n  web:\n    restrat: always\n';
    const found = [
      at(4, 5, { length: 7, hint: 'Did you mean `restart`?' }),
      at(1, 1, { severity: 'warning', code: 'file/old', message: 'One.\nTwo.' }),
      at(null, null, { severity: 'info', file: null, message: 'By the way.' }),
    ];
    expect(renderDiagnostics(found, { [file]: source }, plain)).toBe(`\
error[field/unknown]: There is no such field.
 --> /home/demo/reconcile.yaml:4:5
4 |     restrat: always
  |     ^^^^^^^
hint: Did you mean \`restart\`?

warning[file/old]: One.
    Two.
 --> /home/demo/reconcile.yaml:1:1
1 | version: 1
  | ^

info[field/unknown]: By the way.

1 error, 1 warning, 1 note.
`);
  });

  it('is empty when there is nothing to tell', () => {
    expect(renderDiagnostics([], {}, plain)).toBe('');
  });

  it.each<[string, string, Diagnostic, string]>([
    ['tabs before the mark', '\t\tbad: 1', at(1, 3, { length: 3 }), '1 |         bad: 1\n  |         ^^^'],
    [
      'wide and combined characters',
      '日本e\u0301: bad',
      at(1, 7, { length: 3 }),
      '1 | 日本e\u0301: bad\n  |        ^^^',
    ],
    ['a mark of wide characters', 'a: 日本', at(1, 4, { length: 2 }), '1 | a: 日本\n  |    ^^^^'],
    ['the end of a line', 'abc\r\n', at(1, 4), '1 | abc\n  |    ^'],
    ['a mark that runs over the end', 'abc\nd', at(1, 2, { length: 90 }), '1 | abc\n  |  ^^'],
    ['a column beyond the line', 'abc', at(1, 50), '1 | abc\n  |    ^'],
    ['controls', 'a\u001b[31m: bad', at(1, 9, { length: 3 }), '1 | a\\u001b[31m: bad\n  |              ^^^'],
  ])('keeps the caret right: %s', (_name, source, diagnostic, frame) => {
    expect(renderDiagnostics([diagnostic], { [file]: source }, plain)).toContain(`\n${frame}\n`);
  });

  it('stars out what looks secret, and keeps the caret right', () => {
    const source = 'environment: {DB_PASSWORD: hunter2, DEBUG: true}';
    expect(renderDiagnostics([at(1, 44, { length: 4 })], { [file]: source }, plain)).toContain(
      `\n1 | environment: {DB_PASSWORD: *******, DEBUG: true}\n  |${' '.repeat(44)}^^^^\n`,
    );
  });

  it('finds the lines of a long file that is wrong throughout', () => {
    const found = Array.from({ length: 50_000 }, (_, index) => at(index + 1, 1));
    const text = renderDiagnostics(found, { [file]: 'bad: 1\n'.repeat(50_000) }, plain);
    expect(text).toContain('50000 | bad: 1\n');
    expect(text).toContain('50000 errors.');
  });

  it('finds its places in a line as long as a file', () => {
    const source = 'bad: 1, '.repeat(100_000);
    const found = Array.from({ length: 20_000 }, (_, index) => at(1, 8 * index + 1, { length: 3 }));
    const text = renderDiagnostics(found, { [file]: source }, plain);
    expect(text.split('\n')[2]?.startsWith('1 | bad: 1, bad')).toBe(true);
    expect(text.split('^^^')).toHaveLength(20_001);
  });

  it('cuts a long line around the column', () => {
    const source = `${'x'.repeat(300)}BAD${'y'.repeat(300)}`;
    const lines = renderDiagnostics([at(1, 301, { length: 3 })], { [file]: source }, plain).split('\n');
    expect(lines[2]).toBe(`1 | …${'x'.repeat(32)}BAD${'y'.repeat(61)}…`);
    expect(lines[3]).toBe(`  | ${' '.repeat(33)}^^^`);
  });

  it('cuts no character in two', () => {
    const text = renderDiagnostics([at(1, 302)], { [file]: '🚀'.repeat(300) }, plain);
    expect(text).not.toContain('\\u');
  });

  it('does without a frame when the line is not known', () => {
    const text = renderDiagnostics([at(9, 1), at(1, 1, { file: 'toString' })], { [file]: 'one line' }, plain);
    expect(text).not.toContain('|');
  });

  it('aligns the gutter to the line number', () => {
    const text = renderDiagnostics([at(12, 1)], { [file]: `${'\n'.repeat(11)}x` }, plain);
    expect(text).toContain('12 | x\n   | ^\n');
  });

  it('lets no message act upon the terminal', () => {
    const text = renderDiagnostics(
      [at(null, null, { message: 'a\u001b[2Jb', hint: '\u202ec' })],
      {},
      colored,
    );
    expect(text).toContain('a\\u001b[2Jb');
    expect(text).toContain('\\u202ec');
  });

  it('is plain ASCII outside UTF-8', () => {
    const text = renderDiagnostics([at(1, 4, { message: 'grün' })], { [file]: 'é: x' }, ascii);
    expect(text).toContain('gr\\u00fcn');
    expect(text).toContain('1 | \\u00e9: x\n  |         ^\n');
  });
});
