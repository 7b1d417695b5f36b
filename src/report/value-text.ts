import { WRAPPER } from '../launchd/wrapper.ts';
import { isArray, isDict, type PlistReal, type PlistValue } from '../model/plist.ts';
import { compareBytes } from '../plist/order.ts';
import { printable } from './printable.ts';
import { ellipsis, type Style } from './style.ts';

/** Characters of one value that a line shows at most. */
const SHOWN = 300;

/** A value on one line, much like JSON: `["/bin/sh", "-c"]`, `{SuccessfulExit: false}`, `5.0`, `absent` for null. */
export function renderValue(value: PlistValue | null, style: Style): string {
  return shorten(compact(value, style), 0, style);
}

/** Two values of which the reader wants to see the difference: long ones are cut around the first one. */
export function renderChange(
  before: PlistValue | null,
  after: PlistValue | null,
  style: Style,
): readonly [before: string, after: string] {
  const [a, b] = [compact(before, style), compact(after, style)];
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  return [shorten(a, same, style), shorten(b, same, style)];
}

/** A path of keys: `EnvironmentVariables.PATH`, `Sockets["my.socket"]`. */
export function renderPath(path: readonly string[], style: Style): string {
  return path
    .map((part, index) => {
      if (/^[A-Za-z0-9_-]+$/.test(part)) return index === 0 ? part : `.${part}`;
      return index === 0 ? printable(part, style) : `[${quoted(part, style)}]`;
    })
    .join('');
}

function shorten(text: string, around: number, style: Style): string {
  if (text.length <= SHOWN) return text;
  const from = Math.max(0, Math.min(around - SHOWN / 3, text.length - SHOWN));
  const to = from + SHOWN;
  const cut = ellipsis(style);
  const part = text.slice(from, to).replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
  return `${from > 0 ? cut : ''}${part}${to < text.length ? cut : ''} (${text.length} characters)`;
}

function compact(value: PlistValue | null, style: Style): string {
  if (value === null) return 'absent';
  // Always the same, and three thousand characters long.
  if (value === WRAPPER) return '(reads env_file and secrets)';
  if (typeof value === 'string') return quoted(value, style);
  if (typeof value !== 'object') return String(value);
  if (isArray(value)) return `[${value.map((item) => compact(item, style)).join(', ')}]`;
  if (isDict(value)) {
    const members = Object.entries(value.entries)
      .sort(([a], [b]) => compareBytes(a, b))
      .map(
        ([key, member]) =>
          `${/^[A-Za-z0-9_.-]+$/.test(key) ? key : quoted(key, style)}: ${compact(member, style)}`,
      );
    return `{${members.join(', ')}}`;
  }
  switch (value.kind) {
    case 'integer':
      return value.digits;
    case 'real':
      return realText(value);
    case 'data':
      return `data(${value.base64})`;
    case 'date':
      return `date(${value.iso})`;
  }
}

/** With a point, so that it is not taken for an integer, which launchd treats in another way (facts §1). */
function realText(real: PlistReal): string {
  const digits = String(real.value);
  return /^-?[0-9]+$/.test(digits) ? `${digits}.0` : digits;
}

function quoted(text: string, style: Style): string {
  return printable(JSON.stringify(text), style);
}
