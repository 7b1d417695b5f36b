import type { Domain } from '../model/domain.ts';
import type { Variables } from './environment.ts';

/**
 * The variables that `launchctl setenv` has set, each in the domain of its caller. Jobs that start later find them (man page);
 * they last as long as the domain.
 */
export interface SessionEnvironment {
  of(domain: Domain): Variables;
  /** Null takes the variable away. */
  set(domain: Domain, name: string, value: string | null): void;
  /** The domain has ended. */
  forget(domain: Domain): void;
}

export function createSession(): SessionEnvironment {
  const domains = new Map<Domain, Variables>();
  const of = (domain: Domain): Variables => domains.get(domain) ?? {};
  return {
    of,
    forget: (domain) => void domains.delete(domain),
    set(domain, name, value) {
      const others = Object.entries(of(domain)).filter(([other]) => other !== name);
      domains.set(domain, Object.fromEntries(value === null ? others : [...others, [name, value]]));
    },
  };
}
