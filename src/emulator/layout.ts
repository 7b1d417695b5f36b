/** One line of a listing, or a block with lines of its own. An empty string is a blank line. */
export type Line = string | Bare | Block;

/** A line that keeps its indentation though it is empty. */
export interface Bare {
  readonly bare: string;
}

export interface Block {
  /** Up to the opening bracket: `arguments =`. */
  readonly head: string;
  readonly lines: readonly Line[];
  /** `[` for lists. */
  readonly list?: boolean;
}

/** A block with `=`. */
export function block(name: string, lines: readonly Line[]): Block {
  return { head: `${name} =`, lines };
}

/** A block with `=>`. */
export function entry(name: string, lines: readonly Line[]): Block {
  return { head: `${name} =>`, lines };
}

export function list(name: string, lines: readonly Line[]): Block {
  return { head: `${name} =>`, lines, list: true };
}

/** Tabs, one a level, as launchctl indents (facts §4.1). */
export function render(line: Line, depth = 0): string {
  const tabs = '\t'.repeat(depth);
  if (typeof line === 'string') return line === '' ? '\n' : `${tabs}${line}\n`;
  if ('bare' in line) return `${tabs}${line.bare}\n`;
  const [open, close] = line.list === true ? ['[', ']'] : ['{', '}'];
  const inner = line.lines.map((member) => render(member, depth + 1)).join('');
  return `${tabs}${line.head} ${open}\n${inner}${tabs}${close}\n`;
}
