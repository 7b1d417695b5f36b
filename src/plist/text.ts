/** Characters that no XML text may hold, or that Unicode keeps for use inside programs. */
const FORBIDDEN = /(?![\t\n\r\u007f-\u009f])\p{Control}|\p{Surrogate}|\p{Noncharacter_Code_Point}/u;
/** Those and everything else that a terminal or an editor may act upon. */
const UNPRINTABLE = /(?![\t\n])\p{Control}|\p{Surrogate}|\p{Noncharacter_Code_Point}|[\u2028\u2029]/gu;

/** Why a text cannot stand in a property list, as the end of a sentence; null when it can. */
export function textProblem(text: string): string | null {
  const found = FORBIDDEN.exec(text)?.[0];
  if (found === undefined) return null;
  const code = found.codePointAt(0) ?? 0;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const kind =
    code < 0x20 ? 'a control character' : code >> 11 === 0x1b ? 'half of a surrogate pair' : 'a noncharacter';
  return `holds ${kind} (${name}), which a property list cannot hold.`;
}

/** Text that cannot end or break an XML comment: `--` is drawn apart, unprintable characters give way to a question mark. */
export function commentText(text: string): string {
  return text
    .trim()
    .replace(/\r\n?/g, '\n')
    .replace(UNPRINTABLE, '?')
    .replace(/-(?=-)/g, '- ');
}
