import type { EnvFileProblem } from '../model/requirements.ts';
import { isShellsOwn } from './wrapper.ts';

/** Bytes. An env_file as large as this is not judged beforehand. */
export const ENV_FILE_LIMIT: number = 1024 * 1024;

const BLANK = ' \t';

/**
 * What the wrapper would end with at this content; null: it reads it. It says so in the same words (a test holds the two
 * to each other), and knows no column.
 */
export function envFileProblem(content: Uint8Array): EnvFileProblem | null {
  // As `read` of a shell: without NULs, and without the last line end.
  const read = new TextDecoder('utf-8', { ignoreBOM: true }).decode(content).replaceAll('\0', '');
  const lines = read.replace(/^\uFEFF/, '').split('\n');
  if (lines.at(-1) === '') lines.pop();
  const texts = lines.map((line) => line.replace(/\r$/, ''));
  for (let index = 0; index < texts.length; index++) {
    const text = texts[index] ?? '';
    const at = skip(text, 0);
    if (at === text.length || text[at] === '#' || text[at] === ';') continue;
    const from = /^export[ \t]/.test(text.slice(at)) ? skip(text, at + 'export'.length) : at;
    const problem = (what: string, column = from): EnvFileProblem => ({
      line: index + 1,
      column: column + 1,
      what,
    });
    const equals = text.indexOf('=', from);
    if (equals < 0) return problem('is not NAME=value');
    const name = text.slice(from, equals);
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      return problem('does not begin with the name of a variable and an equals sign');
    if (isShellsOwn(name)) return problem(`sets ${name}, which the shell that reads it keeps for itself`);
    const value = skip(text, equals + 1);
    if (text[value] !== '"' && text[value] !== "'") continue;
    const end = endOfQuote(texts, index, value);
    if (end === null) return problem('has a quote that is not closed', value);
    index = end.index;
    const after = texts[index] ?? '';
    const rest = skip(after, end.at);
    if (rest < after.length && after[rest] !== '#') return problem('has more after the quote', rest);
  }
  return null;
}

function skip(text: string, from: number): number {
  let at = from;
  while (at < text.length && BLANK.includes(text[at] ?? '')) at++;
  return at;
}

/** The place behind the quote that closes the one at `at`, maybe lines later; null: none does. */
function endOfQuote(
  texts: readonly string[],
  index: number,
  at: number,
): { readonly index: number; readonly at: number } | null {
  const quote = texts[index]?.[at];
  for (let line = index, from = at + 1; line < texts.length; line++, from = 0) {
    const text = texts[line] ?? '';
    for (let place = from; place < text.length; place++) {
      if (text[place] === quote) return { index: line, at: place + 1 };
      if (quote === '"' && text[place] === '\\' && /[nrt"\\$`]/.test(text[place + 1] ?? '')) place++;
    }
  }
  return null;
}
