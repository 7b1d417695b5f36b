import { describe, expect, it } from 'vitest';
import { wrap } from '../../src/report/wrap.ts';

const STYLE = { color: false, unicode: true } as const;

/** The lines of a sentence in which `end` would reach over the edge of the page. */
const lines = (end: string): readonly string[] => {
  const filler = 'word '.repeat(15);
  return wrap(`${filler}${end}`, STYLE).split('\n');
};

describe('wrap', () => {
  it.each(['3 d', '1 min 30 s', 'exit 1', '(exit 255):', '`restart: always`', '`reconcile start web`.'])(
    'keeps %s on one line',
    (piece) => {
      for (let before = 0; before < 6; before += 1) {
        const told = lines(`${'x'.repeat(before)} ${piece} and so on`);
        expect(told.join(' ')).toContain(piece);
        expect(told.filter((line) => line.includes(piece))).toHaveLength(1);
        for (const line of told) expect(line.length).toBeLessThanOrEqual(80);
      }
    },
  );

  it('keeps all words in their order, and indents the lines after the first', () => {
    const text = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ');
    const told = wrap(text, STYLE, { used: 70, indent: 4 }).split('\n');
    expect(told.map((line) => line.trim()).join(' ')).toBe(text);
    expect(told[0]?.length).toBeLessThanOrEqual(10);
    for (const line of told.slice(1)) expect(line).toMatch(/^ {4}\S/);
  });

  it('gives a piece that is longer than a line a line of its own', () => {
    const long = 'x'.repeat(100);
    expect(wrap(`before ${long} after`, STYLE)).toBe(`before\n${long}\nafter`);
  });
});
