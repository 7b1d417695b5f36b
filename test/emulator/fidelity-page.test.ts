import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULT_FIDELITY } from '../../src/emulator/fidelity.ts';

/**
 * docs/embedded-launchd.md promises a test for every behaviour: `file`, or `file`: “name of a test or of a group”. Here the page
 * is held to that, and to the defaults of the code.
 */

const ROOT = join(import.meta.dirname, '..', '..');
const EVIDENCE = ['manual', 'source', 'captures', 'reports', 'ours'];

interface Row {
  readonly cells: readonly string[];
  /** The first cell, short enough for a test's name. */
  readonly name: string;
}

function tablesUnder(heading: string): readonly Row[] {
  const page = readFileSync(join(ROOT, 'docs', 'embedded-launchd.md'), 'utf8');
  const section = page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  // Of each table, the rows below its head and the line under that.
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  const isRule = (line: string | undefined): boolean => /^\| -/.test(line ?? '');
  const rows = lines.filter((line, index) => !isRule(line) && !isRule(lines[index + 1]));
  return rows.map((line) => {
    // A bar within a cell is written \|, as Markdown has it.
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    return { cells: cells.map((cell) => cell.trim()), name: (cells[0] ?? '').trim().slice(0, 70) };
  });
}

/** What is wrong with a cell that should name tests. */
function flaws(proof: string): readonly string[] {
  const found: string[] = [];
  let source: string | null = null;
  for (const [, file, name] of proof.matchAll(/`([^`]+)`|“([^”]+)”/g)) {
    if (file !== undefined) {
      const isTest = /^test\/.*\.test\.ts$/.test(file) && existsSync(join(ROOT, file));
      source = isTest ? readFileSync(join(ROOT, file), 'utf8') : null;
      if (!isTest) found.push(`there is no test file ${file}`);
    } else if (source === null) found.push(`“${name}” stands behind no test file`);
    else if (!namesOf(source).some((known) => known.startsWith(name ?? '')))
      found.push(`no test is called “${name}” there`);
  }
  if (!/`test\//.test(proof)) found.push('no test is named');
  return found;
}

/** The names given to it(), test() and describe(), and to their `each` forms. */
function namesOf(source: string): readonly string[] {
  const named = source.matchAll(
    /(?:^\s*(?:it|test|describe)\b[^'"`\n]*\(|\]\)\(|\)\()(['"`])((?:(?!\1).)+)\1/gm,
  );
  return [...named].map(([, , name]) => name ?? '');
}

const rules = tablesUnder('Rules that are followed');
const choices = tablesUnder('Choices');

describe('docs/embedded-launchd.md', () => {
  it.each(rules)('has evidence and a test for: $name', ({ cells }) => {
    expect(cells).toHaveLength(3);
    const words = (cells[1] ?? '').split(', ');
    expect(words.filter((word) => !EVIDENCE.includes(word))).toEqual([]);
    expect(flaws(cells[2] ?? '')).toEqual([]);
  });

  it.each(choices)('has a reason and a test for: $name', ({ cells }) => {
    expect(cells).toHaveLength(4);
    expect(cells[2]).not.toBe('');
    expect(flaws(cells[3] ?? '')).toEqual([]);
  });

  it('has one row for each choice, with its default', () => {
    const written = choices.map(({ cells }) => [
      /^`(\w+)`/.exec(cells[0] ?? '')?.[1],
      /^[\w./]+/.exec(cells[1] ?? '')?.[0],
    ]);
    const word = (value: unknown): string =>
      value === true ? 'yes' : value === false ? 'no' : String(value);
    const defaults = Object.entries(DEFAULT_FIDELITY).map(([name, value]) => [name, word(value)]);
    expect(written).toEqual(defaults);
  });

  it('notices what has rotted', () => {
    expect(flaws('`test/emulator/supervisor.test.ts`: “the throttle”')).toEqual([]);
    expect(flaws('`test/emulator/gone.test.ts`')).toEqual([
      'there is no test file test/emulator/gone.test.ts',
    ]);
    expect(flaws('`test/emulator/supervisor.test.ts`: “no such test”')).toEqual([
      'no test is called “no such test” there',
    ]);
    expect(flaws('by hand')).toEqual(['no test is named']);
  });
});
