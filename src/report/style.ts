/** How text is to look; decided once, by the command line, for the stream that it goes to. */
export interface Style {
  /** ANSI colours. Never the only carrier of a meaning. */
  readonly color: boolean;
  /** The terminal shows UTF-8; otherwise plain ASCII only. */
  readonly unicode: boolean;
}

export type Paint = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

const CODES: Readonly<Record<Paint, readonly [on: number, off: number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

/** The text in a colour, if the style has any. `text` must be printable already. */
export function paint(style: Style, color: Paint, text: string): string {
  if (!style.color || text === '') return text;
  const [on, off] = CODES[color];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

/** Between before and after. */
export function arrow(style: Style): string {
  return style.unicode ? '→' : '->';
}

export function ellipsis(style: Style): string {
  return style.unicode ? '…' : '...';
}
