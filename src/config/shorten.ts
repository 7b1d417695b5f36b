/** Characters of a value that a message shows; a value may be as long as a file. */
const SHOWN = 60;

/** A value as a message shows it: its first line, and of that the beginning. */
export function shorten(text: string): string {
  const end = text.indexOf('\n');
  const line = end === -1 ? text : text.slice(0, end);
  const shown = line.length > SHOWN ? line.slice(0, SHOWN).replace(/[\ud800-\udbff]$/, '') : line;
  return shown === text ? text : `${shown}…`;
}
