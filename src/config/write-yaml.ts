import { isArray, isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { writeComment, writeLiteral, writeText } from './write-scalar.ts';

/** Longer lines are broken. */
const WIDTH = 100;

/** More members read better one to a line. */
const MAX_FLOW_MEMBERS = 4;

/** Lines of a comment above a member, by its path (`instances`, `backup`, `start`), joined by {@link pathOf}. */
export type Notes = ReadonlyMap<string, readonly string[]>;

/** The key of {@link Notes} for a path. */
export function pathOf(path: readonly string[]): string {
  return path.join('\u0000');
}

/** Written as `null`, which restores the built-in default of a field; a property list itself has no null. */
export const NULL: PlistValue = Object.freeze({ kind: 'integer', digits: 'null' });

export interface Writing {
  readonly notes: Notes;
  /** Members whose maps stand one member to a line however short they are; between those of the first, blank lines. */
  readonly spread: (path: readonly string[]) => 'apart' | 'block' | 'any';
  /** Blanks from one level to the next; 2 where nothing is said. */
  readonly step?: number;
}

/**
 * A map of the file as a person would write it: block style, short lists and maps on one line, quotes only where they are
 * needed. The values are those of `readPlistDict` turned round; reading the text gives the same. A date has no YAML form
 * and throws RangeError.
 *
 * @param path where the map stands, for {@link Notes}
 * @param indent blanks before each line
 */
export function writeMap(
  map: PlistDict,
  path: readonly string[],
  indent: number,
  writing: Writing,
): readonly string[] {
  const pad = ' '.repeat(indent);
  const isApart = writing.spread(path) === 'apart';
  const lines: string[] = [];
  let wasShort = true;
  for (const [key, value] of Object.entries(map.entries)) {
    const inner = [...path, key];
    const notes = writing.notes.get(pathOf(inner)) ?? [];
    const entry = writeEntry(`${pad}${writeText(key, false)}:`, value, inner, indent, writing);
    const isShort = entry.length === 1 && notes.length === 0;
    if (lines.length > 0 && isApart && !(wasShort && isShort)) lines.push('');
    lines.push(...notes.map((note) => `${pad}${writeComment(note)}`), ...entry);
    wasShort = isShort;
  }
  return lines;
}

/** `key: value`, the value beside the key or below it. */
function writeEntry(
  head: string,
  value: PlistValue,
  path: readonly string[],
  indent: number,
  writing: Writing,
): readonly string[] {
  const inside = indent + (writing.step ?? 2);
  const short = onOneLine(value, path, writing);
  if (short !== null && (!isBreakable(value) || head.length + 1 + short.length <= WIDTH))
    return [`${head} ${short}`];
  if (typeof value === 'string') {
    const [mark, ...rest] = writeLiteral(value) ?? [writeText(value, false)];
    return [`${head} ${mark}`, ...indented(rest, inside)];
  }
  if (isArray(value)) return [head, ...writeList(value, path, inside, writing)];
  if (isDict(value)) return [head, ...writeMap(value, path, inside, writing)];
  return [`${head} ${scalar(value, false)}`];
}

function writeList(
  list: readonly PlistValue[],
  path: readonly string[],
  indent: number,
  writing: Writing,
): readonly string[] {
  const pad = ' '.repeat(indent);
  return list.flatMap((item, index) => {
    const inner = [...path, String(index)];
    const short = onOneLine(item, inner, writing);
    if (short !== null && (!isBreakable(item) || indent + 2 + short.length <= WIDTH))
      return [`${pad}- ${short}`];
    if (typeof item === 'string') {
      const [mark, ...rest] = writeLiteral(item) ?? [writeText(item, false)];
      return [`${pad}- ${mark}`, ...indented(rest, indent + 2)];
    }
    // The first line of what is nested stands beside the dash.
    const nested = isArray(item)
      ? writeList(item, inner, indent + 2, writing)
      : writeMap(item as PlistDict, inner, indent + 2, writing);
    return nested.map((line, at) => (at === 0 ? `${pad}- ${line.trimStart()}` : line));
  });
}

/** It can be spread over several lines. */
function isBreakable(value: PlistValue): boolean {
  if (isArray(value)) return value.length > 0;
  return isDict(value) && Object.keys(value.entries).length > 0;
}

const indented = (lines: readonly string[], indent: number): readonly string[] =>
  lines.map((line) => (line === '' ? '' : `${' '.repeat(indent)}${line}`));

/** The value in flow style; null where it should be, or has to be, spread over lines. */
function onOneLine(value: PlistValue, path: readonly string[], writing: Writing): string | null {
  if (typeof value === 'string') return writeLiteral(value) === null ? writeText(value, false) : null;
  if (isArray(value)) {
    if (value.length === 0) return '[]';
    return value.some((item) => isMultiLine(item)) ? null : inFlow(value);
  }
  if (!isDict(value)) return scalar(value, false);
  const members = Object.values(value.entries);
  if (members.length === 0) return '{}';
  if (writing.spread(path) !== 'any' || members.length > MAX_FLOW_MEMBERS) return null;
  const below = pathOf([...path, '']);
  for (const noted of writing.notes.keys()) if (noted.startsWith(below)) return null;
  return members.some((member) => isMultiLine(member)) ? null : inFlow(value);
}

function isMultiLine(value: PlistValue): boolean {
  if (typeof value === 'string') return value.includes('\n');
  if (isArray(value)) return value.some(isMultiLine);
  return isDict(value) && Object.values(value.entries).some(isMultiLine);
}

function inFlow(value: PlistValue): string {
  if (isArray(value)) return `[${value.map(inFlow).join(', ')}]`;
  if (!isDict(value)) return scalar(value, true);
  const members = Object.entries(value.entries).map(
    ([key, member]) => `${writeText(key, true)}: ${inFlow(member)}`,
  );
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function scalar(value: Exclude<PlistValue, PlistDict | readonly PlistValue[]>, flow: boolean): string {
  if (typeof value === 'string') return writeText(value, flow);
  if (typeof value !== 'object') return String(value);
  switch (value.kind) {
    case 'integer':
      return value.digits;
    case 'real':
      return writeReal(value.value);
    case 'data':
      return `!!binary "${value.base64}"`;
    case 'date':
      throw new RangeError('YAML has no form for a date that would be read back as one');
  }
}

/** With a point or an exponent, which keeps it apart from an integer. */
function writeReal(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /^-?[0-9]+$/.test(text) ? `${text}.0` : text;
}
