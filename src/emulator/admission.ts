import { sessionType } from '../launchd/domains.ts';
import type { Domain } from '../model/domain.ts';
import { isDict } from '../model/plist.ts';
import { readPlist } from '../plist/read.ts';
import { type Definition, readDefinition } from './definition.ts';
import type { Launchd } from './launchd-state.ts';

export type Admission =
  | { readonly ok: true; readonly definition: Definition }
  | { readonly ok: false; readonly code: number };

/**
 * Whether a plist may be loaded into a domain, and if not, why: 108 path, 122 owner or mode, 109 no property list, 110 label,
 * 111 program, 114 and 115 user and group, 134 session type, 119 disabled (facts §3.4). A program that does not exist is no
 * reason: that shows when it is started. `ignoreKey`: the plist's own key `Disabled` does not count.
 */
export function admit(launchd: Launchd, path: string, domain: Domain, ignoreKey = false): Admission {
  const entry = path.startsWith('/') && path.endsWith('.plist') ? launchd.disk.inspect(path) : null;
  if (entry === null || entry.kind !== 'file') return { ok: false, code: 108 };
  const { uid } = launchd.accounts.self;
  if ((entry.mode & 0o022) !== 0 || (entry.uid !== uid && entry.uid !== 0)) return { ok: false, code: 122 };
  const reading = readDefinitionAt(launchd, path);
  if (!reading.ok) return reading;
  const { definition } = reading;
  if (!sessionAllows(definition, domain)) return { ok: false, code: 134 };
  if (isDisabled(launchd, definition, domain, ignoreKey) && launchd.fidelity.disabledBootstrap === 'refused')
    return { ok: false, code: 119 };
  if (
    domain === 'system' &&
    definition.userName !== null &&
    launchd.accounts.user(definition.userName) === null
  )
    return { ok: false, code: 114 };
  if (
    domain === 'system' &&
    definition.groupName !== null &&
    launchd.accounts.group(definition.groupName) === null
  )
    return { ok: false, code: 115 };
  return reading;
}

/** The definition in a file, whoever may load it. */
export function readDefinitionAt(launchd: Launchd, path: string): Admission {
  let bytes: Uint8Array;
  try {
    bytes = launchd.disk.read(path);
  } catch {
    return { ok: false, code: 109 };
  }
  const reading = readPlist(bytes);
  if (!reading.ok || !isDict(reading.value)) return { ok: false, code: 109 };
  return readDefinition(reading.value, path);
}

/** An override wins over the key `Disabled` (facts §3.6). */
export function isDisabled(
  launchd: Launchd,
  definition: Definition,
  domain: Domain,
  ignoreKey = false,
): boolean {
  return launchd.overrides.read(domain)[definition.label] ?? (definition.disabled && !ignoreKey);
}

/** Without LimitLoadToSessionType an agent is for graphical sessions, and a daemon for the system (facts §3.1). */
export function sessionAllows(definition: Definition, domain: Domain): boolean {
  const types = definition.sessionTypes ?? (domain === 'system' ? ['System'] : ['Aqua']);
  return types.includes(sessionType(domain));
}
