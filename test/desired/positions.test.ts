import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/parse.ts';
import { compileJobs } from '../../src/desired/compile.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { FILE, HOST, PLACES } from './support.ts';

/** What is said of a file with these lines, read from its text. */
function diagnose(...lines: readonly string[]): readonly Diagnostic[] {
  const text = ['version: 1', ...lines, ''].join('\n');
  const { config, diagnostics } = parseConfig(text, FILE, HOST);
  if (config === null) throw new Error(JSON.stringify(diagnostics));
  return compileJobs(config, HOST, PLACES).diagnostics;
}

describe('diagnostics stand at the very place', () => {
  it.each<[string, readonly string[], readonly (readonly [string, number, number, number])[]]>([
    [
      'a plain command',
      ['instances:', '  a:', '    command: /bin/x $HOME | y'],
      [
        ['command/shell-syntax', 4, 21, 1],
        ['command/shell-syntax', 4, 27, 1],
      ],
    ],
    [
      'a command in quotes',
      ['instances:', '  a:', '    command: "/bin/x && y"'],
      [
        ['command/shell-syntax', 4, 22, 1],
        ['command/shell-syntax', 4, 23, 1],
      ],
    ],
    [
      'a command that was interpolated',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the file's own syntax.
      ['instances:', '  a:', '    command: ${home}/bin/longer | y'],
      [['command/shell-syntax', 4, 14, 22]],
    ],
    [
      'a word of a list',
      ['instances:', '  a:', '    command: [/bin/x, ~eve]'],
      [['path/other-home', 4, 23, 4]],
    ],
    [
      'a field of a schedule',
      ['instances:', '  a:', '    command: /bin/x', '    start: { schedule: "0 25 * * 1-5" }'],
      [['schedule/cron', 5, 27, 2]],
    ],
    [
      'a key deep below launchd',
      [
        'instances:',
        '  a:',
        '    command: /bin/x',
        '    launchd:',
        '      KeepAlive:',
        '        Crashed: maybe',
      ],
      [['launchd/wrong-type', 7, 18, 5]],
    ],
    [
      'a policy from the defaults against a key below launchd',
      [
        'defaults:',
        '  restart: always',
        'instances:',
        '  a:',
        '    command: /bin/x',
        '    launchd: { KeepAlive: true }',
      ],
      [['launchd/twice', 7, 27, 4]],
    ],
    [
      'a template that two instances use, once',
      ['templates:', '  t: { command: ./x }', 'instances:', '  a: { template: t }', '  b: { template: t }'],
      [['program/relative', 3, 17, 3]],
    ],
    [
      'a label that two instances share',
      [
        'instances:',
        '  z: { command: /bin/x, label: com.example.x }',
        '  a: { command: /bin/y, label: com.example.x }',
      ],
      [['label/duplicate', 4, 32, 13]],
    ],
    [
      'a label that a template gives to both',
      [
        'templates:',
        '  t: { command: /bin/x, label: com.example.x }',
        'instances:',
        '  a: { template: t }',
        '  b: { template: t }',
      ],
      [['label/duplicate', 6, 3, 1]],
    ],
    [
      'a policy that starts a triggered job',
      ['instances:', '  a:', '    command: /bin/x', '    start: { every: 5m }', '    restart: on-crash'],
      [['restart/starts-at-load', 6, 14, 8]],
    ],
  ])('in %s', (_what, lines, expected) => {
    const found = diagnose(...lines);
    expect(found.map(({ code, line, column, length }) => [code, line, column, length])).toEqual(expected);
    for (const { file, hint, message } of found) {
      expect(file).toBe(FILE);
      expect(message).toMatch(/\.$/);
      expect(hint ?? '').toMatch(/[.?]$/);
    }
  });

  it('compiles the whole of what the interface shows', () => {
    expect(
      diagnose(
        'instances:',
        '  backup:',
        '    command: ~/bin/backup --quiet',
        '    start: { schedule: "30 3 * * 1-5" }',
        '  exporter:',
        '    domain: system',
        '    user: _exporter',
        '    program: /usr/local/bin/node_exporter',
        '    launchd: { SoftResourceLimits: { NumberOfFiles: 4096 } }',
      ),
    ).toEqual([]);
  });
});
