import type { Doubt } from './doubt.ts';
import { failAt, lineOf, quote, quoteTag } from './problem.ts';

/** Where the reading of an XML text stands. */
export interface Cursor {
  readonly text: string;
  at: number;
  /** Every comment passed so far. */
  readonly comments: Comment[];
  readonly doubts: Doubt[];
  /** Bytes that are no text stand as U+FFFD: that is fine in a comment, and nowhere else. */
  readonly isDamaged: boolean;
  /** Line ends were more than `\n` before. */
  readonly hadReturns: boolean;
}

export interface Comment {
  /** Between `<!--` and `-->`, as it stands. */
  readonly text: string;
  /** Offset of its `<`. */
  readonly start: number;
}

export interface Tag {
  readonly name: string;
  readonly form: 'open' | 'empty' | 'close';
  /** Offset of its `<`. */
  readonly start: number;
}

/**
 * Goes past white space, comments and processing instructions (`<?xml … ?>` may stand anywhere, as in CoreFoundation).
 * Then the cursor stands at a tag, at stray text or at the end.
 */
export function skipBetween(cursor: Cursor): void {
  for (;;) {
    skipSpace(cursor);
    if (!skipComment(cursor) && !skipInstruction(cursor)) return;
  }
}

function skipSpace(cursor: Cursor): void {
  for (; cursor.at < cursor.text.length; cursor.at++) {
    const code = cursor.text.charCodeAt(cursor.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x09) return;
  }
}

/**
 * `--` within a comment is fine: it ends at `-->` only. `<!--->` is refused: CoreFoundation takes it for a whole comment
 * where it stands between elements, XML for the beginning of one, and what follows would count or not.
 */
function skipComment(cursor: Cursor): boolean {
  if (!cursor.text.startsWith('<!--', cursor.at)) return false;
  if (cursor.text.startsWith('<!--->', cursor.at)) {
    failAt(
      cursor.text,
      cursor.at,
      'Readers differ on whether `<!--->` ends here; write `<!-- -->` for an empty comment.',
    );
  }
  const end = cursor.text.indexOf('-->', cursor.at + 4);
  if (end === -1) failAt(cursor.text, cursor.at, 'This comment is never closed; `-->` is missing.');
  cursor.comments.push({ text: cursor.text.slice(cursor.at + 4, end), start: cursor.at });
  cursor.at = end + 3;
  return true;
}

function skipInstruction(cursor: Cursor): boolean {
  if (!cursor.text.startsWith('<?', cursor.at)) return false;
  const end = cursor.text.indexOf('?>', cursor.at + 2);
  if (end === -1) failAt(cursor.text, cursor.at, 'This `<?` is never closed; `?>` is missing.');
  cursor.at = end + 2;
  return true;
}

/**
 * Goes past comments behind the end, as far as they are whole. CoreFoundation looks at nothing there, so whatever else
 * follows is passed over too.
 */
export function skipRest(cursor: Cursor): void {
  const { text } = cursor;
  for (;;) {
    skipSpace(cursor);
    if (text.startsWith('<!--', cursor.at) && text.indexOf('-->', cursor.at + 4) !== -1) {
      if (text.startsWith('<!--->', cursor.at)) break;
      skipComment(cursor);
    } else if (text.startsWith('<?', cursor.at) && text.indexOf('?>', cursor.at + 2) !== -1) {
      skipInstruction(cursor);
    } else break;
  }
  if (cursor.at === text.length) return;
  cursor.doubts.push({
    start: cursor.at,
    message:
      'The property list ends before this: Apple’s reader passes over the rest, others refuse the file.',
    fix: 'Remove what follows the end.',
  });
}

/** Reads the tag at the cursor, or fails: at the end, at stray text, at a broken tag. Attributes are passed over. */
export function readTag(cursor: Cursor, wanted: string): Tag {
  const { text, at: start } = cursor;
  if (start >= text.length) failAt(text, start, `The file ends where ${wanted} is expected.`);
  if (text[start] !== '<') {
    failAt(text, start, `Found the text ${quote(strayText(text, start))} where ${wanted} is expected.`);
  }
  const end = text.indexOf('>', start);
  if (end === -1) failAt(text, start, 'This tag is never closed; `>` is missing.');
  const body = text.slice(start + 1, end);
  if (body.includes('<')) failAt(text, start, 'There is a `<` within this tag; a `>` is missing before it.');
  const form = body.startsWith('/') ? 'close' : body.endsWith('/') ? 'empty' : 'open';
  const inner = form === 'close' ? body.slice(1) : form === 'empty' ? body.slice(0, -1) : body;
  const name = /^[A-Za-z][^\s/]*(?=\s|$)/.exec(inner)?.[0];
  if (name === undefined || (form === 'close' && inner.trimEnd() !== name)) {
    failAt(text, start, `${quote(`<${body}>`)} is no tag of a property list.`);
  }
  cursor.at = end + 1;
  return { name, form, start };
}

