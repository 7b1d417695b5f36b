/** Types of a property list value, as the key table names them. */
export type KeyType = 'string' | 'boolean' | 'integer' | 'array' | 'dict' | 'data';

/**
 * - `ok`: use it
 * - `deprecated`: works, has a successor
 * - `unsupported`: launchd ignores it
 * - `discouraged`: works and rarely does what one hopes
 * - `legacy`: kept for old programs
 * - `not-for-file-plists`: only for jobs that an app registers by SMAppService
 * - `undocumented`: not in launchd.plist(5)
 */
export type KeyStatus =
  | 'ok'
  | 'deprecated'
  | 'unsupported'
  | 'discouraged'
  | 'legacy'
  | 'not-for-file-plists'
  | 'undocumented';

/** What a value may be. The constraints of a type hold where the value has that type. */
export interface Shape {
  readonly types: readonly KeyType[];
  /** Strings: the only ones allowed. */
  readonly oneOf?: readonly string[];
  /** Integers, inclusive. */
  readonly min?: number;
  readonly max?: number;
  /** Elements of an array. */
  readonly items?: Shape;
  /** Values of a dictionary whose member names are free. */
  readonly values?: Shape;
  /** Members of a dictionary whose names are fixed. A dictionary with neither may hold anything. */
  readonly members?: readonly KeySpec[];
}

/** One key of launchd.plist(5). */
export interface KeySpec extends Shape {
  readonly name: string;
  /** Daemons run in the system domain, agents in a user's session. */
  readonly scope: 'both' | 'agent' | 'daemon';
  readonly status: KeyStatus;
  /** Whether the manual has it. */
  readonly documented: boolean;
  /** First macOS, where known; approximate below 13.0. */
  readonly since: string | null;
  /** What launchd takes when the key is absent, in words; null when absent means just that. */
  readonly byDefault: string | null;
  /** One sentence. */
  readonly summary: string;
  /** Where `launchctl print` shows it; null when it does not. */
  readonly print: string | null;
}

type Rest = Partial<Omit<KeySpec, 'name' | 'types' | 'summary'>>;

/** A row of the table; what it leaves out is usual. */
export function key(name: string, types: readonly KeyType[], summary: string, rest: Rest = {}): KeySpec {
  return {
    name,
    types,
    summary,
    scope: 'both',
    status: 'ok',
    documented: true,
    since: null,
    byDefault: null,
    print: null,
    ...rest,
  };
}

export const UINT32_MAX: number = 2 ** 32 - 1;

/** Largest mode or mask that permission bits can say: 0777. */
export const MODE_MAX = 0o777;

export const STRING: Shape = { types: ['string'] };
export const BOOLEAN: Shape = { types: ['boolean'] };
export const STRINGS: Shape = { types: ['array'], items: STRING };
