import { isArray, isDict, type PlistArray, type PlistDict, type PlistValue } from '../model/plist.ts';
import { MAX_DEPTH } from './problem.ts';
import { parseData, parseDate, parseInteger } from './scalars.ts';
import { textProblem } from './text.ts';

export interface Unwritable {
  /** Keys and positions from the root to the value. */
  readonly path: readonly string[];
  /** A sentence without its subject: `holds a control character (U+0007), which …`. */
  readonly message: string;
}

/**
 * The first value or key that a property list cannot hold, or that would not read back as it is. Null: all is well.
 */
export function findUnwritable(value: PlistValue): Unwritable | null {
  return search(value, []);
}

function search(value: PlistValue, path: readonly string[]): Unwritable | null {
  if (path.length > MAX_DEPTH) return { path, message: `lies more than ${MAX_DEPTH} levels deep.` };
  if (isArray(value)) return searchMembers([...value.entries()], path);
  if (isDict(value)) return searchMembers(Object.entries(value.entries), path);
  const message = scalarProblem(value);
  return message === null ? null : { path, message };
}

function searchMembers(
  members: readonly (readonly [string | number, PlistValue])[],
  path: readonly string[],
): Unwritable | null {
  for (const [name, member] of members) {
    const place = [...path, String(name)];
    const problem = textProblem(String(name));
    if (problem !== null) return { path: place, message: `has a name that ${problem}` };
    const found = search(member, place);
    if (found !== null) return found;
  }
  return null;
}

function scalarProblem(value: Exclude<PlistValue, PlistArray | PlistDict>): string | null {
  if (typeof value === 'string') return textProblem(value);
  if (typeof value === 'boolean') return null;
  if (typeof value === 'number') {
    return Number.isSafeInteger(value)
      ? null
      : `is ${value}, which is no integer that can be written exactly.`;
  }
  switch (value.kind) {
    case 'integer':
      return parseInteger(value.digits) === null ? 'is an integer outside of -2^63 to 2^64-1.' : null;
    case 'real':
      return Number.isFinite(value.value) ? null : `is ${value.value}, which is no number.`;
    case 'data':
      return parseData(value.base64)?.base64 === value.base64 ? null : 'is data that is not base64.';
    case 'date':
      return parseDate(value.iso) === null ? 'is no date of the form 2026-01-31T08:30:00Z.' : null;
  }
}
