import { expect, it } from 'vitest';
import { mendYaml } from '../../src/config/mend.ts';

const TEXT = `instances:
  a:
    command: /opt/a
    umask: "077" # mine
    # about restarts
    restart:
      policy: always

  b: { command: /opt/b, nice: 3 }
  c:
    launchd: &shared
      Nice: 4
  d:
    nice: *n
`;

const mended = (path: readonly string[], instance: string, value?: string | number) =>
  mendYaml(TEXT, { instance, path, ...(value === undefined ? {} : { value }) });

it('changes one value and leaves every other byte', () => {
  expect(mended(['umask'], 'a', '022')).toBe(TEXT.replace('"077"', '"022"'));
  expect(mended(['nice'], 'b', 5)).toBe(TEXT.replace('nice: 3', 'nice: 5'));
  expect(mended(['launchd', 'Nice'], 'c', 5)).toBe(TEXT.replace('Nice: 4', 'Nice: 5'));
});

it('takes out a field with its lines', () => {
  expect(mended(['umask'], 'a')).toBe(TEXT.replace('    umask: "077" # mine\n', ''));
  expect(mended(['restart'], 'a')).toBe(TEXT.replace('    restart:\n      policy: always\n', ''));
});

it.each([
  ['a field that is not there', ['limits'], 'a'],
  ['an instance that is not there', ['umask'], 'z'],
  ['a member of a flow map', ['nice'], 'b'],
  ['the only field of a map', ['restart', 'policy'], 'a'],
])('gives up on %s', (_what, path, instance) => {
  expect(mended(path, instance)).toBe(null);
});

it('does not write through an alias', () => {
  expect(mended(['nice'], 'd', 5)).toBe(null);
});
