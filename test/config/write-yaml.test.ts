import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createCollector } from '../../src/config/collector.ts';
import { decodeYaml } from '../../src/config/decode.ts';
import { sourceFile } from '../../src/config/node.ts';
import { readPlistDict } from '../../src/config/plist-value.ts';
import { pathOf, type Writing, writeMap } from '../../src/config/write-yaml.ts';
import { dict, isArray, isDict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';
import { equalPlist } from '../../src/plist/equal.ts';
import { dictionary } from '../plist/values.ts';

const PLAIN: Writing = { notes: new Map(), spread: () => 'any' };

const text = (map: PlistDict, writing = PLAIN): string => `${writeMap(map, [], 0, writing).join('\n')}\n`;

function readBack(yaml: string): PlistDict {
  const collector = createCollector();
  const node = decodeYaml(sourceFile('/f.yaml', yaml), collector);
  if (node?.kind !== 'map') throw new Error(`no map: ${JSON.stringify(collector.sorted([]))}\n${yaml}`);
  const read = readPlistDict(node, '', collector);
  expect(collector.sorted([])).toEqual([]);
  return read;
}

function holdsDate(value: PlistValue): boolean {
  if (isArray(value)) return value.some(holdsDate);
  if (isDict(value)) return Object.values(value.entries).some(holdsDate);
  return typeof value === 'object' && value.kind === 'date';
}

describe('YAML as a person writes it', () => {
  it.each([
    ['plain', 'plain'],
    ['~/bin/x --quiet', '~/bin/x --quiet'],
    ['https://example.org/a', 'https://example.org/a'],
    ['--flag', '--flag'],
    ['a: b', '"a: b"'],
    ['a #b', '"a #b"'],
    ['ends:', '"ends:"'],
    ['30 3 * * 1-5', '"30 3 * * 1-5"'],
    ['* * * * *', '"* * * * *"'],
    ['yes', '"yes"'],
    ['Off', '"Off"'],
    ['y', '"y"'],
    ['1:30', '"1:30"'],
    ['1_000', '"1_000"'],
    ['2020-01-01', '"2020-01-01"'],
    ['022', '"022"'],
    ['0x1f', '"0x1f"'],
    ['1e3', '"1e3"'],
    ['1e', '"1e"'],
    ['1d', '1d'],
    ['15m', '15m'],
    ['1.2.3', '1.2.3'],
    ['-', '"-"'],
    ['-5', '"-5"'],
    ['0b101', '"0b101"'],
    ['12:30:45', '"12:30:45"'],
    ['2001-12-14t21:59:43.10-05:00', '"2001-12-14t21:59:43.10-05:00"'],
    ['.5', '".5"'],
    ['~', '"~"'],
    ['', '""'],
    [' a', '" a"'],
    ['say "hi"', 'say "hi"'],
    ['"hi"', '\'"hi"\''],
    ['tab\there', '"tab\\there"'],
  ])('%j is written %s', (value, written) => {
    expect(text(dict([['k', value]]))).toBe(`k: ${written}\n`);
  });

  it('puts short lists and maps on one line, long ones on several, and scripts in a block', () => {
    const long = Array.from({ length: 12 }, (_, index) => `--option-${index}`);
    const written = text(
      dict([
        ['command', ['/bin/echo', 'a, b', '8080']],
        ['start', dict([['every', '15m']])],
        ['long', long],
        ['script', 'echo a\n  echo b\n'],
        ['entries', [dict([['a', 'x\ny']]), dict([['b', 2]])]],
        ['number', { kind: 'real', value: 5 }],
      ]),
    );
    expect(written).toBe(`command: [/bin/echo, "a, b", "8080"]
start: { every: 15m }
long:
${long.map((word) => `  - ${word}`).join('\n')}
script: |
  echo a
    echo b
entries:
  - a: |-
      x
      y
  - { b: 2 }
number: 5.0
`);
  });

  it('keeps comments above their member, and blank lines between maps that stand apart', () => {
    const written = text(
      dict([
        [
          'instances',
          dict([
            ['a', dict([['x', dict([['z', 1]])]])],
            ['b', dict([['x', 1]])],
          ]),
        ],
      ]),
      {
        notes: new Map([[pathOf(['instances', 'a', 'x', 'z']), ['why', '', 'and how']]]),
        spread: (path) => (path.length === 1 ? 'apart' : path.length < 3 ? 'block' : 'any'),
      },
    );
    expect(written).toBe(`instances:
  a:
    x:
      # why
      #
      # and how
      z: 1

  b:
    x: 1
`);
  });

  it('reads back as it is, whatever it is', () => {
    fc.assert(
      fc.property(
        dictionary.filter((map) => Object.keys(map.entries).length > 0 && !holdsDate(map)),
        (map) => {
          const yaml = text(map);
          if (!equalPlist(readBack(yaml), map)) throw new Error(yaml);
        },
      ),
      { numRuns: 500 },
    );
  });
});
