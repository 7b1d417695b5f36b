import { posix } from 'node:path';
import type { Domain, Placement, Places } from '../model/domain.ts';

/** `system`, the per-user background domain, or the domain of a user's graphical session (facts §3.1). */
export type DomainKind = 'system' | 'user' | 'gui';

/** What a plist file is for: agents run in a user's session, daemons in the system domain. */
export type Scope = 'agent' | 'daemon';

/** Names of files may have 255 bytes; a label shares them with `.plist` and the random part of a temporary name. */
export const LABEL_MAX_BYTES = 220;

const UID_MAX = 2 ** 32 - 1;

export function domainKind(domain: Domain): DomainKind {
  if (domain === 'system') return 'system';
  return domain.startsWith('gui/') ? 'gui' : 'user';
}

/** The uid of a `user/…` or `gui/…` domain; null for `system`. */
export function domainUid(domain: Domain): number | null {
  return domain === 'system' ? null : Number(domain.slice(domain.indexOf('/') + 1));
}

/** Reads `system`, `user/501` or `gui/501`, exactly as launchctl writes them; anything else is null. */
export function parseDomain(text: string): Domain | null {
  if (text === 'system') return 'system';
  const match = /^(user|gui)\/(0|[1-9][0-9]{0,9})$/.exec(text);
  if (match === null) return null;
  const uid = Number(match[2]);
  if (uid > UID_MAX) return null;
  return match[1] === 'gui' ? `gui/${uid}` : `user/${uid}`;
}

/**
 * `gui/501/LABEL`. Throws RangeError on an empty label or one with a slash: `launchctl bootout gui/501/` would name the
 * whole domain, and log the user out (facts §3.3). Such a label never gets past `checkLabel`.
 */
export function serviceTarget(domain: Domain, label: string): string {
  if (label === '' || label.includes('/'))
    throw new RangeError(`not a label that launchctl may be given: "${label}"`);
  return `${domain}/${label}`;
}

/** Reads `gui/501/LABEL` into its parts; null when there is no label or the domain is none we know. */
export function parseTarget(text: string): { readonly domain: Domain; readonly label: string } | null {
  const match = /^(system|(?:user|gui)\/[0-9]+)\/([^/]+)$/.exec(text);
  if (match === null) return null;
  const domain = parseDomain(match[1] ?? '');
  const label = match[2] ?? '';
  return domain === null ? null : { domain, label };
}

/** Where a job of this placement is loaded, for the user with this uid. */
export function domainOf(placement: Placement, uid: number): Domain {
  switch (placement) {
    case 'gui':
    case 'all-users':
      return `gui/${uid}`;
    case 'user':
      return `user/${uid}`;
    case 'system':
      return 'system';
  }
}

/** The folder of a placement's plists. */
export function folderOf(placement: Placement, places: Places): string {
  switch (placement) {
    case 'gui':
    case 'user':
      return places.userAgents;
    case 'all-users':
      return places.globalAgents;
    case 'system':
      return places.daemons;
  }
}

/**
 * The domain that launchd itself loads the plists of a folder into, at boot or at the login of this user; null for any
 * other folder. An agent of session type Background belongs to `user/UID` instead (`sessionType`).
 */
export function folderDomain(folder: string, places: Places, uid: number): Domain | null {
  if (folder === places.daemons) return 'system';
  if (folder === places.userAgents || folder === places.globalAgents) return `gui/${uid}`;
  return null;
}

/** Whether a job's plist and ledger entry are root's: placements `system` and `all-users`. */
export function isSystemWide(
  job: { readonly domain: Domain; readonly path: string },
  places: Pick<Places, 'daemons' | 'globalAgents'>,
): boolean {
  const folder = posix.dirname(job.path);
  return job.domain === 'system' || folder === places.daemons || folder === places.globalAgents;
}

export function scopeOf(domain: Domain): Scope {
  return domain === 'system' ? 'daemon' : 'agent';
}

/** The session type that a domain stands for; a job whose LimitLoadToSessionType lacks it is refused with 134 (facts §3.1). */
export function sessionType(domain: Domain): 'System' | 'Background' | 'Aqua' {
  switch (domainKind(domain)) {
    case 'system':
      return 'System';
    case 'user':
      return 'Background';
    case 'gui':
      return 'Aqua';
  }
}

/** Apple's own labels, in any letter case since file systems of Macs mostly ignore it. Never managed, never adopted. */
export function isAppleLabel(label: string): boolean {
  return /^com\.apple(\.|$)/i.test(label);
}

/**
 * What is wrong with a label, as the end of a sentence ("…"), or null when it can be used: as a launchd label, as a part
 * of a launchctl target, as a file name, and in quotes in the output of `print-disabled`.
 */
export function checkLabel(label: string): string | null {
  if (label === '') return 'a label cannot be empty';
  if (label.includes('/')) return 'a label cannot contain a slash';
  if (/\p{White_Space}/u.test(label)) return 'a label cannot contain a space or a line break';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f-\u009f]/.test(label)) return 'a label cannot contain control characters';
  if (/["\\]/.test(label)) return 'a label cannot contain a quote or a backslash';
  if (/[\p{Cf}\p{Cs}]/u.test(label)) return 'a label cannot contain invisible characters';
  if (label.includes('..')) return 'a label cannot contain two dots in a row';
  if (label.startsWith('.')) return 'a label cannot begin with a dot, since its plist would be a hidden file';
  if (label.startsWith('-'))
    return 'a label cannot begin with a dash, since commands would read it as an option';
  if (isAppleLabel(label)) return 'labels that begin with com.apple. belong to macOS';
  const bytes = new TextEncoder().encode(label).length;
  if (bytes > LABEL_MAX_BYTES)
    return `a label can have ${LABEL_MAX_BYTES} bytes at most, since it names a file, and this one has ${bytes}`;
  return null;
}
