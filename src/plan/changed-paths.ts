import { diff } from 'json-diff';
import { isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { canonicalText } from './canonical.ts';

/** Ends every encoded key, so that no key of the user's can be taken for json-diff's own `x__added`, `__old`, `toString`. */
const END = '|';
const ADDED = `${END}__added`;
const DELETED = `${END}__deleted`;

/** What json-diff is given: dictionaries as objects without a prototype, everything else as its canonical text. */
type Encoded = string | { readonly [key: string]: Encoded };

/** What it answers for one member: a nested difference, or the two sides. */
type Difference = { readonly [key: string]: unknown };

/**
 * Where two dictionaries differ: dictionaries by member, lists and scalars whole, sorted. Empty exactly when
 * `equalPlist` says equal (a property test holds it to that).
 *
 * json-diff finds the members. It never sees a raw value: its marks are in-band, it looks keys up along the prototype,
 * and it is quadratic in lists, so keys carry a terminator and lists are opaque text.
 */
export function changedPaths(before: PlistDict, after: PlistDict): readonly (readonly string[])[] {
  const difference: unknown = diff(encode(before), encode(after), {});
  const paths: (readonly string[])[] = [];
  if (difference !== undefined) collect([], difference as Difference, paths);
  return paths.sort(comparePaths);
}

/** Orders paths by their parts. */
export function comparePaths(a: readonly string[], b: readonly string[]): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    if (part !== other) return part < other ? -1 : 1;
  }
  return a.length - b.length;
}

function encode(value: PlistValue): Encoded {
  if (!isDict(value)) return canonicalText(value);
  const object: Record<string, Encoded> = Object.create(null);
  for (const key of Object.keys(value.entries)) object[key + END] = encode(value.entries[key] as PlistValue);
  return object;
}

function collect(path: readonly string[], difference: Difference, paths: (readonly string[])[]): void {
  for (const [key, value] of Object.entries(difference)) {
    if (key.endsWith(END)) {
      const member = [...path, key.slice(0, -END.length)];
      if (isReplaced(value)) paths.push(member);
      else collect(member, value as Difference, paths);
    } else if (key.endsWith(ADDED)) paths.push([...path, key.slice(0, -ADDED.length)]);
    else if (key.endsWith(DELETED)) paths.push([...path, key.slice(0, -DELETED.length)]);
  }
}

/** Both sides of a value that is not a dictionary on both; an encoded key cannot be `__old`, since it ends in `|`. */
function isReplaced(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, '__old');
}
