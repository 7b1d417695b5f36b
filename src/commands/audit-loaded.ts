import type { Finding } from '../audit/finding.ts';
import type { AuditedJob } from '../audit/job.ts';
import { judgeLoaded } from '../audit/loaded.ts';
import type { Domain } from '../model/domain.ts';
import { observeLoaded } from '../observe/loaded.ts';
import { realFiles } from '../sys/files.ts';
import { createLaunchctl } from '../sys/launchctl.ts';
import { launchctlCommand, launchctlEnvironment } from '../sys/places.ts';
import type { Context } from './context.ts';
import { embeddedStatus } from './embedded-call.ts';
import { chooseWho } from './who.ts';

/**
 * What is wrong with the jobs as launchd has them. An embedded launchd that does not run is not started for it; an answer
 * that cannot be read is told on standard error, and never taken for fine.
 */
export async function auditLoaded(
  installed: readonly AuditedJob[],
  context: Context,
): Promise<readonly Finding[]> {
  const { host, places } = chooseWho(context);
  const { env, options, signal, terminal } = context;
  if (places.launchd === 'embedded' && (await embeddedStatus(places, env)).pid === null) return [];
  const port = createLaunchctl(places.launchctl, launchctlEnvironment(places, env), {
    timeoutMs: options.timeoutMs,
  });
  const domains: readonly Domain[] = [`gui/${host.uid}`, `user/${host.uid}`, 'system'];
  const { loaded, unknown } = await observeLoaded(port, domains, { signal });
  for (const why of unknown)
    terminal.note(`Not judged, since launchctl gave no usable answer: ${why}`, 'always');
  const byLabel = new Map(
    installed.flatMap((job) => (job.label === null || job.path === null ? [] : [[job.label, job]])),
  );
  const findings: Finding[] = [];
  for (const { label, domain, service } of loaded) {
    const isFileThere =
      service.path !== null && (await realFiles.identify(service.path).catch(() => 'hidden')) !== null;
    const launchctl = launchctlCommand(places);
    findings.push(
      ...judgeLoaded({
        label,
        domain,
        service,
        installed: byLabel.get(label) ?? null,
        isFileThere,
        launchctl,
      }),
    );
  }
  return findings;
}
