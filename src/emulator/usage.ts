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
  submit: 'submit -l <label> [-p <program>] [-o <path>] [-e <path>] -- <command> [arg0] [arg1] [...]',
  setenv: 'setenv <key> <value>, [<key> <value>, ...]',
  unsetenv: 'unsetenv <key>, [<key>, ...]',
  getenv: 'getenv <key>',
  asuser: 'asuser <UID> <command> [arguments...]',
  error: 'error <code>',
  version: 'version',
  variant: 'variant',
  managername: 'managername',
  manageruid: 'manageruid',
  managerpid: 'managerpid',
  help: 'help <subcommand>',
} as const;

export type VerbName = keyof typeof USAGE;

/** What each verb does, for `help`. */
const MEANINGS: Readonly<Record<VerbName, string>> = {
  bootstrap: 'Loads a domain, or jobs into it.',
  bootout: 'Takes a domain down, or jobs out of it.',
  enable: 'Lets a job be loaded, for good.',
  disable: 'Keeps a job from being loaded, for good.',
  kickstart: 'Starts a job now, after ending it first with -k.',
  kill: 'Sends a signal to the process of a job.',
  print: 'Shows a domain or a job.',
  'print-disabled': 'Shows which jobs are enabled or disabled.',
  list: 'Lists the jobs of your domain, or shows one.',
  blame: 'Says why a job runs.',
  load: 'Loads jobs (old form of bootstrap).',
  unload: 'Takes jobs out (old form of bootout).',
  start: 'Starts a job (old form of kickstart).',
  stop: 'Stops a job, which KeepAlive may start again.',
  remove: 'Takes a job out by its label.',
  submit: 'Runs a command as a job without a plist.',
  setenv: 'Sets variables for all jobs that start from now on.',
  unsetenv: 'Takes such variables away.',
  getenv: 'Shows such a variable.',
  asuser: 'Runs a command in the session of a user.',
  error: 'Explains an error number.',
  version: 'Shows the version of launchd.',
  variant: 'Shows the variant of launchd.',
  managername: 'Names the kind of your session.',
  manageruid: 'Shows the user of your session.',
  managerpid: 'Shows the process that looks after your session.',
  help: 'Shows how a subcommand is used.',
};

/** Those of launchctl's subcommands that look into Mach, caches or other processes: there is nothing of it here. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...['attach', 'bsexec', 'config', 'debug', 'dumpjpcategory', 'dumpstate', 'examine', 'export', 'hostinfo'],
  ...['limit', 'plist', 'print-cache', 'procinfo', 'reboot', 'resolveport'],
]);

/** On a Mac these say so to everybody but root, and end with 1 (reports, man page). */
const ROOT_ONLY: ReadonlySet<string> = new Set(['debug', 'procinfo', 'resolveport']);

/** `help`, and launchctl without any words. */
export function help(): string {
  const width = Math.max(...Object.keys(MEANINGS).map((name) => name.length)) + 1;
  const rows = Object.entries(MEANINGS).map(([name, meaning]) => `\t${name.padEnd(width)}${meaning}\n`);
  return `Usage: launchctl <subcommand> ... | help [subcommand]\n\nSubcommands:\n${rows.join('')}`;
}

/** The answer to a word that is no verb here. */
export function noVerb(fidelity: Fidelity, name: string, isRoot: boolean): Reply {
  if (!isRoot && ROOT_ONLY.has(name))
    return complaint(1, `This subcommand requires root privileges: ${name}`);
  if (ELSEWHERE.has(name))
    return complaint(116, `The embedded launchd has no ${name}, which launchctl of a Mac has.`);
  return complaint(fidelity.unknownSubcommand, `Unrecognized subcommand: ${name}`);
}

const SERVICE_TARGET = '<service-target> takes a form of <domain-target>/<service-id>.';

export function wrongUsage(fidelity: Fidelity, verb: VerbName, ...before: readonly string[]): Reply {
  const lines = [...before, `Usage: launchctl ${USAGE[verb]}`];
  if (USAGE[verb].includes('<service-target>')) lines.push(SERVICE_TARGET);
  return complaint(fidelity.usageError, ...lines);
}

export function wrongTarget(fidelity: Fidelity, verb: VerbName): Reply {
  return wrongUsage(fidelity, verb, 'Unrecognized target specifier.');
}
