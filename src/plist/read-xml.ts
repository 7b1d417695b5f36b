import { dict, type PlistArray, type PlistDict, type PlistValue } from '../model/plist.ts';
import type { DecodedText } from './decode-text.ts';
import type { Doubt } from './doubt.ts';
import { failAt, MAX_DEPTH, quote, quoteTag } from './problem.ts';
import { parseData, parseDate, parseInteger, parseReal } from './scalars.ts';
import { skipDoctype } from './xml-doctype.ts';
import { scalarDoubt } from './xml-scalar-doubt.ts';
import {
  type Comment,
  type Cursor,
  expectClose,
  readTag,
  readText,
  requireMatch,
  skipBetween,
  skipRest,
  type Tag,
} from './xml-scanner.ts';

/** What an XML text holds, and where in it. Offsets count from 0. */
export interface XmlReading {
  readonly value: PlistValue;
  readonly comments: readonly Comment[];
  readonly mark: Mark;
  readonly duplicates: readonly DuplicateKey[];
  readonly doubts: readonly Doubt[];
}

/** Where a value stands: the offset of its `<key>` in a dictionary, else of its own tag. */
export interface Mark {
  readonly start: number;
  /** Of a dictionary by key, of an array by index; null for a scalar. */
  readonly members: ReadonlyMap<string | number, Mark> | null;
}

/** A key that a dictionary has already; the later one counts. */
export interface DuplicateKey {
  readonly key: string;
  readonly first: number;
  readonly second: number;
}

interface Reader extends Cursor {
  readonly duplicates: DuplicateKey[];
}

interface Growing extends Mark {
  start: number;
  members: Map<string | number, Mark> | null;
}

/**
 * An XML property list, read as leniently as CoreFoundation does: no XML declaration or doctype needed, comments anywhere,
 * attributes passed over, the last of duplicate keys wins, nothing behind the end counts. Throws UnreadablePlist, with a
 * place, where CoreFoundation refuses too. In linear time.
 */
export function readXml({ text, isDamaged, hadReturns, doubt }: DecodedText): XmlReading {
  const doubts = doubt === null ? [] : [doubt];
  const cursor: Reader = { text, at: 0, comments: [], duplicates: [], doubts, isDamaged, hadReturns };
  do skipBetween(cursor);
  while (skipDoctype(cursor));
  const root = readTag(cursor, '<plist>');
  const mark: Growing = { start: root.start, members: null };
  const value =
    root.name === 'plist'
      ? readPlistElement(cursor, root, 0, mark)
      : readValue(cursor, root, 0, mark, 'a value');
  skipRest(cursor);
  return { value, comments: cursor.comments, mark, duplicates: cursor.duplicates, doubts };
}

function readPlistElement(cursor: Reader, root: Tag, depth: number, mark: Growing): PlistValue {
  if (root.form !== 'open')
    failAt(cursor.text, root.start, '<plist> is empty; launchd wants a <dict> in it.');
  skipBetween(cursor);
  const tag = readTag(cursor, 'a value');
  mark.start = tag.start;
  const value = readValue(cursor, tag, depth, mark, 'a value');
  skipBetween(cursor);
  expectClose(cursor, root);
  return value;
}

function readValue(
  cursor: Reader,
  tag: Tag,
  depth: number,
  mark: Growing,
  place: 'a value' | 'a member of an array',
): PlistValue {
  const { text } = cursor;
  if (tag.form === 'close')
    failAt(text, tag.start, `Found ${quoteTag(`/${tag.name}`)} where a value is expected.`);
  if (depth > MAX_DEPTH) failAt(text, tag.start, `Values are nested more than ${MAX_DEPTH} deep here.`);
  switch (tag.name) {
    case 'dict':
      return tag.form === 'empty' ? dict([]) : readDict(cursor, tag, depth, mark);
    case 'array':
      return tag.form === 'empty' ? [] : readArray(cursor, tag, depth, mark);
    case 'true':
    case 'false':
      if (tag.form === 'open') closeEmpty(cursor, tag);
      return tag.name === 'true';
    case 'string':
      return tag.form === 'empty' ? '' : readText(cursor, tag);
    case 'integer':
      return readScalar(cursor, tag, parseInteger, 'a whole number between -2^63 and 2^64-1, such as 10');
    case 'real':
      return readScalar(cursor, tag, parseReal, 'a number, such as 1.5');
    case 'data':
      return readScalar(cursor, tag, parseData, 'base64');
    case 'date':
      return readScalar(cursor, tag, parseDate, 'a date in UTC, such as 2026-01-31T08:30:00Z');
    case 'plist':
      cursor.doubts.push(oddity(tag, 'A <plist> within another is read by Apple’s reader alone.'));
      return readPlistElement(cursor, tag, depth + 1, mark);
    case 'key':
      if (place === 'a value')
        return failAt(text, tag.start, 'Found <key> where a value is expected; keys belong into a <dict>.');
      cursor.doubts.push(
        oddity(tag, 'Apple’s reader takes this <key> for a <string>, others refuse the file.'),
      );
      return tag.form === 'empty' ? '' : readText(cursor, tag);
    default:
      return failAt(text, tag.start, unknownTag(tag.name));
  }
}

