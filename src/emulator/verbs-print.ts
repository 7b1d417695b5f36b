import type { Reply } from './address.ts';
import { domainsOf, type Launchd } from './launchd-state.ts';
import { printDisabled, printDomain } from './layout-domain.ts';
import { listOne, listTable } from './layout-list.ts';
import { printService } from './layout-service.ts';
import { complaint, output, refusal } from './reply.ts';
import { describeDomain, readTarget } from './targets.ts';
import { wrongTarget, wrongUsage } from './usage.ts';
import { callersJobs } from './verbs-legacy.ts';
import { noService } from './verbs-run.ts';

/** `print DOMAIN` and `print DOMAIN/LABEL`. */
export function print(launchd: Launchd, args: readonly string[]): Reply {
  const [text, ...more] = args;
  if (text === undefined || more.length > 0) return wrongUsage(launchd.fidelity, 'print');
  const domains = domainsOf(launchd);
  const target = readTarget(text, domains);
  switch (target.kind) {
    case 'invalid':
      return wrongTarget(launchd.fidelity, 'print');
    case 'elsewhere':
      return complaint(112, 'Bad request.', `Could not find domain for ${describeDomain(target.domain)}`);
    case 'service': {
      const job = launchd.supervisor.find(target.domain, target.label);
      if (job === null) return noService(target.label, target.domain);
      return output(
        printService(job, {
          dialect: launchd.dialect,
          asid: launchd.asid,
          session: launchd.session.of(target.domain),
          pathExists: (path) => launchd.disk.inspect(path) !== null,
          holdsEntries: (folder) => (launchd.disk.list(folder) ?? []).length > 0,
        }),
      );
    }
    case 'domain':
      return output(
        printDomain({
          dialect: launchd.dialect,
          domain: target.domain,
          session: launchd.session.of(target.domain),
          jobs: launchd.supervisor.list(target.domain),
          overrides: launchd.overrides.read(target.domain),
          uid: launchd.accounts.self.uid,
          asid: launchd.asid,
          bringUpMs: launchd.bringUpMs,
          pid: launchd.pid,
          subdomains: domains.filter((domain) => domain !== 'system'),
        }),
      );
  }
}

/** `print-disabled DOMAIN`. */
export function printOverrides(launchd: Launchd, args: readonly string[]): Reply {
  const [text, ...more] = args;
  if (text === undefined || more.length > 0) return wrongUsage(launchd.fidelity, 'print-disabled');
  const target = readTarget(text, domainsOf(launchd));
  if (target.kind === 'elsewhere') return refusal('Could not print disabled', 112);
  if (target.kind !== 'domain') return wrongTarget(launchd.fidelity, 'print-disabled');
  return output(printDisabled(launchd.overrides.read(target.domain)));
}

/** `list` and `list LABEL`: of the caller's own domain only, by bare label (facts §3.3). */
export function list(launchd: Launchd, args: readonly string[]): Reply {
  const [label, ...more] = args;
  if (more.length > 0) return wrongUsage(launchd.fidelity, 'list');
  const jobs = callersJobs(launchd);
  if (label === undefined) return output(listTable(jobs));
  const job = jobs.find(({ definition }) => definition.label === label);
  if (job === undefined) return complaint(113, `Could not find service "${label}" in domain for port`);
  return output(listOne(job));
}
