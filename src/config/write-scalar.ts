/** Words that YAML 1.1 or 1.2 reads as something else than text: in quotes, so that every reader agrees. */
const WORDS = /^(?:~|null|true|false|yes|no|on|off|y|n|\.nan|[-+]?\.inf|=|<<)$/i;

/** Whole numbers, fractions, octal, hexadecimal, `1_000`, `1:30`, `1e3`. */
const NUMBER_LIKE =
  /^[-+]?(?=.*\d)(?:0b[01_]+|0o[0-7_]+|0x[\da-f_]+|[\d_]*\.?[\d_]*(?:e[-+]?\d*)?|\d[\d_]*(?::[\d_.]*)+)$/i;

/** What begins as a date may be one, with a time of any form. */
const DATE_LIKE = /^\d{4}-\d{1,2}-\d{1,2}/;

/** Five fields of cron: plain text to YAML, but nobody believes that of a star. */
const CRON = /^[\d*/,-]+(?: [\d*/,-]+){4}$/;

/** A first character that says what follows it is no plain text; `-`, `?` and `:` say so before a blank only. */
const INDICATOR = /^(?:[[\]{},#&*!|>'"%@`]|[-?:](?:\s|$)|[?:])/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u00a0\u2028\u2029\ufeff]|\p{Cf}|\p{Cs}|\p{Cn}|\p{Co}/gu;

/**
 * Text as a person writes it in YAML: plain where every reader takes it for this text, else in quotes.
 *
 * @param flow it stands within `{ }` or `[ ]`, where commas and brackets end it
 */
export function writeText(text: string, flow: boolean): string {
  if (isPlain(text, flow)) return text;
  const isPrintable = text.match(UNPRINTABLE) === null;
  if (isPrintable && /["\\]/.test(text) && !text.includes("'")) return `'${text}'`;
  return JSON.stringify(text).replace(UNPRINTABLE, escapeUnits);
}

/** A comment of one line; what would end the line, or cannot be seen, is a blank. */
export function writeComment(text: string): string {
  const line = text.replaceAll(UNPRINTABLE, ' ').trimEnd();
  return line === '' ? '#' : `# ${line}`;
}

function isPlain(text: string, flow: boolean): boolean {
  if (text === '' || text.trim() !== text || text.match(UNPRINTABLE) !== null) return false;
  if (
    WORDS.test(text) ||
    NUMBER_LIKE.test(text) ||
    DATE_LIKE.test(text) ||
    INDICATOR.test(text) ||
    CRON.test(text)
  )
    return false;
  if (/^(?:---|\.\.\.)/.test(text) || /:(?:\s|$)|\s#/.test(text)) return false;
  return !flow || !/[[\]{},]|:$/.test(text);
}

/** By UTF-16 unit, as both JSON and YAML do it. */
function escapeUnits(character: string): string {
  let escaped = '';
  for (let i = 0; i < character.length; i++)
    escaped += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return escaped;
}

/**
 * The lines of a text as a literal block (`|`), without indentation; null where a block cannot hold it exactly. The first
 * is the mark that stands after the key.
 */
export function writeLiteral(text: string): readonly string[] | null {
  if (!text.includes('\n') || text.replaceAll('\n', '').match(/[^\t\u0020-\u007e\u00a1-\uffff]/) !== null)
    return null;
  if (text.replaceAll(/[\t\n]/g, '').match(UNPRINTABLE) !== null) return null;
  const body = text.endsWith('\n') ? text.slice(0, -1) : text;
  const lines = body.split('\n');
  // Blank lines at an end, and an indented first line, would need marks that nobody reads easily.
  if (lines.at(-1)?.trim() === '' || /^[ \t]*$|^[ \t]/.test(lines[0] ?? '')) return null;
  if (lines.some((line) => line !== '' && line.trim() === '')) return null;
  return [text.endsWith('\n') ? '|' : '|-', ...lines];
}
