import { failAt } from './problem.ts';
import type { Cursor } from './xml-scanner.ts';

/**
 * Goes past one `<!DOCTYPE …>`; false when none stands here. CoreFoundation ends it, and each declaration of its internal
 * subset, at the first `>`, quoted or not. Where that leads nowhere, quotes are minded, as XML has it. Entities that a subset
 * declares are never kept: a use of one is an unknown entity.
 */
export function skipDoctype(cursor: Cursor): boolean {
  const { text, at } = cursor;
  if (!text.startsWith('<!DOCTYPE', at)) return false;
  const plain = doctypeEnd(text, at, false);
  const leadsOn = plain !== null && /^[\s;]*(?:<|$)/.test(text.slice(plain, plain + 200));
  const end = leadsOn ? plain : (doctypeEnd(text, at, true) ?? plain);
  if (end === null) failAt(text, at, 'This `<!DOCTYPE` is never closed; `>` is missing.');
  if (!leadsOn && end !== plain) {
    cursor.doubts.push({
      start: at,
      message: 'A quoted text of this DOCTYPE holds `>` or `[`, at which Apple’s reader stumbles.',
      fix: 'Use the DOCTYPE of a property list, or none.',
    });
  }
  cursor.at = end;
  return true;
}

/** Offset behind the `>` that closes it; null when there is none. */
function doctypeEnd(text: string, start: number, mindsQuotes: boolean): number | null {
  let at = start + '<!DOCTYPE'.length;
  for (;;) {
    const stop = nextOf(text, at, mindsQuotes ? /[>["']/g : /[>[]/g);
    if (stop === null) return null;
    if (text[stop] === '>') return stop + 1;
    if (text[stop] === '[') {
      const subset = subsetEnd(text, stop + 1, mindsQuotes);
      if (subset === null) return null;
      at = subset;
    } else {
      const close = text.indexOf(text[stop] ?? '', stop + 1);
      if (close === -1) return null;
      at = close + 1;
    }
  }
}

/** Offset behind the `]` of an internal subset: comments, instructions, declarations and `%name;` stand before it. */
function subsetEnd(text: string, start: number, mindsQuotes: boolean): number | null {
  let at = start;
  for (;;) {
    const stop = nextOf(text, at, /\S/g);
    if (stop === null) return null;
    if (text[stop] === ']') return stop + 1;
    const end = text.startsWith('<!--', stop)
      ? behind(text, '-->', stop + 4)
      : text.startsWith('<?', stop)
        ? behind(text, '?>', stop + 2)
        : text.startsWith('<!', stop)
          ? declarationEnd(text, stop + 2, mindsQuotes)
          : text[stop] === '%'
            ? behind(text, ';', stop + 1)
            : null;
    if (end === null) return null;
    at = end;
  }
}

function declarationEnd(text: string, start: number, mindsQuotes: boolean): number | null {
  if (!mindsQuotes) return behind(text, '>', start);
  let at = start;
  for (;;) {
    const stop = nextOf(text, at, /[>"']/g);
    if (stop === null) return null;
    if (text[stop] === '>') return stop + 1;
    const close = text.indexOf(text[stop] ?? '', stop + 1);
    if (close === -1) return null;
    at = close + 1;
  }
}

function nextOf(text: string, from: number, wanted: RegExp): number | null {
  wanted.lastIndex = from;
  return wanted.exec(text)?.index ?? null;
}

function behind(text: string, mark: string, from: number): number | null {
  const found = text.indexOf(mark, from);
  return found === -1 ? null : found + mark.length;
}
