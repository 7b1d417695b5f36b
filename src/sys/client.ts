import { isAbsolute } from 'node:path';
import { type CallOutcome, decidingCode, outcomeOf, type Verb } from '../launchd/codes.ts';
import { serviceTarget } from '../launchd/domains.ts';
import { parseDisabled } from '../launchd/print-disabled.ts';
import { parseDomainListing } from '../launchd/print-domain.ts';
import { parseService } from '../launchd/print-service.ts';
import { DEFAULT_THROTTLE } from '../launchd/throttle.ts';
import type { Domain } from '../model/domain.ts';
import type { DomainListing, Service } from '../model/service.ts';
import type { CallResult, Launchctl } from './ports.ts';

// Modern verbs only, each with an explicit domain and, where it is about a job, a label that cannot be empty:
// `serviceTarget` throws on one, since `bootout gui/501/` would log the user out.

export interface CallOptions {
  /** Default: that of the port. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

/** What a call that changes something came to. None of them says that a job runs: only `print` does. */
export interface Answer {
  readonly verb: Verb;
  readonly outcome: CallOutcome;
  /** The number that decides (facts §3.4); null without an answer. */
  readonly code: number | null;
  readonly timedOut: boolean;
}

/** Loads a plist, which lies at an absolute path, into a domain. */
export async function bootstrap(
  port: Launchctl,
  domain: Domain,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  if (!isAbsolute(path)) throw new RangeError(`not an absolute path: "${path}"`);
  return change(port, 'bootstrap', ['bootstrap', domain, path], options);
}

/** Ports whose launchctl has turned out to know no `bootout --wait`: it came with macOS 26 (facts §3.4). */
const withoutWait = new WeakSet<Launchctl>();

/**
 * Takes a job out of launchd. Its label may stay until its process has ended (facts §3.5): a launchctl that knows how is
 * asked to wait for that, within the time limit of the call, and one that does not is not asked again.
 */
export async function bootout(
  port: Launchctl,
  domain: Domain,
  label: string,
  options: CallOptions = {},
): Promise<Answer> {
  const target = serviceTarget(domain, label);
  if (!withoutWait.has(port)) {
    const result = await port.call(['bootout', '--wait', target], options);
    if (!isUnknownOption(result)) return toAnswer('bootout', result);
    withoutWait.add(port);
  }
  return change(port, 'bootout', ['bootout', target], options);
}

/** An older launchctl takes the option for a target, and does nothing. */
function isUnknownOption({ code, stdout, stderr }: CallResult): boolean {
  return (
    code !== 0 && /^(Unrecognized target specifier|Usage: launchctl bootout)/m.test(`${stdout}\n${stderr}`)
  );
}

export async function enable(
  port: Launchctl,
  domain: Domain,
  label: string,
  options: CallOptions = {},
): Promise<Answer> {
  return change(port, 'enable', ['enable', serviceTarget(domain, label)], options);
}

export async function disable(
  port: Launchctl,
  domain: Domain,
  label: string,
  options: CallOptions = {},
): Promise<Answer> {
  return change(port, 'disable', ['disable', serviceTarget(domain, label)], options);
}

/** Starts a loaded job now; with `kill`, ends a running one first. It may block until the throttle is over (facts §2.6). */
export async function kickstart(
  port: Launchctl,
  domain: Domain,
  label: string,
  options: CallOptions & { readonly kill?: boolean; readonly throttleSeconds?: number } = {},
): Promise<Answer> {
  const { kill: killFirst = false, throttleSeconds = DEFAULT_THROTTLE, ...rest } = options;
  const flags = killFirst ? ['-k'] : [];
  return change(port, 'kickstart', ['kickstart', ...flags, serviceTarget(domain, label)], {
    timeoutMs: (throttleSeconds + 10) * 1000,
    ...rest,
  });
}

/** Sends a signal, by its name (`SIGTERM`) or number, to the job's process. */
export async function kill(
  port: Launchctl,
  domain: Domain,
  label: string,
  signal: string,
  options: CallOptions = {},
): Promise<Answer> {
  return change(port, 'kill', ['kill', signal, serviceTarget(domain, label)], options);
}

async function change(
  port: Launchctl,
  verb: Verb,
  args: readonly string[],
  options: CallOptions,
): Promise<Answer> {
  return toAnswer(verb, await port.call(args, options));
}

function toAnswer(verb: Verb, { code, stderr, timedOut }: CallResult): Answer {
  return {
    verb,
    outcome: outcomeOf(verb, code, stderr),
    code: decidingCode(code, stderr),
    timedOut,
  };
}

export type ServiceReading =
  | { readonly state: 'loaded'; readonly service: Service }
  | { readonly state: 'not-loaded' }
  | { readonly state: 'no-domain' }
  /** The answer cannot be trusted: never absent, never fine. `why` is a sentence. */
  | { readonly state: 'unknown'; readonly why: string };

/** What launchd has under a label in a domain. 112 (no domain) is not 113 (no job). */
export async function printService(
  port: Launchctl,
  domain: Domain,
  label: string,
  options: CallOptions = {},
): Promise<ServiceReading> {
  const result = await port.call(['print', serviceTarget(domain, label)], options);
  const outcome = outcomeOf('print', result.code, result.stderr);
  if (outcome === 'not-loaded' || outcome === 'no-domain') return { state: outcome };
  if (outcome !== 'done') return { state: 'unknown', why: whyNoAnswer('print', result) };
  const reading = parseService(result.stdout, { domain, label });
  return reading.ok ? { state: 'loaded', service: reading.service } : { state: 'unknown', why: reading.why };
}

export type DomainReading =
  | { readonly state: 'present'; readonly listing: DomainListing }
  | { readonly state: 'no-domain' }
  | { readonly state: 'unknown'; readonly why: string };

/** Every job loaded in a domain, in one call. */
export async function printDomain(
  port: Launchctl,
  domain: Domain,
  options: CallOptions = {},
): Promise<DomainReading> {
  const result = await port.call(['print', domain], options);
  const outcome = outcomeOf('print', result.code, result.stderr);
  if (outcome === 'no-domain') return { state: 'no-domain' };
  if (outcome !== 'done') return { state: 'unknown', why: whyNoAnswer('print', result) };
  const reading = parseDomainListing(result.stdout, domain);
  return reading.ok ? { state: 'present', listing: reading.listing } : { state: 'unknown', why: reading.why };
}

export type DisabledReading =
  /** Label → true when disabled. A label that is not there is enabled. */
  | { readonly state: 'present'; readonly disabled: Readonly<Record<string, boolean>> }
  | { readonly state: 'no-domain' }
  | { readonly state: 'unknown'; readonly why: string };

/** The override database of a domain; `gui/UID` and `user/UID` share one (facts §3.1). */
export async function printDisabled(
  port: Launchctl,
  domain: Domain,
  options: CallOptions = {},
): Promise<DisabledReading> {
  const result = await port.call(['print-disabled', domain], options);
  const outcome = outcomeOf('print-disabled', result.code, result.stderr);
  if (outcome === 'no-domain') return { state: 'no-domain' };
  if (outcome !== 'done') return { state: 'unknown', why: whyNoAnswer('print-disabled', result) };
  const reading = parseDisabled(result.stdout);
  return reading.ok
    ? { state: 'present', disabled: reading.disabled }
    : { state: 'unknown', why: reading.why };
}

/** A sentence on a question that got no usable answer. */
function whyNoAnswer(verb: Verb, { code, stderr, timedOut }: CallResult): string {
  if (timedOut) return `launchctl ${verb} did not answer in time.`;
  if (code === null) return `launchctl ${verb} was ended by a signal, or said more than can be believed.`;
  const said = stderr.trim().split('\n')[0] ?? '';
  return `launchctl ${verb} ended with ${code}${said === '' ? '' : `: ${said.replace(/\.$/, '')}`}.`;
}
