import type { Instance, InstanceFields } from '../config/instance.ts';
import type { Host } from '../model/domain.ts';
import type { PlistValue } from '../model/plist.ts';
import type { Problems } from './problems.ts';

/** What the compilation of one instance works on: what is declared, for whom, and where to say what is wrong. */
export interface Draft {
  readonly instance: Instance;
  readonly fields: InstanceFields;
  readonly label: string;
  readonly host: Host;
  readonly problems: Problems;
}

/**
 * A launchd key that a field decided. Without a value the field decided that the key is absent (`restart: never`), which
 * `launchd:` may not contradict either. `field` null: a built-in default, which yields to `launchd:`.
 */
export interface Entry {
  readonly key: string;
  readonly value: PlistValue | undefined;
  readonly field: string | null;
}

/** An entry for a declared field; none when the field was not declared. */
export function entryOf(key: string, field: string, value: PlistValue | undefined): readonly Entry[] {
  return value === undefined ? [] : [{ key, value, field }];
}
