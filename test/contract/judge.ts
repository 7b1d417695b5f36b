import { expect } from 'vitest';
import { parseDisabled } from '../../src/launchd/print-disabled.ts';
import { parseDomainListing } from '../../src/launchd/print-domain.ts';
import { parseService } from '../../src/launchd/print-service.ts';
import { compareView } from '../../src/launchd/view.ts';
import type { Domain } from '../../src/model/domain.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import type { DomainListing, Service } from '../../src/model/service.ts';
import type { Answer, Job, Port } from './port.ts';
import { expectCanonicalOrder } from './print-order.ts';

/** A dictionary. */
export function map(entries: Readonly<Record<string, PlistValue>>): PlistValue {
  return dict(Object.entries(entries));
}

export const SILENT: Answer = { code: 0, stdout: '', stderr: '' };

/** Texts of facts §3.4, for the codes that are looked at here and whose words are known. */
export const TEXT: Readonly<Record<number, string>> = {
  3: 'No such process',
  5: 'Input/output error',
  17: 'File exists',
  36: 'Operation now in progress',
  37: 'Operation already in progress',
  77: 'No locks available',
  108: 'Invalid path',
  109: 'Invalid property list',
  110: 'Invalid or missing service identifier',
  111: 'Invalid or missing Program/ProgramArguments',
  112: 'Could not find specified domain',
  113: 'Could not find specified service',
  119: 'Service is disabled',
  122: 'Path had bad ownership/permissions',
  125: 'Domain does not support specified action',
  127: 'The specified service did not ship with the operating system',
  133: 'Multiple errors were returned; see stderr',
  134: 'Service cannot load in requested session',
  150: 'Operation not permitted while System Integrity Protection is engaged',
};

/** Sample errors/bootstrap-5-hint. */
const HINT = 'Try re-running the command as root for richer errors.';

/**
 * A refusal with one of these codes, as root reads it; whoever is not root may get 5 instead, with a hint (facts §3.4). The
 * exit status, the number in the last line and its words agree; lines before it are `PATH: TEXT` (facts §3.3).
 */
export function expectRefused(port: Port, answer: Answer, what: string, codes: readonly number[]): number {
  const { code, stdout, stderr } = answer;
  expect(port.root ? codes : [...codes, 5], stderr).toContain(code);
  expect(stdout).toBe('');
  expect(stderr.endsWith('\n')).toBe(true);
  const lines = stderr.slice(0, -1).split('\n');
  if (lines.at(-1) === HINT) {
    expect(code).toBe(5);
    lines.pop();
  }
  const text = TEXT[code ?? 0];
  if (text === undefined) expect(lines.pop()).toMatch(new RegExp(`^${what}: ${code}: [A-Z]`));
  else expect(lines.pop()).toBe(`${what}: ${code}: ${text}`);
  for (const line of lines) expect(line).toMatch(/^\/[^:]+: [A-Z]/);
  return code ?? 0;
}

export function target(port: Port, job: Job, domain: Domain = port.gui): string {
  return `${domain}/${job.label}`;
}

/** Loads jobs, in one call, which says nothing (facts §3.3). */
export async function load(port: Port, ...jobs: readonly Job[]): Promise<void> {
  expect(await port.call('bootstrap', port.gui, ...jobs.map(({ path }) => path))).toEqual(SILENT);
}

/** What `print` says of a loaded job, and its text. */
export interface Printed extends Service {
  readonly text: string;
  /** Depth-1 lines with a value, in order: `state = running`. */
  readonly lines: readonly string[];
}

/**
 * `print DOMAIN/LABEL` of a loaded job. Whatever is asked, the text must be one that our own reader understands, in the order
 * of facts §4.1, and show the very plist that was loaded.
 */
