import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { hideSecrets, isBelowSecrets, maskLine } from '../../src/report/mask.ts';

describe('a line with secrets', () => {
  it.each([
    ['    API_TOKEN: abc, def # mine', '    API_TOKEN: ******** # mine'],
    ['environment: {DB_PASSWORD: hunter2, PORT: 80}', 'environment: {DB_PASSWORD: *******, PORT: 80}'],
    ['  a: {e: {"TOKEN": "a, b", X: 1}}', '  a: {e: {"TOKEN": ******, X: 1}}'],
    ["- SECRET: 'x y'", '- SECRET: *****'],
    [
      'command: [x, --auth, sk-aaaaaaaaaaaaaaaaaaaaaaaa]',
      'command: [x, --auth, ***************************]',
    ],
    ['command: x --token=abc', 'command: x ***********'],
    ['API_TOKEN: a#b # why', 'API_TOKEN: *** # why'],
    [
      'web: {secrets: {DB: hunter2, X: {file: /x}, Y: {value: "hun ter"}}, stdin: y}',
      'web: {secrets: {DB: *******, X: {file: /x}, Y: {value: *********}}, stdin: y}',
    ],
  ])('%s', (line, masked) => {
    expect(maskLine(line)).toBe(masked);
  });

  it.each([
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the file's own syntax.
    'TOKEN: ${env.TOKEN}',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the file's own syntax.
    'TOKEN: "${vars.token}"',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the file's own syntax.
    'command: [x, --auth=${env.AUTH}]',
    'TOKEN: true',
    'TOKEN:',
    'secrets: {A: {file: /x}}',
    'token_refresh: {command: /bin/refresh}',
    'key: &anchor',
    'restart: on-failure',
    'SSH_AUTH_SOCK: /tmp/agent',
    'TOKEN_FILE: /etc/token',
  ])('leaves %s', (line) => {
    expect(maskLine(line)).toBe(line);
  });
});

describe('a line below secrets', () => {
  const lines = [
    'instances:',
    '  web:',
    '    secrets: # of the web',
    '      DB: hunter2',
    '',
    '      # by hand',
    '      X: {file: /x}',
    '      Y:',
    '        value: hunter2',
    '    stdin: hunter2',
    '  secrets:',
    '    template: a',
  ];

  it('is found by what it is indented below', () => {
    const below = lines.filter((line, index) => line !== '' && isBelowSecrets(lines, index));
    expect(below.map((line) => line.trim())).toEqual([
      'DB: hunter2',
      '# by hand',
      'X: {file: /x}',
      'Y:',
      'value: hunter2',
      'template: a',
    ]);
  });

  it('shows where a value lies, and no value', () => {
    expect(lines.map((line) => maskLine(line, true).trim()).slice(3, 9)).toEqual([
      'DB: *******',
      '',
      '# by hand',
      'X: {file: /x}',
      'Y:',
      'value: *******',
    ]);
  });
});

describe('what is told about a file', () => {
  const told: Diagnostic = {
    code: 'duration/invalid',
    severity: 'error',
    message: '`hunter-two` is not a duration.',
    file: '/x.yaml',
    line: 1,
    column: 1,
    hint: 'Not hunter-two.',
  };

  it('does not tell the value of a variable with a telling name', () => {
    expect(hideSecrets([told], { DB_PASSWORD: 'hunter-two' })).toEqual([
      { ...told, message: '`***` is not a duration.', hint: 'Not ***.' },
    ]);
  });

  it('tells other values', () => {
    expect(hideSecrets([told], { EDITOR: 'hunter-two', PASSWORD: 'two' })).toEqual([told]);
  });
});
