import { createHash } from 'node:crypto';
import { isDict, type PlistDict, type PlistValue } from '../model/plist.ts';
import { canonicalText } from './canonical.ts';

/** sha256 (hex) of a text in UTF-8: of a plist's bytes as we write them. */
export function hashText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * What the ledger remembers of an applied plist: JSON of each path (of dictionaries and of what they hold; lists and
 * scalars whole) → a short hash of the value there. It tells later whether a value is the one last applied, without
 * keeping the value. Give it a normalised plist.
 */
export function hashFields(plist: PlistDict): Readonly<Record<string, string>> {
  const hashes: Record<string, string> = Object.create(null);
  const visit = (path: readonly string[], value: PlistValue): void => {
    if (path.length > 0) hashes[JSON.stringify(path)] = shortHash(value);
    if (isDict(value))
      for (const key of Object.keys(value.entries).sort())
        visit([...path, key], value.entries[key] as PlistValue);
  };
  visit([], plist);
  return hashes;
}

/** Whether the value at this path (undefined: absent) is the one that was recorded by `hashFields`. */
export function isAsApplied(
  applied: Readonly<Record<string, string>>,
  path: readonly string[],
  value: PlistValue | undefined,
): boolean {
  const key = JSON.stringify(path);
  const recorded = Object.hasOwn(applied, key) ? applied[key] : undefined;
  return recorded === (value === undefined ? undefined : shortHash(value));
}

function shortHash(value: PlistValue): string {
  return createHash('sha256').update(canonicalText(value)).digest('hex').slice(0, 16);
}
