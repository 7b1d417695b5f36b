import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_FILE_BYTES } from '../../src/config/yaml-document.ts';
import { cpuSeconds } from '../support/cpu.ts';
import { codes, parse } from './host.ts';

/** Codes, once each, and what it cost. */
function judge(text: string): { readonly codes: readonly string[]; readonly seconds: number } {
  let found: readonly string[] = [];
  const seconds = cpuSeconds(() => {
    found = parse(text).diagnostics.map(({ code }) => code);
  });
  return { codes: [...new Set(found)], seconds };
}

const lines = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n');

describe('hostile text ends in a clear error, quickly', () => {
  it.each([
    ['10 MB of garbage', 'aZ}{[]:,"\'&*!|>%@`0\n'.repeat(500_000), 'file/too-large'],
    ['almost 4 MB of it', 'aZ}{[]:,"\'&*!|>%@`0\n'.repeat(200_000), 'file/shape'],
    ['unclosed brackets', '[{'.repeat(256 * 1024), 'yaml/too-deep'],
    ['deep lists', '- '.repeat(100_000), 'yaml/too-deep'],
    ['deep maps', lines(500, (index) => `${' '.repeat(index)}a:`), 'yaml/too-deep'],
    ['quotes', '"'.repeat(3_000_000), 'yaml/syntax'],
    ['anchors', '&a '.repeat(1_000_000), 'yaml/syntax'],
    ['documents', '---\n'.repeat(500_000), 'yaml/several-documents'],
    ['more words than anyone writes', '- a\n'.repeat(900_000), 'file/too-large'],
    ['blanks', ' '.repeat(3_900_000), 'file/empty'],
    ['unknown fields', `version: 1\n${lines(50_000, (index) => `k${index}: v`)}`, 'field/unknown'],
    ['dollars', `version: 1\nvars: {a: "${'${x}'.repeat(500_000)}"}`, 'interpolation/unknown-name'],
    [
      'an alias bomb',
      `version: 1\na0: &a0 [x]\n${lines(30, (i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`)}`,
      'yaml/alias-bomb',
    ],
    [
      'a bomb of merge keys',
      `version: 1\na0: &a0 {${Array.from({ length: 2000 }, (_, i) => `k${i}: v`).join(', ')}}\n${lines(500, (i) => `b${i}: {<<: *a0}`)}`,
      'yaml/alias-bomb',
    ],
    [
      'a chain of aliases',
      `version: 1\na0: &a0 {x: 1}\n${lines(2000, (i) => `a${i + 1}: &a${i + 1} {x: *a${i}}`)}`,
      'yaml/too-deep',
    ],
    [
      'thousands of unknown instances',
      `version: 1\ninstances:\n${lines(3000, (i) => `  instance-number-${i}: {command: x, depends_on: [instance-nomber-${i}]}`)}`,
      'depends-on/unknown',
    ],
  ])('%s', (_, text, code) => {
    const judged = judge(text);
    expect(judged.codes).toContain(code);
    expect(judged.seconds).toBeLessThan(5);
  });

  it('draws the line at 4 MB and at 64 levels', () => {
    const sized = (bytes: number): string => `version: 1\ninstances: {}\n#${'x'.repeat(bytes - 26)}`;
    expect(codes(parse(sized(MAX_FILE_BYTES)))).toEqual([]);
    expect(codes(parse(sized(MAX_FILE_BYTES + 1)))).toEqual(['1:1 file/too-large']);
    // The whole, instances, web and launchd are four levels.
    const nested = (levels: number): string =>
      `version: 1\ninstances: {web: {command: x, launchd: {A: ${'['.repeat(levels - 4)}${']'.repeat(levels - 4)}}}}`;
    expect(codes(parse(nested(64)))).toEqual([]);
    expect(codes(parse(nested(65)))).toEqual(['2:104 yaml/too-deep']);
  });

  it('reads 2,000 instances in far less than two seconds', () => {
    const text = `version: 1
defaults: { restart: on-failure }
templates:
  t: { label: "com.example.\${instance}", environment: { HOME: "\${home}" }, stdout: "~/log/\${instance}.log" }
instances:
${lines(2000, (i) => `  i${i}: { template: t, command: [/bin/x, "\${label}"], restart: { throttle: 5s }, launchd: { Nice: 5 } }`)}
`;
    const seconds = cpuSeconds(() => {
      const { config, diagnostics } = parse(text);
      expect(diagnostics).toEqual([]);
      expect(config?.instances).toHaveLength(2000);
    });
    expect(seconds).toBeLessThan(4);
  });
});

describe('any text', () => {
  const piece = fc.constantFrom(
    ...'version: 1|instances:|  web:|command: x|label: a.b|restart: always|restart: {policy: |throttle: 5s|environment: {A: 1}|${home}|${|$$|&a |*a|<<: *a|[|]|{|}|, |- |: |"|\'|\n|\n  |\n    |null|~|5.0|0x1F|yes|!!binary aGk=|!x |# c|---\n|%YAML 1.1\n|include: [|template: t|templates:|defaults: |when: {os: macos}|launchd: {A: |moved: [{from: a, to: web}]|depends_on: [web]|script: |\t|\\|>\n'.split(
      '|',
    ),
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    fc
      .array(piece, { maxLength: 25 })
      .map((pieces) => `version: 1\ninstances:\n  web:\n    command: x\n    ${pieces.join('')}`),
    fc.json().map((json) => `version: 1\ninstances: {web: {command: x, launchd: ${json}}}`),
  );

  it('is judged, never thrown at', () => {
    fc.assert(
      fc.property(text, (yaml) => {
        const { config, diagnostics } = parse(yaml);
        const errors = diagnostics.filter(({ severity }) => severity === 'error');
        expect(config === null).toBe(errors.length > 0);
        for (const { line, column, message, file } of diagnostics) {
          expect(line).toBeGreaterThan(0);
          expect(column).toBeGreaterThan(0);
          expect(message.length).toBeGreaterThan(0);
          expect(file).not.toBeNull();
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('gives places inside the file', () => {
    fc.assert(
      fc.property(text, (yaml) => {
        const rows = yaml.split('\n');
        for (const { line, column, length = 1 } of parse(yaml).diagnostics) {
          const row = rows[(line ?? 0) - 1] ?? '';
          expect(line).toBeLessThanOrEqual(rows.length);
          expect((column ?? 0) + length - 2).toBeLessThanOrEqual(Math.max(row.length, column ?? 0));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('comes out the same however its instances are ordered', () => {
    const instance = fc.record(
      {
        command: fc.constant('x'),
        nice: fc.integer({ min: -20, max: 20 }),
        restart: fc.constantFrom('always', 'never'),
      },
      { requiredKeys: ['command'] },
    );
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), instance), (instances) => {
        const read = (entries: object): unknown =>
          parse(JSON.stringify({ version: 1, instances: entries })).config?.instances.map(
            ({ name, fields }) => [name, fields],
          );
        expect(read(Object.fromEntries(Object.entries(instances).reverse()))).toEqual(read(instances));
      }),
      { numRuns: 100 },
    );
  });
});
