/**
 * A property list value as CoreFoundation knows it, JSON-serialisable. Integer and real are kept apart, since launchd
 * skips a key whose number has the wrong type (facts §1).
 *
 * - string, boolean: themselves
 * - `number`: an *integer* within Number.MAX_SAFE_INTEGER; never a real
 * - everything else is tagged by `kind`
 */
export type PlistValue =
  | string
  | boolean
  | number
  | PlistBigInteger
  | PlistReal
  | PlistData
  | PlistDate
  | PlistArray
  | PlistDict;

/** An integer outside the safe range of a JavaScript number, as decimal digits with an optional minus. */
export interface PlistBigInteger {
  readonly kind: 'integer';
  readonly digits: string;
}

export interface PlistReal {
  readonly kind: 'real';
  readonly value: number;
}

export interface PlistData {
  readonly kind: 'data';
  readonly base64: string;
}

/** `iso`: UTC, whole seconds, `2026-11-21T10:00:00Z`. */
export interface PlistDate {
  readonly kind: 'date';
  readonly iso: string;
}

export type PlistArray = readonly PlistValue[];

/** `entries` has a null prototype when built by us, so that a key such as `__proto__` is an ordinary one. */
export interface PlistDict {
  readonly kind: 'dict';
  readonly entries: Readonly<Record<string, PlistValue>>;
}

export function isDict(value: PlistValue | undefined): value is PlistDict {
  return typeof value === 'object' && !Array.isArray(value) && (value as { kind?: string }).kind === 'dict';
}

export function isArray(value: PlistValue | undefined): value is PlistArray {
  return Array.isArray(value);
}

/** A dictionary from entries; members that are undefined are left out. */
export function dict(entries: Iterable<readonly [string, PlistValue | undefined]>): PlistDict {
  const record: Record<string, PlistValue> = Object.create(null);
  for (const [key, value] of entries) if (value !== undefined) record[key] = value;
  return { kind: 'dict', entries: record };
}