function oddity(tag: Tag, message: string): Doubt {
  const fix = tag.name === 'key' ? 'Write <string>.' : `Leave the inner <${tag.name}> out.`;
  return { start: tag.start, message, fix };
}

/** The end of `<true>`. White space before it is read everywhere but by Apple. */
function closeEmpty(cursor: Reader, tag: Tag): void {
  const { at } = cursor;
  skipBetween(cursor);
  if (cursor.at > at) {
    cursor.doubts.push({
      start: tag.start,
      message: `Apple’s reader refuses the file for what stands inside this <${tag.name}>.`,
      fix: `Write <${tag.name}/>.`,
    });
  }
  expectClose(cursor, tag);
}

const TAGS = ['array', 'data', 'date', 'dict', 'false', 'integer', 'key', 'plist', 'real', 'string', 'true'];

function unknownTag(name: string): string {
  const lower = name.toLowerCase();
  if (name !== lower && TAGS.includes(lower))
    return `${quote(`<${name}>`)} is unknown: tags are written in lower case.`;
  return `${quote(`<${name}>`)} is no value of a property list.`;
}

function readScalar<T extends PlistValue>(
  cursor: Reader,
  tag: Tag,
  parse: (text: string) => T | null,
  wanted: string,
): T {
  const content = tag.form === 'empty' ? '' : readText(cursor, tag);
  const value = parse(content);
  if (value !== null) {
    const doubt = scalarDoubt(tag, cursor.text.slice(tag.start, cursor.at), content);
    if (doubt !== null) cursor.doubts.push(doubt);
    return value;
  }
  const found = content.trim() === '' ? 'nothing' : quote(content.trim());
  return failAt(cursor.text, tag.start, `<${tag.name}> holds ${found}; it must hold ${wanted}.`);
}

function readArray(cursor: Reader, open: Tag, depth: number, mark: Growing): PlistArray {
  const items: PlistValue[] = [];
  const members = new Map<string | number, Mark>();
  mark.members = members;
  for (;;) {
    const tag = readMember(cursor, open, 'a value');
    if (tag === null) return items;
    const inner: Growing = { start: tag.start, members: null };
    members.set(items.length, inner);
    items.push(readValue(cursor, tag, depth + 1, inner, 'a member of an array'));
  }
}

function readDict(cursor: Reader, open: Tag, depth: number, mark: Growing): PlistDict {
  const members = new Map<string | number, Mark>();
  mark.members = members;
  const result = dict([]);
  const entries = result.entries as Record<string, PlistValue>;
  for (;;) {
    const tag = readMember(cursor, open, 'a <key>');
    if (tag === null) return result;
    if (tag.name !== 'key')
      failAt(cursor.text, tag.start, `Found ${quoteTag(tag.name)} in a <dict> where a <key> is expected.`);
    const key = tag.form === 'empty' ? '' : readText(cursor, tag);
    skipBetween(cursor);
    const next = cursor.at < cursor.text.length ? readTag(cursor, `the value of ${quote(key)}`) : null;
    if (next === null || next.form === 'close' || next.name === 'key') {
      return failAt(cursor.text, tag.start, `The key ${quote(key)} has no value.`);
    }
    const known = members.get(key);
    if (known !== undefined) cursor.duplicates.push({ key, first: known.start, second: tag.start });
    const inner: Growing = { start: tag.start, members: null };
    members.set(key, inner);
    entries[key] = readValue(cursor, next, depth + 1, inner, 'a value');
  }
}

/** The next tag inside an element; null when it was the element's end. */
function readMember(cursor: Cursor, open: Tag, wanted: string): Tag | null {
  skipBetween(cursor);
  if (cursor.at >= cursor.text.length) {
    failAt(cursor.text, open.start, `<${open.name}> is never closed; </${open.name}> is missing.`);
  }
  const tag = readTag(cursor, `${wanted} or </${open.name}>`);
  if (tag.form !== 'close') return tag;
  requireMatch(cursor, open, tag);
  return null;
}
