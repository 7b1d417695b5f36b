import type { Domain } from '../model/domain.ts';
import type { Reply } from './address.ts';
import type { Launchd } from './launchd-state.ts';
import { output, SILENT } from './reply.ts';
import { wrongUsage } from './usage.ts';

/**
 * The domains that a caller's bare words speak of (facts §3.3). Root's own is the system domain; in this world root has a
 * graphical session, too.
 */
export function callersDomains({ accounts }: Launchd): readonly [Domain, ...Domain[]] {
  const { uid } = accounts.self;
  return uid === 0 ? ['system', 'gui/0'] : [`gui/${uid}`];
}

/** `setenv KEY VALUE [KEY VALUE…]`: for jobs that start from now on. */
export function setenv(launchd: Launchd, args: readonly string[]): Reply {
  if (args.length === 0 || args.length % 2 !== 0 || args.some(isNoName))
    return wrongUsage(launchd.fidelity, 'setenv');
  for (let index = 0; index < args.length; index += 2)
    setEverywhere(launchd, args[index] ?? '', args[index + 1] ?? '');
  return SILENT;
}

/** `unsetenv KEY [KEY…]`: also of what was never set. */
export function unsetenv(launchd: Launchd, args: readonly string[]): Reply {
  if (args.length === 0) return wrongUsage(launchd.fidelity, 'unsetenv');
  for (const name of args) setEverywhere(launchd, name, null);
  return SILENT;
}

/** `getenv KEY`: what was set with setenv; nothing, and exit 0, for what was not. */
export function getenv(launchd: Launchd, args: readonly string[]): Reply {
  const [name, ...more] = args;
  if (name === undefined || more.length > 0) return wrongUsage(launchd.fidelity, 'getenv');
  const [domain] = callersDomains(launchd);
  const variables = launchd.session.of(domain);
  return Object.hasOwn(variables, name) ? output(`${variables[name]}\n`) : SILENT;
}

function setEverywhere(launchd: Launchd, name: string, value: string | null): void {
  for (const domain of callersDomains(launchd)) launchd.session.set(domain, name, value);
}

/** Of the arguments of setenv, those at even places are names. */
function isNoName(text: string, index: number): boolean {
  return index % 2 === 0 && (text === '' || text.includes('='));
}
