import type { Host } from '../model/domain.ts';
import { matchesGlob } from './glob.ts';
import type { When } from './schema.ts';

/** Whether a host is one that `when` speaks of: every key must match, one item of a list is enough (interface §1). */
export function appliesTo(when: When, host: Host): boolean {
  return (
    // Names of machines know no case.
    matchesAny(when.host, host.host, true) &&
    matchesAny(when.user, host.user) &&
    matchesAny(when.os, host.os) &&
    matchesAny(when.arch, host.arch)
  );
}

function matchesAny(
  globs: string | readonly string[] | undefined,
  actual: string,
  ignoreCase = false,
): boolean {
  if (globs === undefined) return true;
  const fold = (text: string): string => (ignoreCase ? text.toLowerCase() : text);
  const list = typeof globs === 'string' ? [globs] : globs;
  return list.some((glob) => matchesGlob(fold(glob), fold(actual)));
}
