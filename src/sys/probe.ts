import { stat } from 'node:fs/promises';
import { connect, type NetConnectOpts } from 'node:net';
import { ageText, formatSeconds } from '../launchd/time-words.ts';
import type { Probe, ProbeOutcome } from '../model/health.ts';
import { timerMs } from './clock.ts';
import { failed, inSeconds, PASSED, type ProbeOptions, unknown, wayWords } from './probe-answer.ts';
import { type ProberOptions, runCommand } from './probe-command.ts';
import { askPage } from './probe-page.ts';

/** Asks running jobs how they are. Changes nothing, and never throws: what cannot be asked is `unknown`. */
export interface Prober {
  ask(probe: Probe, options: ProbeOptions): Promise<ProbeOutcome>;
}

/** All that a health check asks, at once: passed if each passed, else the first that did not, in their order. */
export async function askAll(
  prober: Prober,
  probes: readonly Probe[],
  options: ProbeOptions,
): Promise<ProbeOutcome> {
  const outcomes = await Promise.all(probes.map((probe) => prober.ask(probe, options)));
  return (
    outcomes.find(({ outcome }) => outcome === 'failed') ??
    outcomes.find(({ outcome }) => outcome === 'unknown') ?? { outcome: 'passed' }
  );
}

export function createProber(prober: ProberOptions): Prober {
  return {
    async ask(probe, options) {
      switch (probe.kind) {
        case 'tcp':
          return askSocket(probe, addressText(probe.host, probe.port), options);
        case 'unix_socket':
          return askSocket({ path: probe.path }, probe.path, options);
        case 'http':
          return askPage(probe, options);
        case 'fresh_file':
          return lookAtFile(probe.path, probe.within);
        case 'command':
          return runCommand(probe, options, prober);
      }
    },
  };
}

/** `127.0.0.1:8080`, `[::1]:8080`. */
export function addressText(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What connecting to a socket came to: Node's code (`ECONNREFUSED`, `ENOENT`, …), `accepted`, or `timeout`. */
export function tryConnect(
  to: NetConnectOpts,
  { timeoutMs, signal }: Pick<ProbeOptions, 'timeoutMs' | 'signal'>,
): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(to);
    const end = (what: string): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.destroy();
      resolve(what);
    };
    const onAbort = (): void => end('aborted');
    const timer = setTimeout(() => end('timeout'), timerMs(timeoutMs));
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('connect', () => end('accepted'));
    socket.on('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    if (signal?.aborted) end('aborted');
  });
}

async function askSocket(to: NetConnectOpts, name: string, options: ProbeOptions): Promise<ProbeOutcome> {
  const what = await tryConnect(to, options);
  switch (what) {
    case 'accepted':
      return PASSED;
    case 'ECONNREFUSED':
      // Linux says the same of what is no socket at all.
      return failed((await isOther(to)) ? `${name} is no socket` : `nobody answers on ${name}`);
    case 'ENOENT':
      return failed(`there is no socket ${name}`);
    case 'ENOTSOCK':
      return failed(`${name} is no socket`);
    case 'timeout':
      return failed(`no answer on ${name} within ${inSeconds(options.timeoutMs)}`);
    case 'EACCES':
    case 'EPERM':
      return unknown(`connecting to ${name} is not permitted to you`);
    case 'aborted':
      return unknown('interrupted');
    default:
      return failed(wayWords(what, name) ?? `connecting to ${name} fails with ${what}`);
  }
}

async function isOther(to: NetConnectOpts): Promise<boolean> {
  if (!('path' in to)) return false;
  const found = await stat(to.path).catch(() => null);
  return found !== null && !found.isSocket();
}

/** A date ahead of now says nothing of when it was written. */
async function lookAtFile(path: string, within: number): Promise<ProbeOutcome> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return failed(`${path} is a folder, not a file`);
    const age = Math.floor((Date.now() - found.mtimeMs) / 1_000);
    if (age > within)
      return failed(`${path} was last written ${ageText(age)} ago, and ${formatSeconds(within)} are allowed`);
    return age >= -within ? PASSED : failed(`${path} is dated ${ageText(-age)} ahead of now`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? failed(`there is no file ${path}`)
      : unknown(`${path} cannot be looked at (${code})`);
  }
}
