import type { Style } from './style.ts';

/** What a terminal would act upon or show as something else: controls, half pairs, marks that reverse the direction. */
const UNSAFE =
  /\p{Control}|\p{Surrogate}|\p{Noncharacter_Code_Point}|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;
const UNSAFE_OR_FOREIGN = new RegExp(`${UNSAFE.source}|[^\\u0020-\\u007e]`, 'gu');

/**
 * Foreign text (labels, values, messages) as it may go to a terminal, on one line: whatever could move the cursor, change
 * colours or reorder text is spelled out as `\n`, `\u001b`; outside UTF-8 everything but ASCII is.
 */
export function printable(text: string, style: Style): string {
  return text.replace(style.unicode ? UNSAFE : UNSAFE_OR_FOREIGN, spell);
}

/** What our own sentences hold beyond ASCII. */
const PLAIN: Readonly<Record<string, string>> = {
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '…': '...',
  '–': '-',
  '—': '-',
  '→': '->',
  '≠': '!=',
  '×': 'x',
  '·': '|',
};

/**
 * Sentences of ours (messages, hints, meanings), which may quote foreign text: as `printable`, but outside UTF-8 the
 * typographic signs become their plain letters. Not for values, where a curly quote is another one than a straight one.
 */
export function sentence(text: string, style: Style): string {
  const plain = style.unicode ? text : text.replace(/[’‘“”…–—→≠×·]/g, (sign) => PLAIN[sign] ?? sign);
  return printable(plain, style);
}

function spell(found: string): string {
  if (found === '\n') return '\\n';
  if (found === '\r') return '\\r';
  if (found === '\t') return '\\t';
  return [...Array(found.length).keys()]
    .map((index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}

const WIDTHLESS = /^(?:\p{Mark}|[\u200b-\u200d])$/u;
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}])$/u;

/** Columns that printable text takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += WIDTHLESS.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** `1 job`, `2 jobs`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
