import { displayWidth, sentence } from './printable.ts';
import type { Style } from './style.ts';

/** Columns that text is read well in. */
const WIDTH = 80;

const DURATION = /\d+ (?:s|min|h|d)\b/.source;

/** What stays on one line: durations with their units, `exit 1`, short pieces of code; else a word. */
const PIECE = new RegExp(`\\(?(?:${DURATION}(?: ${DURATION})*|exit \\d+\\b|\`[^\`]{1,40}\`)\\S*|\\S+`, 'gu');

/**
 * Sentences of ours as lines of at most 80 columns. `used`: columns that the first line has spent already; `indent`: blanks
 * before each further line.
 */
export function wrap(
  text: string,
  style: Style,
  { used = 0, indent = 0 }: { readonly used?: number; readonly indent?: number } = {},
): string {
  const lines: string[] = [];
  let line = '';
  let room = WIDTH - used;
  for (const [word] of sentence(text, style).matchAll(PIECE)) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > room) {
      lines.push(line);
      line = word;
      room = WIDTH - indent;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
