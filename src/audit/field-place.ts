import { LAUNCHD_KEYS } from '../config/foreign-words.ts';
import type { Place } from '../model/diagnostic.ts';

/** Other fields that may write a key, beside the one that LAUNCHD_KEYS names; the most telling first. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  Program: ['command', 'script'],
  ProgramArguments: ['script', 'program'],
  StandardOutPath: ['logs'],
  StandardErrorPath: ['logs'],
  RunAtLoad: ['restart'],
  ThrottleInterval: ['restart'],
};

/** KeepAlive is written by what stands below `restart`, if anything does. */
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  KeepAlive: ['restart.policy', 'restart.run_while'],
};

const of = (table: Readonly<Record<string, readonly string[]>>, key: string): readonly string[] =>
  Object.hasOwn(table, key) ? (table[key] ?? []) : [];

const fieldOf = (key: string): string | null =>
  Object.hasOwn(LAUNCHD_KEYS, key) ? (LAUNCHD_KEYS[key] ?? null) : null;

/** A field of an instance that writes a key of its plist. */
export interface KeyField {
  /** From the instance on: `restart.throttle`, `environment.PATH`, `launchd.Nice`. */
  readonly field: string;
  /** Null: the file does not name it; it is what the key would be written by. */
  readonly place: Place | null;
}

/**
 * Where the file says what a key of the compiled plist holds: `ThrottleInterval` at `restart.throttle`, what stands below
 * `launchd:` there. Null: the key is empty, so the job as a whole is meant.
 *
 * @param places place of each field by its path, as in `Instance.places`
 * @param key path in the plist: `['EnvironmentVariables', 'PATH']`
 */
export function keyField(
  places: Readonly<Record<string, Place>>,
  key: readonly (string | number)[],
): KeyField | null {
  const [first = '', ...rest] = key.map(String);
  if (first === '') return null;
  const own = fieldOf(first);
  const ofPath = first === 'EnvironmentVariables' && rest[0] === 'PATH' ? ['path'] : [];
  const bases = [
    `launchd.${first}`,
    `launchd_unchecked.${first}`,
    ...ofPath,
    ...of(BEFORE, first),
    ...(own === null ? [] : [own]),
    ...of(BESIDE, first),
  ];
  for (const base of bases)
    for (let length = rest.length; length >= 0; length--) {
      const field = [base, ...rest.slice(0, length)].join('.');
      const place = Object.hasOwn(places, field) ? places[field] : undefined;
      if (place !== undefined) return { field, place };
    }
  return { field: own ?? `launchd.${first}`, place: null };
}
