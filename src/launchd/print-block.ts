import type { PrintBlock } from '../model/service.ts';

/** The text of one `launchctl print`: the header without ` = {`, and what stands one unit deep, in the order of the text. */
export interface PrintText {
  readonly header: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly blocks: Readonly<Record<string, PrintBlock>>;
}

/**
 * Blocks that hold the user's own words, raw and without quotes (facts §4.1). Nothing in them is structure: an argument
 * may be `}` or `state = running`. A line that is indented less than these two units continues the one before it (an
 * argument or value with a newline) and is joined to it by `\n`.
 */
const RAW_BLOCKS: ReadonlySet<string> = new Set([
  'arguments',
  'environment',
  'inherited environment',
  'default environment',
]);

/** Deeper than anything that launchd prints (6); below it lines are kept, but not read as blocks of their own. */
const MAX_DEPTH = 12;

/**
 * Reads `HEADER = { … }` by depth: what belongs to the job stands exactly one unit deep, everything below is a block of
 * its own, and a block ends at the first line that is one unit and its closing brace, whatever was in between (facts §4.1:
 * binary LWCR values swallow the line end before their own brace). The unit, a tab or some spaces in copied text, is
 * measured on the first indented line. Text that is cut off, that stands at no known depth, or that says a thing twice is
 * refused with a reason. Linear in the length of the text; never throws.
 */
export function readPrint(
  text: string,
): ({ readonly ok: true } & PrintText) | { readonly ok: false; readonly why: string } {
  const lines = text.split('\n');
  const first = lines.findIndex((line) => !isBlank(line));
  const last = lines.findLastIndex((line) => !isBlank(line));
  const head = lines[first];
  if (head === undefined) return refuse('The answer is empty.');
  if (startsBlank(head) || !head.endsWith(' = {')) {
    return refuse(`It does not begin with a name and an opening brace, but with ${quote(head)}.`);
  }
  if (first === last || lines[last] !== '}')
    return refuse('It ends before its closing brace: a part is missing.');

  const fields: Record<string, string> = Object.create(null);
  const blocks: Record<string, PrintBlock> = Object.create(null);
  const unit = measureUnit(lines, first + 1);
  for (let at = first + 1; at < last; at += 1) {
    const line = lines[at] ?? '';
    if (isBlank(line)) continue;
    const inside = line.slice(unit.length);
    if (unit === '' || !line.startsWith(unit))
      return refuse(`Line ${at + 1} is not indented as a field: ${quote(line)}.`);
    if (startsBlank(inside))
      return refuse(`Line ${at + 1} belongs to a block, but none is open: ${quote(inside)}.`);
    if (inside === '}' || inside === ']') return refuse(`Line ${at + 1} closes a block, but none is open.`);

    const entry = splitEntry(inside);
    if (entry === null) continue;
    if (entry.key in fields || entry.key in blocks) return refuse(`It says ${quote(entry.key)} twice.`);
    const closing = entry.value === '{' ? `${unit}}` : entry.value === '[' ? `${unit}]` : null;
    if (closing === null) {
      fields[entry.key] = entry.value;
      continue;
    }
    const end = lines.indexOf(closing, at + 1);
    if (end === -1 || end > last) return refuse(`The block ${quote(entry.key)} is not closed.`);
    const content = lines.slice(at + 1, end);
    blocks[entry.key] = RAW_BLOCKS.has(entry.key) ? readRawBlock(content, unit) : readBlock(content, unit);
    at = end;
  }
  return { ok: true, header: head.slice(0, -' = {'.length), fields, blocks };
}

/** Text of others, made fit for a message: short, on one line, in quotes. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function refuse(why: string): { readonly ok: false; readonly why: string } {
  return { ok: false, why };
}

function isBlank(line: string): boolean {
  return line.trim() === '';
}

function startsBlank(text: string): boolean {
  return text.startsWith(' ') || text.startsWith('\t');
}

/** One tab, or the spaces before the first indented line: copies of a terminal have 4 or 8 of them (facts §4.1). */
function measureUnit(lines: readonly string[], from: number): string {
  const line = lines.slice(from).find((candidate) => !isBlank(candidate)) ?? '';
  if (line.startsWith('\t')) return '\t';
  return line.slice(0, line.length - line.trimStart().length);
}

interface Entry {
  readonly key: string;
  readonly value: string;
}

/** `key = value`, `"key" = value`, `key => value`; null for a free line. The quotes around a key are taken off. */
function splitEntry(text: string): Entry | null {
  if (text.startsWith('"')) {
    for (const separator of ['" => ', '" = ']) {
      const at = text.indexOf(separator, 1);
      if (at !== -1) return { key: text.slice(1, at), value: text.slice(at + separator.length) };
    }
    return null;
  }
  const equals = text.indexOf(' = ');
  const arrow = text.indexOf(' => ');
  if (equals !== -1 && (arrow === -1 || equals < arrow)) {
    return { key: text.slice(0, equals), value: text.slice(equals + 3) };
  }
  if (arrow !== -1) return { key: text.slice(0, arrow), value: text.slice(arrow + 4) };
  // An empty value whose trailing space was lost on the way.
  if (text.endsWith(' =')) return { key: text.slice(0, -2), value: '' };
  if (text.endsWith(' =>')) return { key: text.slice(0, -3), value: '' };
  return null;
}

function readRawBlock(content: readonly string[], unit: string): PrintBlock {
  const inner = unit.repeat(2);
  const lines: string[] = [];
  for (const line of content) {
    const whole = line.startsWith(inner);
    if (whole || lines.length === 0) lines.push(whole ? line.slice(inner.length) : line);
    else lines[lines.length - 1] += `\n${line}`;
  }
  const fields: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const at = line.indexOf(' => ');
    const key = at === -1 ? null : line.slice(0, at);
    if (key !== null && !(key in fields)) fields[key] = line.slice(at + 4);
  }
  return { fields, blocks: Object.create(null), lines };
}

/** A block that is being read, and how deep its own lines stand. */
interface OpenBlock {
  readonly depth: number;
  readonly fields: Record<string, string>;
  readonly blocks: Record<string, PrintBlock>;
  readonly lines: string[];
}

function openBlock(depth: number): OpenBlock {
  return { depth, fields: Object.create(null), blocks: Object.create(null), lines: [] };
}

/**
 * Below the first depth nothing is refused, since only views are made of it: a line that stands higher than expected ends
 * the blocks that it leaves, one that stands deeper is kept as a line alone, and of two equal keys the first one counts.
 */
function readBlock(content: readonly string[], unit: string): PrintBlock {
  const root = openBlock(2);
  const open: OpenBlock[] = [root];
  for (const line of content) {
    const depth = countUnits(line, unit);
    if (!isBlank(line)) while (open.length > 1 && depth < (open.at(-1)?.depth ?? 0)) open.pop();
    for (const block of open)
      block.lines.push(depth < block.depth ? line : line.slice(block.depth * unit.length));
    const block = open.at(-1) ?? root;
    if (depth !== block.depth || isBlank(line)) continue;
    const entry = splitEntry(line.slice(depth * unit.length));
    if (entry === null || entry.key in block.fields || entry.key in block.blocks) continue;
    if (entry.value !== '{' && entry.value !== '[') {
      block.fields[entry.key] = entry.value;
    } else if (depth < MAX_DEPTH) {
      const child = openBlock(depth + 1);
      block.blocks[entry.key] = child;
      open.push(child);
    }
  }
  return root;
}

function countUnits(line: string, unit: string): number {
  let count = 0;
  while (count <= MAX_DEPTH && line.startsWith(unit, count * unit.length)) count += 1;
  return count;
}