function strayText(text: string, at: number): string {
  const end = text.indexOf('<', at);
  return text.slice(at, Math.min(end === -1 ? text.length : end, at + 100)).trimEnd();
}

/** The text up to the closing tag: entities and CDATA resolved, comments and processing instructions dropped. */
export function readText(cursor: Cursor, open: Tag): string {
  const { text } = cursor;
  const parts: string[] = [];
  for (;;) {
    const next = text.indexOf('<', cursor.at);
    if (next === -1) failAt(text, open.start, `<${open.name}> is never closed; </${open.name}> is missing.`);
    parts.push(resolveEntities(text, cursor.at, next));
    judgeText(cursor, cursor.at, next);
    cursor.at = next;
    if (text.startsWith('</', next)) {
      expectClose(cursor, open);
      return parts.length === 1 ? (parts[0] ?? '') : parts.join('');
    }
    const section = readSection(cursor);
    if (section !== null) parts.push(section);
    else if (skipComment(cursor) || skipInstruction(cursor)) {
      cursor.doubts.push({
        start: next,
        message: `A comment stands inside <${open.name}>, for which Apple’s reader refuses the file.`,
        fix: `Move it before the <${open.name}>.`,
      });
    } else {
      const inner = readTag(cursor, 'text');
      failAt(
        text,
        next,
        `Found ${quoteTag(inner.name)} inside <${open.name}>, which holds text only; a \`<\` is written &lt; there.`,
      );
    }
  }
}

/** Characters of a value between two offsets: they have to be characters, and may have lost a carriage return. */
function judgeText(cursor: Cursor, from: number, to: number): void {
  if (!cursor.isDamaged && !cursor.hadReturns) return;
  const part = cursor.text.slice(from, to);
  const damage = cursor.isDamaged ? part.indexOf('\ufffd') : -1;
  if (damage !== -1) failAt(cursor.text, from + damage, NO_TEXT);
  const line = cursor.hadReturns ? part.indexOf('\n') : -1;
  if (line === -1 || part.trim() === '') return;
  cursor.doubts.push({
    start: from,
    message:
      'This value spans lines that end with CR: Apple’s reader keeps them in it, XML makes them line feeds.',
    fix: 'Save the file with Unix line ends.',
  });
}

const NO_TEXT = 'A byte here is not UTF-8 text. Save the file as UTF-8.';

function readSection(cursor: Cursor): string | null {
  if (!cursor.text.startsWith('<![CDATA[', cursor.at)) return null;
  const end = cursor.text.indexOf(']]>', cursor.at);
  if (end === -1) failAt(cursor.text, cursor.at, 'This CDATA section is never closed; `]]>` is missing.');
  judgeText(cursor, cursor.at + 9, end);
  const section = cursor.text.slice(cursor.at + 9, end);
  cursor.at = end + 3;
  return section;
}

export function expectClose(cursor: Cursor, open: Tag): void {
  requireMatch(cursor, open, readTag(cursor, `</${open.name}>`));
}

/** Fails, naming both places, when a tag is not the one that closes `open`. */
export function requireMatch(cursor: Cursor, open: Tag, close: Tag): void {
  if (close.form === 'close' && close.name === open.name) return;
  const found = quoteTag(close.form === 'close' ? `/${close.name}` : close.name);
  const line = lineOf(cursor.text, open.start);
  failAt(
    cursor.text,
    close.start,
    `Found ${found} where </${open.name}> must close the <${open.name}> of line ${line}.`,
  );
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['apos', "'"],
  ['quot', '"'],
]);

function resolveEntities(text: string, from: number, to: number): string {
  const raw = text.slice(from, to);
  if (!raw.includes('&')) return raw;
  return raw.replace(/&(?:(#?[A-Za-z0-9]{1,10});)?/g, (_match, name: string | undefined, offset: number) => {
    if (name === undefined) failAt(text, from + offset, 'A bare `&` must be written &amp; in XML.');
    const resolved = name.startsWith('#') ? resolveNumber(name) : ENTITIES.get(name);
    return (
      resolved ??
      failAt(
        text,
        from + offset,
        `&${name}; is unknown. XML knows &lt; &gt; &amp; &apos; &quot; and numbers.`,
      )
    );
  });
}

function resolveNumber(name: string): string | undefined {
  const match = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(name);
  if (match === null) return undefined;
  const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
  return code === 0 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)
    ? undefined
    : String.fromCodePoint(code);
}
