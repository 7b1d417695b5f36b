import type { Reply } from './address.ts';
import type { Fidelity } from './fidelity.ts';
import { complaint } from './reply.ts';

/** The verbs with their arguments, as launchctl writes them below a complaint. */
export const USAGE = {
  bootstrap: 'bootstrap <domain-target> [service-path1, service-path2, ...]',
  bootout: 'bootout <domain-target> [service-path1, service-path2, ...] | <service-target>',
  enable: 'enable <service-target>',
  disable: 'disable <service-target>',
  kickstart: 'kickstart [-k] [-p] <service-target>',
  kill: 'kill <signal-number|signal-name> <service-target>',
  print: 'print <domain-target> | <service-target>',
  'print-disabled': 'print-disabled <domain-target>',
  list: 'list [service-name]',
  blame: 'blame <service-target>',
  load: 'load [-w] <service-path, service-path2, ...>',
  unload: 'unload [-w] <service-path, service-path2, ...>',
  start: 'start <service-name>',
  stop: 'stop <service-name>',
  remove: 'remove <service-name>',
  error: 'error <code>',
  version: 'version',
  managername: 'managername',
  manageruid: 'manageruid',
  managerpid: 'managerpid',
} as const;

export type VerbName = keyof typeof USAGE;

const SERVICE_TARGET = '<service-target> takes a form of <domain-target>/<service-id>.';

export function wrongUsage(fidelity: Fidelity, verb: VerbName, ...before: readonly string[]): Reply {
  const lines = [...before, `Usage: launchctl ${USAGE[verb]}`];
  if (USAGE[verb].includes('<service-target>')) lines.push(SERVICE_TARGET);
  return complaint(fidelity.usageError, ...lines);
}

export function wrongTarget(fidelity: Fidelity, verb: VerbName): Reply {
  return wrongUsage(fidelity, verb, 'Unrecognized target specifier.');
}