export async function printed(port: Port, job: Job, domain: Domain = port.gui): Promise<Printed> {
  const { code, stdout, stderr } = await port.call('print', `${domain}/${job.label}`);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const reading = parseService(stdout, { domain, label: job.label });
  if (!reading.ok) throw new Error(`${reading.why}\n${stdout}`);
  const verdicts = compareView(job.plist, reading.service, { path: job.path, domain });
  expect(
    verdicts.filter(({ verdict }) => verdict === 'different'),
    stdout,
  ).toEqual([]);
  expectCanonicalOrder(port, stdout);
  return {
    ...reading.service,
    text: stdout,
    lines: stdout.split('\n').flatMap((line) => (/^\t[^\t].* = /.test(line) ? [line.slice(1)] : [])),
  };
}

/** The lines of a depth-1 block, without its indentation and blank lines; null when it was not printed. */
export function blockOf({ blocks }: Printed, name: string): readonly string[] | null {
  return blocks[name]?.lines.filter((line) => line.trim() !== '') ?? null;
}

/** Waits until `print` shows what is looked for. */
export function printedWhen(
  port: Port,
  job: Job,
  what: string,
  holds: (service: Printed) => boolean,
  seconds?: number,
): Promise<Printed> {
  return port.wait(
    `${job.label}: ${what}`,
    async () => {
      const service = await printed(port, job);
      return holds(service) ? service : null;
    },
    seconds,
  );
}

export function whenRunning(port: Port, job: Job, runs = 1): Promise<Printed> {
  return printedWhen(
    port,
    job,
    `run ${runs}`,
    (service) => service.state === 'running' && service.runs === runs,
  );
}

/** Loads a job that runs at once, and waits until its process is what it will be. */
export async function loadRunning(port: Port, job: Job): Promise<Printed> {
  await load(port, job);
  const service = await whenRunning(port, job);
  await port.ready(job);
  return service;
}

/** Waits until it has ended and stays down. */
export function whenDown(port: Port, job: Job): Promise<Printed> {
  return printedWhen(
    port,
    job,
    'an end',
    (service) => service.state === 'not running' && service.lastExit !== null,
  );
}

/** Waits until `print` answers 113: the label is gone. */
export async function whenGone(port: Port, job: Job, domain: Domain = port.gui): Promise<void> {
  await port.wait(`${job.label} to be gone`, async () => {
    const { code } = await port.call('print', `${domain}/${job.label}`);
    expect([0, 113]).toContain(code);
    return code === 113 ? true : null;
  });
}

/** `print DOMAIN`, read. */
export async function listing(
  port: Port,
  domain: Domain,
): Promise<DomainListing & { readonly text: string }> {
  const { code, stdout, stderr } = await port.call('print', domain);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const reading = parseDomainListing(stdout, domain);
  if (!reading.ok) throw new Error(`${reading.why}\n${stdout}`);
  return { ...reading.listing, text: stdout };
}

/** `print-disabled DOMAIN`, read: label → true when disabled. */
export async function overrides(
  port: Port,
  domain: Domain,
): Promise<{ readonly text: string; readonly disabled: Readonly<Record<string, boolean>> }> {
  const { code, stdout, stderr } = await port.call('print-disabled', domain);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const reading = parseDisabled(stdout);
  if (!reading.ok) throw new Error(`${reading.why}\n${stdout}`);
  return { text: stdout, disabled: reading.disabled };
}

/**
 * Lets launchd itself tell the time: returns when a job that restarts each second has done so `times` times more. What did
 * not happen by then does not happen.
 */
export async function letPass(port: Port, name: string, times: number): Promise<void> {
  const metronome = port.job(
    `${name}-metronome`,
    { kind: 'ends', how: { code: 0 } },
    { KeepAlive: true, ThrottleInterval: 1 },
  );
  await load(port, metronome);
  await port.wait(`${times} more runs of a neighbour`, async () =>
    (await port.starts(metronome)).length > times ? true : null,
  );
  await port.call('bootout', target(port, metronome));
}
