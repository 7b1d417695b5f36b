import { isAlias, isCollection, isMap, isPair, isScalar, type Pair, type YAMLMap } from 'yaml';
import { createCollector } from './collector.ts';
import { sourceFile } from './node.ts';
import { parseDocument } from './yaml-document.ts';

/** Where further instances can stand in a file, without a change of anything that stands there. */
export interface Room {
  /** In characters. */
  readonly offset: number;
  /** What has to stand before them: a line end that is missing, `instances:`. */
  readonly before: string;
  readonly after: string;
  /** Blanks before an instance, and from one level to the next. */
  readonly indent: number;
  readonly step: number;
  readonly newline: '\n' | '\r\n';
}

export type RoomSearch =
  | { readonly ok: true; readonly room: Room }
  /** Nothing but comments is in it: a whole file can follow. */
  | { readonly ok: true; readonly room: null }
  /** A sentence, and what to do. */
  | { readonly ok: false; readonly message: string; readonly hint: string };

const DEFAULT_STEP = 2;

/** Looks for the end of `instances:` in the text of a file that can be read. */
export function findRoom(path: string, content: string): RoomSearch {
  const mark = content.length - content.replace(/^\ufeff/, '').length;
  const file = sourceFile(path, content);
  const document = parseDocument(file, createCollector());
  const top = document?.contents;
  if (document === null) return refuse('The file cannot be read as YAML.', 'Run `reconcile validate` on it.');
  if (top === null || top === undefined) return { ok: true, room: null };
  if (!isMap(top) || top.flow === true)
    return refuse(
      'The file is written in one pair of braces.',
      'Write it in block style, one member to a line.',
    );
  const { text } = file;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const place = (offset: number, before: string, indent: number, step: number): RoomSearch => {
    const lineEnd = offset > 0 && text[offset - 1] !== '\n' ? newline : '';
    // Room to breathe before what follows.
    const after = /^(?:\r?\n|$)/.test(text.slice(offset)) ? '' : newline;
    return {
      ok: true,
      room: { offset: mark + offset, before: `${lineEnd}${before}`, after, indent, step, newline },
    };
  };
  const pair = top.items.find((item) => isScalar(item.key) && item.key.value === 'instances') as
    | Pair
    | undefined;
  if (pair === undefined) {
    if (/^(?:\.\.\.|---)/m.test(text.slice(endOf(top))))
      return refuse(
        'The file ends with a mark of YAML after its last member.',
        'Write `instances:` into it first.',
      );
    return place(text.length, `${newline}instances:${newline}`, DEFAULT_STEP, DEFAULT_STEP);
  }
  const { value } = pair;
  if (isAlias(value)) return refuse('`instances` is an alias there.', 'Write the instances out.');
  if (isMap(value) && value.flow !== true) {
    const { indent, step } = indentOf(value, text);
    const [after, blank] = [afterComments(lineEnd(endOf(value), text), indent, text), newline];
    return place(after, blank, indent, step);
  }
  const written = isCollection(value) || isScalar(value) ? text.slice(...rangeOf(value)) : '';
  if (written !== '')
    return refuse(
      `\`instances\` is written as \`${written.length > 20 ? `${written.slice(0, 19)}…` : written}\`, and nothing can be added to that without a change.`,
      'Write it in block style: `instances:` alone on its line, and each instance below it.',
    );
  return place(lineEnd(endOf(pair), text), '', DEFAULT_STEP, DEFAULT_STEP);
}

/** The content with the instances in their place. `yaml`: lines as `indent` and `step` of the room ask for. */
export function addInstances(content: string, room: Room, yaml: string): string {
  const lines = room.newline === '\n' ? yaml : yaml.replaceAll('\n', room.newline);
  return `${content.slice(0, room.offset)}${room.before}${lines}${room.after}${content.slice(room.offset)}`;
}

const refuse = (message: string, hint: string): RoomSearch => ({ ok: false, message, hint });

function rangeOf(node: { readonly range?: readonly [number, number, number] | null }): [number, number] {
  return [node.range?.[0] ?? 0, node.range?.[1] ?? 0];
}

/** Where the last thing in it ends: of a block of text with its line ends, which belong to it. */
function endOf(node: unknown): number {
  if (isPair(node)) {
    const value = node.value === null || isEmpty(node.value) ? node.key : node.value;
    return endOf(value);
  }
  if (isCollection(node) && node.flow !== true && node.items.length > 0) return endOf(node.items.at(-1));
  return rangeOf(node as { range?: readonly [number, number, number] | null })[1];
}

function isEmpty(node: unknown): boolean {
  const [start, end] = isScalar(node) ? rangeOf(node) : [0, 1];
  return start === end;
}

/** The beginning of the next line, after what else stands on this one. */
function lineEnd(offset: number, text: string): number {
  if (text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

function indentOf(map: YAMLMap, text: string): { readonly indent: number; readonly step: number } {
  const column = (node: unknown): number => {
    const [start] = rangeOf(node as { range?: readonly [number, number, number] | null });
    return start - (text.lastIndexOf('\n', start - 1) + 1);
  };
  const indent = column(map.items[0]?.key);
  for (const { value } of map.items as Pair[])
    if (isMap(value) && value.flow !== true && value.items.length > 0) {
      const step = column(value.items[0]?.key) - indent;
      if (step > 0) return { indent, step };
    }
  return { indent, step: indent > 0 ? indent : DEFAULT_STEP };
}

/** Past the comments that are indented like the instances: they belong to the one above. */
function afterComments(offset: number, indent: number, text: string): number {
  let end = offset;
  for (let at = offset; at < text.length; ) {
    const next = lineEnd(at + 1, text);
    const line = text.slice(at, next);
    const comment = /^( *)#/.exec(line);
    if (comment === null && line.trim() !== '') break;
    if (comment !== null) {
      if ((comment[1]?.length ?? 0) < Math.max(1, indent)) break;
      end = next;
    }
    at = next;
  }
  return end;
}
