import { parseDomain } from '../launchd/domains.ts';
import type { Domain } from '../model/domain.ts';

/** A domain or service target as launchctl takes it (facts §3.1). */
export type Target =
  | { readonly kind: 'domain'; readonly domain: Domain }
  | { readonly kind: 'service'; readonly domain: Domain; readonly label: string }
  /** Well written, but there is no such domain here: another user's, `login/…`, `pid/…`. */
  | { readonly kind: 'elsewhere'; readonly domain: string; readonly label: string | null }
  | { readonly kind: 'invalid' };

/** `gui/501/` names the domain, as with the real one: the dangerous case that a caller must guard against (facts §6 no. 42). */
export function readTarget(text: string, domains: readonly Domain[]): Target {
  const match = /^(system|(?:user|gui|login|pid)\/[0-9]+)(?:\/(.*))?$/s.exec(text);
  if (match === null) return { kind: 'invalid' };
  const [, name = '', label = ''] = match;
  const domain = parseDomain(name);
  if (domain === null || !domains.includes(domain))
    return { kind: 'elsewhere', domain: name, label: label || null };
  return label === '' ? { kind: 'domain', domain } : { kind: 'service', domain, label };
}

/** As error texts name a domain: `user gui: 501`, `user: 501`, `system`. */
export function describeDomain(domain: string): string {
  const [kind = '', id = ''] = domain.split('/');
  switch (kind) {
    case 'gui':
      return `user gui: ${id}`;
    case 'user':
      return `user: ${id}`;
    case 'login':
      return `login: ${id}`;
    case 'pid':
      return `pid: ${id}`;
    default:
      return kind;
  }
}
