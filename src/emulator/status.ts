import { pidOf } from './job.ts';
import { domainsOf, type Launchd } from './launchd-state.ts';
import { stateOf } from './layout-service.ts';

/** What `launchctl embedded-status` prints: JSON, for `reconcile embedded status`. */
export function describeStatus(launchd: Launchd, folder: string): string {
  const services = domainsOf(launchd).flatMap((domain) =>
    launchd.supervisor.list(domain).map((job) => ({
      domain,
      label: job.definition.label,
      state: stateOf(job),
      pid: pidOf(job),
      runs: job.runs,
    })),
  );
  const { pid, version, dialect, login, supervisor } = launchd;
  const status = {
    running: true,
    pid,
    version,
    macos: dialect.release,
    folder,
    logged_in: login.isThere,
    asleep: supervisor.holds.asleep,
    on_demand_only: [...supervisor.holds.onDemandOnly],
    services,
    leftovers: false,
  };
  return `${JSON.stringify(status)}\n`;
}
