import { isArray, type PlistValue } from '../model/plist.ts';

/**
 * One text a value: two values have the same text exactly when they are equal as `plist/equal` sees it. Keys of
 * dictionaries are sorted; types that share a spelling (`5`, `5.0`, `"5"`) are kept apart.
 */
export function canonicalText(value: PlistValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  if (typeof value === 'number') return String(value);
  if (isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  switch (value.kind) {
    case 'integer':
      return value.digits;
    case 'real':
      return `real:${String(value.value)}`;
    case 'data':
      return `data:${value.base64}`;
    case 'date':
      return `date:${value.iso}`;
    case 'dict': {
      const members = Object.keys(value.entries)
        .sort()
        .map((key) => `${JSON.stringify(key)}:${canonicalText(value.entries[key] as PlistValue)}`);
      return `{${members.join(',')}}`;
    }
  }
}
