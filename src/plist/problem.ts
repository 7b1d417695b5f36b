/** What keeps a property list from being read, in words. Line and column from 1; null where the format has none (binary). */
export interface PlistProblem {
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
  /** The file could not even be looked into: nothing is said of what it holds, nor whether launchd reads it. */
  readonly isClosed?: true;
}

/** Thrown inside this folder only; `readPlist` turns it into the problem that it carries. */
export class UnreadablePlist extends Error {
  readonly problem: PlistProblem;

  constructor(problem: PlistProblem) {
    super(problem.message);
    this.name = 'UnreadablePlist';
    this.problem = problem;
  }
}

/** Gives up where no place can be told. */
export function fail(message: string): never {
  throw new UnreadablePlist({ message, line: null, column: null });
}

/** Gives up at an offset of the text. */
export function failAt(text: string, at: number, message: string): never {
  throw new UnreadablePlist({ message, line: lineOf(text, at), column: at - text.lastIndexOf('\n', at - 1) });
}

/** Line of an offset, from 1. */
export function lineOf(text: string, at: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i !== -1 && i < at; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

/** Deepest nesting that is read or written; far beyond any launchd.plist(5), far within the stack. */
export const MAX_DEPTH = 512;

/** Largest file that is looked at, in bytes: a hundred times the largest plist of a job that macOS ships. */
export const LARGEST_FILE: number = 16 * 1024 * 1024;

/** A short, printable excerpt of foreign text for a message: quoted, control characters escaped, at most 40 characters. */
export function quote(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  return JSON.stringify(short).replace(/[\u007f-\u009f\u2028\u2029]/g, '\ufffd');
}

/** A tag for a message, as `quote` makes it of foreign text. */
export function quoteTag(name: string): string {
  return `<${quote(name).slice(1, -1)}>`;
}
