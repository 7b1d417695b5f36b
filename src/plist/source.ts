import type { Doubt } from './doubt.ts';
import type { DuplicateKey, Mark } from './read-xml.ts';
import type { Comment } from './xml-scanner.ts';

/** The text of an XML property list, and where everything in it stands. Offsets count UTF-16 units of `text` from 0. */
export interface PlistSource {
  /** Decoded, with every line end as `\n`. */
  readonly text: string;
  /** What ended the lines before; `crlf` and `cr` as soon as one of them does. */
  readonly lineEnds: 'lf' | 'crlf' | 'cr';
  readonly mark: Mark;
  readonly comments: readonly Comment[];
  readonly duplicates: readonly DuplicateKey[];
  /** What readers do not agree on, in order of reading. */
  readonly doubts: readonly Doubt[];
}

/** Line and column, both from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Tells the place of offsets of one text, in logarithmic time after the first. */
export function placeFinder(text: string): (offset: number) => TextPlace {
  let starts: number[] | null = null;
  return (offset) => {
    starts ??= lineStarts(text);
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

/** Offset of the deepest part of `path` that the text holds: of a key that is missing, the dictionary it is missing from. */
export function offsetOf(source: PlistSource, path: readonly (string | number)[]): number {
  let mark = source.mark;
  for (const step of path) {
    const inner = mark.members?.get(step);
    if (inner === undefined) break;
    mark = inner;
  }
  return mark.start;
}
