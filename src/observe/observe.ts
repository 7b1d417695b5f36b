import { posix } from 'node:path';
import { folderDomain } from '../launchd/domains.ts';
import type { Domain, Places } from '../model/domain.ts';
import { EXIT, ReconcileError } from '../model/errors.ts';
import type { Job } from '../model/job.ts';
import type { Ledger, LedgerEntry } from '../model/ledger.ts';
import type { Observed, ObservedJob, ObservedPlist, ObservedService } from '../model/observed.ts';
import { isArray } from '../model/plist.ts';
import type { DomainListing } from '../model/service.ts';
import { hasLeftovers } from '../plan/leftovers.ts';
import { printDisabled, printDomain, printService } from '../sys/client.ts';
import { launchctlCommand } from '../sys/places.ts';
import type { Files, Launchctl, Ports } from '../sys/ports.ts';
import { mapBounded } from './bounded.ts';
import { isDownBadly, type Memory, rememberedService, rememberService } from './memory.ts';
import { isProven } from './proof.ts';
import { scanPlists } from './scan.ts';

/** Processes of `launchctl print` at once: enough to hide their start, few enough for a busy machine. */
const PRINTS_AT_ONCE = 8;

export interface ObserveScope {
  readonly jobs: readonly Job[];
  readonly places: Places;
  /** The user whose `gui` and `user` domains are meant. */
  readonly uid: number;
  readonly stack: string;
  /** `proven`: trust the proofs of earlier runs. `full`: ask launchd for every loaded job. */
  readonly refresh: 'proven' | 'full';
  /** Whether this process may change `system` and `all-users` jobs. */
  readonly mayChangeSystem: boolean;
  readonly signal?: AbortSignal;
  /** Of the observations before this one, by the same process. */
  readonly memory?: Memory;
  /** Jobs (`DOMAIN/LABEL`) whose runs are counted: printed whenever they have no process, or another one than before. */
  readonly closely?: ReadonlySet<string>;
}

/** A label and the domain in which it matters: declared there, ours there, or marked as ours in that domain's folder. */
interface Wanted {
  readonly label: string;
  readonly domain: Domain;
}

/**
 * What is really there. Reads only: files of the three launchd folders, the ledger, and launchd, which is asked once a
 * domain that matters, and once a loaded job for which there is no proof.
 *
 * Throws ReconcileError `launchctl/unusable` (exit 69) when a domain's answer is late or cannot be read, and what the
 * ledger throws. One label's unreadable answer is that job's `unknown`; a domain that is not there is its jobs' `no-domain`.
 */
export async function observe(
  ports: Pick<Ports, 'launchctl' | 'files' | 'ledger'>,
  scope: ObserveScope,
): Promise<Observed> {
  const { places, jobs } = scope;
  const ledger = await ports.ledger.read();
  const own = ledger.entries.filter((entry) => entry.stack === scope.stack);
  const folders = [places.userAgents, places.globalAgents, places.daemons];
  const paths = [...jobs.map((job) => job.path), ...own.map((entry) => entry.path)];
  const plists = await scanPlists(folders, paths, ports.files, scope.memory);
  const wanted = findWanted(scope, own, plists);
  const domains = domainsOf(wanted, plists, scope);
  const listings = new Map(
    await Promise.all(
      domains.map(async (domain) => [domain, await askDomain(ports.launchctl, domain, scope)] as const),
    ),
  );
  return {
    launchd: places.launchd,
    launchctlCommand: launchctlCommand(places),
    plists,
    jobs: await observeJobs(ports.launchctl, scope, ledger, plists, wanted, listings),
    ledger,
    folders: await findFolders(jobs, ports.files),
    mayChangeSystem: scope.mayChangeSystem,
  };
}

function findWanted(
  scope: ObserveScope,
  own: readonly LedgerEntry[],
  plists: readonly ObservedPlist[],
): readonly Wanted[] {
  const wanted = new Map<string, Wanted>();
  const add = (label: string, domain: Domain): void => {
    wanted.set(`${domain}/${label}`, { label, domain });
  };
  for (const job of scope.jobs) if (!job.excluded) add(job.label, job.domain);
  for (const entry of own) add(entry.label, entry.domain);
  const recorded = new Set(own.map((entry) => entry.label));
  for (const plist of plists) {
    if (plist.marker?.stack !== scope.stack || plist.label === null || recorded.has(plist.label)) continue;
    const domain = domainOfPlist(plist, scope);
    if (domain !== null) add(plist.label, domain);
  }
  return [...wanted.values()].sort(compareWanted);
}

/** The domains of what matters, and those that a plist with one of these labels is made for. */
function domainsOf(
  wanted: readonly Wanted[],
  plists: readonly ObservedPlist[],
  scope: ObserveScope,
): readonly Domain[] {
  const labels = new Set(wanted.map(({ label }) => label));
  const domains = new Set(wanted.map(({ domain }) => domain));
  for (const plist of plists) {
    if (plist.label === null || !labels.has(plist.label)) continue;
    const domain = domainOfPlist(plist, scope);
    if (domain !== null) domains.add(domain);
  }
  return [...domains].sort();
}

/** Where launchd loads the plists of this folder; an agent of session type Background alone belongs to `user/UID`. */
function domainOfPlist(plist: ObservedPlist, scope: ObserveScope): Domain | null {
  const domain = folderDomain(posix.dirname(plist.path), scope.places, scope.uid);
  const types = plist.plist?.entries['LimitLoadToSessionType'];
  const only = isArray(types) && types.length === 1 ? types[0] : types;
  return domain !== null && domain !== 'system' && only === 'Background' ? `user/${scope.uid}` : domain;
}

type Answer = DomainListing | 'no-domain';

