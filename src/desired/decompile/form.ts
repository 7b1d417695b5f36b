import type { PlistDict, PlistValue } from '../../model/plist.ts';

/**
 * One way to say some keys of a plist in the file: fields as they stand in YAML (short forms, `~`, `${home}`), under their
 * names. Several ways are tried in order of preference, and what does not compile to the same keys is not used.
 */
export interface Form {
  readonly fields: readonly (readonly [string, PlistValue])[];
  /** Field that says a key: `RunAtLoad` → `start`. A key that is left out says nothing (a default written out). */
  readonly says: Readonly<Record<string, string>>;
}

/** Keys that are said together, and the ways to say them; the first one that holds is taken. */
export interface Group {
  readonly keys: readonly string[];
  readonly forms: readonly Form[];
}

/** What the forms of a job are made from. */
export interface Subject {
  readonly entries: PlistDict['entries'];
  readonly label: string;
  /** Home folder of the user whose jobs these are. */
  readonly home: string;
  readonly placement: 'gui' | 'user' | 'system' | 'all-users';
  /** Keys that the manual's table objects to: they are never said by a field. */
  readonly objected: ReadonlySet<string>;
}

/** A form that says each of these keys by one field. */
export function form(
  fields: readonly (readonly [string, PlistValue | undefined])[],
  says: Readonly<Record<string, string>>,
): Form {
  return {
    fields: fields.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    says,
  };
}
