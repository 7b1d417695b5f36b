import { failAt, lineOf, quote } from './problem.ts';

/** Where the reading of an XML text stands. */
export interface Cursor {
  readonly text: string;
  at: number;
  /** Every comment passed so far. */
  readonly comments: Comment[];
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

/** `--` within a comment is fine: it ends at `-->` only. */
function skipComment(cursor: Cursor): boolean {
  if (!cursor.text.startsWith('<!--', cursor.at)) return false;
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

/** Goes past `<!DOCTYPE …>`. Entities that an internal subset declares are not kept: a use of one is an unknown entity. */
export function skipDoctype(cursor: Cursor): void {
  const { text, at } = cursor;
  if (!text.startsWith('<!DOCTYPE', at)) return;
  const bracket = text.indexOf('[', at);
  let end = text.indexOf('>', at);
  if (bracket !== -1 && end !== -1 && bracket < end) {
    const close = text.indexOf(']', bracket);
    end = close === -1 ? -1 : text.indexOf('>', close);
  }
  if (end === -1) failAt(text, at, 'This `<!DOCTYPE` is never closed; `>` is missing.');
  cursor.at = end + 1;
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
  if (name === undefined) failAt(text, start, `${quote(`<${body}>`)} is no tag of a property list.`);
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
    cursor.at = next;
    if (text.startsWith('</', next)) {
      expectClose(cursor, open);
      return parts.length === 1 ? (parts[0] ?? '') : parts.join('');
    }
    const section = readSection(cursor);
    if (section !== null) parts.push(section);
    else if (!skipComment(cursor) && !skipInstruction(cursor)) {
      const inner = readTag(cursor, 'text');
      failAt(
        text,
        next,
        `Found <${inner.name}> inside <${open.name}>, which holds text only; a \`<\` is written &lt; there.`,
      );
    }
  }
}

function readSection(cursor: Cursor): string | null {
  if (!cursor.text.startsWith('<![CDATA[', cursor.at)) return null;
  const end = cursor.text.indexOf(']]>', cursor.at);
  if (end === -1) failAt(cursor.text, cursor.at, 'This CDATA section is never closed; `]]>` is missing.');
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
  const found = close.form === 'close' ? `</${close.name}>` : `<${close.name}>`;
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
