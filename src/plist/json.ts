import { isArray, isDict, type PlistValue } from '../model/plist.ts';
import { compareBytes } from './order.ts';

/**
 * A property list value for `--json` (interface §5): data as `{data: base64}`, dates `{date: iso}`, reals `{real: 5}`,
 * integers beyond JavaScript's as `{integer: digits}`; reals that JSON has no number for as words. Keys sorted by byte.
 * Null (absent) stays null.
 */
export function plistToJson(value: PlistValue | null): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (isArray(value)) return value.map(plistToJson);
  if (isDict(value)) {
    const result: Record<string, unknown> = Object.create(null);
    for (const key of Object.keys(value.entries).sort(compareBytes)) {
      result[key] = plistToJson(value.entries[key] ?? null);
    }
    return result;
  }
  switch (value.kind) {
    case 'integer':
      return { integer: value.digits };
    case 'real':
      return { real: Number.isFinite(value.value) ? value.value : String(value.value) };
    case 'data':
      return { data: value.base64 };
    case 'date':
      return { date: value.iso };
  }
}