async function askDomain(port: Launchctl, domain: Domain, scope: ObserveScope): Promise<Answer> {
  const options = scope.signal === undefined ? {} : { signal: scope.signal };
  const reading = await printDomain(port, domain, options);
  if (reading.state === 'no-domain') return 'no-domain';
  if (reading.state === 'unknown') throw unusable(`print ${domain}`, reading.why, scope);
  if (reading.listing.disabled !== null) return reading.listing;
  const overrides = await printDisabled(port, domain, options);
  if (overrides.state === 'present') return { ...reading.listing, disabled: overrides.disabled };
  const why = overrides.state === 'unknown' ? overrides.why : 'It says that there is no such domain.';
  throw unusable(`print-disabled ${domain}`, why, scope);
}

function unusable(question: string, why: string, { places }: ObserveScope): ReconcileError {
  return new ReconcileError('launchctl/unusable', `launchctl ${question} gave no usable answer: ${why}`, {
    hint: `Run \`${launchctlCommand(places)} ${question}\` yourself to see what it says; nothing was touched. If it is only slow, add --timeout 30s.`,
    exitCode: EXIT.noLaunchctl,
  });
}

async function observeJobs(
  port: Launchctl,
  scope: ObserveScope,
  ledger: Ledger,
  plists: readonly ObservedPlist[],
  wanted: readonly Wanted[],
  listings: ReadonlyMap<Domain, Answer>,
): Promise<readonly ObservedJob[]> {
  const byLabel = groupByLabel(plists);
  // Whether such a job is in need of help, only launchd's own word tells.
  const asked = new Set(scope.jobs.filter(hasLeftovers).map((job) => `${job.domain}/${job.label}`));
  const entries = new Map(ledger.entries.map((entry) => [`${entry.domain}/${entry.label}`, entry]));

  async function observeService({ label, domain }: Wanted, listing: Answer): Promise<ObservedService> {
    if (listing === 'no-domain') return { state: 'no-domain' };
    const listed = Object.hasOwn(listing.services, label) ? listing.services[label] : undefined;
    if (listed === undefined) return { state: 'not-loaded' };
    const target = `${domain}/${label}`;
    const closely = asked.has(target) || (scope.closely?.has(target) ?? false);
    const entry = entries.get(target);
    const withLabel = byLabel.get(label) ?? [];
    const isSameProcess = listed.pid !== null && entry?.proof?.pid === listed.pid;
    // Who looks again and again tells by the runs whether it falls over each time, and no proof holds those.
    const isCounted = closely || (scope.memory !== undefined && isDownBadly(listed));
    const proven =
      scope.refresh === 'proven' && (!isCounted || isSameProcess) && isProven(entry, withLabel, listed.pid);
    if (proven) {
      const ended = /^[0-9]+$/.test(listed.lastExit) ? { lastExitCode: Number(listed.lastExit) } : {};
      return { state: 'proven', pid: listed.pid, ...ended };
    }
    const ask = () =>
      printService(port, domain, label, scope.signal === undefined ? {} : { signal: scope.signal });
    const { memory } = scope;
    if (memory === undefined || scope.refresh === 'full') return ask();
    const [plist] = withLabel;
    const shown = { ...listed, file: withLabel.length === 1 && plist !== undefined ? plist.identity : null };
    const known = rememberedService(memory, target, shown, closely);
    if (known !== undefined) return known;
    const answer = await ask();
    rememberService(memory, target, shown, answer);
    return answer;
  }

  return mapBounded(withDuplicates(wanted, listings), PRINTS_AT_ONCE, async (each): Promise<ObservedJob> => {
    const listing = listings.get(each.domain) ?? 'no-domain';
    const overrides = listing === 'no-domain' ? null : listing.disabled;
    const disabled =
      overrides !== null && Object.hasOwn(overrides, each.label) ? (overrides[each.label] ?? null) : null;
    return { ...each, service: await observeService(each, listing), disabled };
  });
}

function groupByLabel(plists: readonly ObservedPlist[]): ReadonlyMap<string, readonly ObservedPlist[]> {
  const groups = new Map<string, ObservedPlist[]>();
  for (const plist of plists) {
    if (plist.label === null) continue;
    const group = groups.get(plist.label);
    if (group === undefined) groups.set(plist.label, [plist]);
    else group.push(plist);
  }
  return groups;
}

/** A label that matters in one domain and is loaded in another that was asked anyway. */
function withDuplicates(wanted: readonly Wanted[], listings: ReadonlyMap<Domain, Answer>): readonly Wanted[] {
  const all = new Map(wanted.map((each) => [`${each.domain}/${each.label}`, each]));
  for (const [domain, listing] of listings) {
    if (listing === 'no-domain') continue;
    for (const { label } of wanted) {
      if (Object.hasOwn(listing.services, label)) all.set(`${domain}/${label}`, { label, domain });
    }
  }
  return [...all.values()].sort(compareWanted);
}

/** Of the folders that the jobs need, those that are there. A link counts: it is not ours to replace. */
async function findFolders(jobs: readonly Job[], files: Files): Promise<readonly string[]> {
  const needed = new Set(jobs.flatMap((job) => [posix.dirname(job.path), ...job.folders]));
  const found = await mapBounded([...needed].sort(), PRINTS_AT_ONCE, async (path) => {
    const there = await files.identify(path).catch(() => null);
    return there?.kind === 'folder' || there?.kind === 'symlink' ? [path] : [];
  });
  return found.flat();
}

function compareWanted(a: Wanted, b: Wanted): number {
  const one = `${a.label}\n${a.domain}`;
  const other = `${b.label}\n${b.domain}`;
  return one < other ? -1 : one > other ? 1 : 0;
}
