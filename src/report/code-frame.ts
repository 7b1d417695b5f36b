import { isBelowSecrets, maskLine } from './mask.ts';
import { displayWidth, printable } from './printable.ts';
import { ellipsis, paint, type Style } from './style.ts';

/** Source characters that are shown of a line at most. */
const SHOWN = 96;

/**
 * One line of a file with a caret line below that marks `length` characters from `column` (both in UTF-16 units, column
 * from 1):
 *
 *     12 |     restrat: always
 *        |     ^^^^^^^
 *
 * What looks secret is starred out. A long line is cut around the mark. Null when the file, given in lines, has no such line.
 */
export function codeFrame(
  lines: readonly string[],
  mark: { readonly line: number; readonly column: number; readonly length: number },
  style: Style,
): string | null {
  const written = lines[mark.line - 1];
  if (written === undefined) return null;
  const whole = written.endsWith('\r') ? written.slice(0, -1) : written;
  const column = Math.min(Math.max(mark.column - 1, 0), whole.length);
  // A line may be as long as a file: only what may be shown is looked at, and as much again for words that are cut.
  const cut = Math.max(0, column - 4 * SHOWN);
  const line = maskLine(whole.slice(cut, cut + 8 * SHOWN), isBelowSecrets(lines, mark.line - 1));
  const at = column - cut;
  const start = at - Number(splitsPair(line, at));
  const [from, to] = windowOf(line, start);
  const beyond = Math.min(at + mark.length, to);
  const end = beyond + Number(splitsPair(line, beyond));
  const before = (from > 0 ? ellipsis(style) : '') + show(line.slice(from, start), style);
  const marked = show(line.slice(start, end), style);
  const after = show(line.slice(end, to), style) + (to < line.length ? ellipsis(style) : '');
  const number = String(mark.line);
  const gutter = ' '.repeat(number.length);
  const carets = '^'.repeat(Math.max(1, displayWidth(marked)));
  const bar = paint(style, 'dim', '|');
  return [
    `${paint(style, 'dim', number)} ${bar} ${before}${marked}${after}`.trimEnd(),
    `${gutter} ${bar} ${' '.repeat(displayWidth(before))}${paint(style, 'red', carets)}`,
  ].join('\n');
}

/** The part of a line to show, which includes `at`; no surrogate pair is cut. */
function windowOf(line: string, at: number): readonly [from: number, to: number] {
  if (line.length <= SHOWN) return [0, line.length];
  const from = Math.max(0, Math.min(at - SHOWN / 3, line.length - SHOWN) | 0);
  return [from - Number(splitsPair(line, from)), from + SHOWN - Number(splitsPair(line, from + SHOWN))];
}

function splitsPair(line: string, at: number): boolean {
  return at > 0 && (line.codePointAt(at - 1) ?? 0) > 0xffff;
}

/** A tab takes four columns, so that the caret below stands right on every terminal. */
function show(text: string, style: Style): string {
  return printable(text.replaceAll('\t', '    '), style);
}
