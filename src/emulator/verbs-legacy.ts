import { resolve } from 'node:path';
import { describeLaunchctlCode } from '../launchd/codes.ts';
import type { Domain } from '../model/domain.ts';
import type { Reply, Request } from './address.ts';
import { readDefinitionAt } from './admission.ts';
import type { Job } from './job.ts';
import { domainsOf, type Launchd } from './launchd-state.ts';
import { complaint, output, SILENT } from './reply.ts';
import { readTarget } from './targets.ts';
import { type VerbName, wrongTarget, wrongUsage } from './usage.ts';
import { bootstrapOne, plistsAt } from './verbs-load.ts';
import { noService } from './verbs-run.ts';
import { callersDomains } from './verbs-session.ts';

// The verbs of before 10.10, as people's scripts still use them: bare labels and paths, in the caller's own domain, and `load`
// and `unload` end with 0 whatever happened (facts §3.3).

/** `load [-w] [-F] [-S session] [-D domain] PLIST…`; -w enables, -F ignores the key `Disabled`. */
export function load(launchd: Launchd, args: readonly string[], { cwd }: Request): Reply {
  const { paths, write, force } = readOptions(args, cwd);
  if (paths.length === 0) return wrongUsage(launchd.fidelity, 'load');
  return forEachPlist(launchd, paths, (domain, path) => {
    const reading = readDefinitionAt(launchd, path);
    if (write && reading.ok) launchd.overrides.set(domain, reading.definition.label, false);
    const code = bootstrapOne(launchd, domain, path, force);
    if (code === 0) return '';
    return failure(launchd, 'Load', 'bootstrap', code, path);
  });
}

/** `unload [-w] PLIST…`; -w disables. */
export function unload(launchd: Launchd, args: readonly string[], { cwd }: Request): Reply {
  const { paths, write } = readOptions(args, cwd);
  if (paths.length === 0) return wrongUsage(launchd.fidelity, 'unload');
  return forEachPlist(launchd, paths, (domain, path) => {
    const reading = readDefinitionAt(launchd, path);
    const label = reading.ok ? reading.definition.label : '';
    if (write && reading.ok) launchd.overrides.set(domain, label, true);
    const outcome = launchd.supervisor.remove(domain, label);
    return outcome === 'unknown' ? failure(launchd, 'Unload', 'bootout', 5, path) : '';
  });
}

/** `start LABEL`: as a kickstart, but nobody waits for it. */
export function start(launchd: Launchd, args: readonly string[]): Reply {
  return withJob(launchd, 'start', args, (job) => {
    const { definition, domain } = job;
    launchd.supervisor.kickstart(domain, definition.label, { kill: false }, () => {});
  });
}

/** `stop LABEL`: SIGTERM, after which KeepAlive decides (facts §2.5). */
export function stop(launchd: Launchd, args: readonly string[]): Reply {
  return withJob(launchd, 'stop', args, ({ definition, domain }) => {
    launchd.supervisor.signal(domain, definition.label, 'SIGTERM');
  });
}

/** `remove LABEL`: as a bootout. */
export function remove(launchd: Launchd, args: readonly string[]): Reply {
  return withJob(launchd, 'remove', args, ({ definition, domain }) => {
    launchd.supervisor.remove(domain, definition.label);
  });
}

/** `blame DOMAIN/LABEL`: why the process that runs was started. */
export function blame(launchd: Launchd, args: readonly string[]): Reply {
  const [text, ...more] = args;
  if (text === undefined || more.length > 0) return wrongUsage(launchd.fidelity, 'blame');
  const target = readTarget(text, domainsOf(launchd));
  if (target.kind !== 'service') return wrongTarget(launchd.fidelity, 'blame');
  const job = launchd.supervisor.find(target.domain, target.label);
  if (job === null) return noService(target.label, target.domain);
  return output(`${'child' in job.phase ? job.phase.reason : '(not running)'}\n`);
}

/** The jobs that the caller's bare labels speak of. */
export function callersJobs(launchd: Launchd): readonly Job[] {
  return callersDomains(launchd).flatMap((domain) => launchd.supervisor.list(domain));
}

function withJob(launchd: Launchd, verb: VerbName, args: readonly string[], act: (job: Job) => void): Reply {
  const [label, ...more] = args;
  if (label === undefined || more.length > 0) return wrongUsage(launchd.fidelity, verb);
  const job = callersJobs(launchd).find(({ definition }) => definition.label === label);
  const unknown = verb === 'remove' ? 113 : 3;
  if (job === undefined) return complaint(unknown, describeLaunchctlCode(unknown));
  act(job);
  return SILENT;
}

function forEachPlist(
  launchd: Launchd,
  paths: readonly string[],
  act: (domain: Domain, path: string) => string,
): Reply {
  const { uid } = launchd.accounts.self;
  const told = plistsAt(launchd, paths).map((path) => {
    const agent = path.includes('/LaunchAgents/');
    return act(uid === 0 && !agent ? 'system' : `gui/${uid}`, path);
  });
  return { code: 0, stdout: '', stderr: told.join('') };
}

/**
 * As captured: of a disabled label only the line with the path, for root the path's line and the code, for others 5 and a hint.
 * Codes about the job and not about its file have no line of their own, as with bootstrap.
 */
function failure(launchd: Launchd, what: string, better: string, code: number, path: string): string {
  const line = `${path}: ${describeLaunchctlCode(code).replace(/^\d+: /, '')}\n`;
  if (code === 119) return line;
  const hidden = launchd.fidelity.hideCodes && launchd.accounts.self.uid !== 0;
  const hint = hidden ? `Try running \`launchctl ${better}\` as root for richer errors.\n` : '';
  const before = hidden || code < 107 ? '' : line;
  return `${before}${what} failed: ${describeLaunchctlCode(hidden ? 5 : code)}\n${hint}`;
}

/** Unlike bootstrap, the old verbs take paths from the caller's folder. */
function readOptions(
  args: readonly string[],
  cwd: string,
): {
  readonly paths: readonly string[];
  readonly write: boolean;
  readonly force: boolean;
} {
  const paths: string[] = [];
  let letters = '';
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index] ?? '';
    // -S and -D take a value, which says nothing here: there is one session of each kind.
    if (arg === '-S' || arg === '-D') index += 1;
    else if (arg.startsWith('-')) letters += arg.slice(1);
    else paths.push(resolve(cwd, arg));
  }
  return { paths, write: letters.includes('w'), force: letters.includes('F') };
}
