import { isArray, isDict, type PlistArray, type PlistDict, type PlistValue } from '../model/plist.ts';

/**
 * Whether two property list values are the same: an integer never equals a real, the order of keys does not matter, data
 * and dates go by content. Undefined (absent) equals only itself.
 */
export function equalPlist(a: PlistValue | undefined, b: PlistValue | undefined): boolean {
  if (a === b) return true;
  if (isArray(a)) return isArray(b) && equalArrays(a, b);
  if (isDict(a)) return isDict(b) && equalDicts(a, b);
  if (typeof a !== 'object' || typeof b !== 'object' || isArray(b)) return false;
  switch (a.kind) {
    case 'integer':
      return b.kind === 'integer' && a.digits === b.digits;
    case 'real':
      return b.kind === 'real' && (a.value === b.value || (Number.isNaN(a.value) && Number.isNaN(b.value)));
    case 'data':
      return b.kind === 'data' && a.base64 === b.base64;
    case 'date':
      return b.kind === 'date' && a.iso === b.iso;
  }
}

function equalArrays(a: PlistArray, b: PlistArray): boolean {
  return a.length === b.length && a.every((item, index) => equalPlist(item, b[index]));
}

function equalDicts(a: PlistDict, b: PlistDict): boolean {
  const keys = Object.keys(a.entries);
  if (keys.length !== Object.keys(b.entries).length) return false;
  return keys.every((key) => Object.hasOwn(b.entries, key) && equalPlist(a.entries[key], b.entries[key]));
}
