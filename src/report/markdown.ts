import { printable } from './printable.ts';
import type { Style } from './style.ts';

/** Plain UTF-8, as Markdown holds it. */
export const MARKDOWN_STYLE: Style = { color: false, unicode: true };

/**
 * A sentence of ours, which may quote foreign text, as Markdown on one line: its code stays code, and nothing else is taken
 * for mark-up, for HTML, or for the name of somebody to be told. Fit for a cell of a table.
 */
export function markdownText(text: string): string {
  return printable(text, MARKDOWN_STYLE)
    .split(/(`[^`]+`)/)
    .map((part, index) => (index % 2 === 1 ? markdownCode(part.slice(1, -1)) : escaped(part)))
    .join('');
}

/** Foreign text as code on one line, fit for a cell of a table. */
export function markdownCode(text: string): string {
  const shown = printable(text, MARKDOWN_STYLE).replaceAll('|', '\\|');
  const ticks = '`'.repeat(longestRun(shown) + 1);
  const space = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return shown === '' ? '' : `${ticks}${space}${shown}${space}${ticks}`;
}

/** Lines as a block of code, whatever they hold. */
export function markdownFence(language: string, lines: readonly string[]): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(lines.join('\n')) + 1));
  return [ticks + language, ...lines, ticks].join('\n');
}

/** The first row says what the columns are. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const longestRun = (text: string): number =>
  Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));

function escaped(text: string): string {
  return text
    .replace(/[\\`*_[\]|~#]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;');
}
