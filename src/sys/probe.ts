import { stat } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type NetConnectOpts } from 'node:net';
import { domainUid } from '../launchd/domains.ts';
import type { Domain } from '../model/domain.ts';
import type { Probe, ProbeOutcome } from '../model/health.ts';
import { findAccount } from './accounts.ts';
import { type RunOptions, runProgram } from './exec.ts';

export interface ProbeOptions {
  /** Of each probe. */
  readonly timeoutMs: number;
  /** Of the job: as whose user a command is run. */
  readonly domain: Domain;
  readonly signal?: AbortSignal;
}

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

const PASSED: ProbeOutcome = { outcome: 'passed' };
const failed = (reason: string): ProbeOutcome => ({ outcome: 'failed', reason });
const unknown = (reason: string): ProbeOutcome => ({ outcome: 'unknown', reason });

export interface ProberOptions {
  /** Of the caller: HOME and USER of a command that runs as the caller. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** launchd runs daemons as root and other users: the Mac's own, or any when we are root. */
  readonly startsAsOthers: boolean;
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
    const timer = setTimeout(() => end('timeout'), timeoutMs);
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
      return failed(`nobody answers on ${name}`);
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
      return failed(`connecting to ${name} fails with ${what}`);
  }
}

/** One request, of which only the status counts; a redirect is not followed, and no connection is kept. */
function askPage(
  { url, status }: Extract<Probe, { kind: 'http' }>,
  { timeoutMs, signal }: ProbeOptions,
): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    let request: ClientRequest | null = null;
    const end = (outcome: ProbeOutcome): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      request?.destroy();
      resolve(outcome);
    };
    const onAbort = (): void => end(unknown('interrupted'));
    const timer = setTimeout(
      () => end(failed(`no answer from ${url} within ${inSeconds(timeoutMs)}`)),
      timeoutMs,
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    const make = url.startsWith('https:') ? httpsRequest : httpRequest;
    try {
      request = make(url, {
        agent: false,
        headers: { 'user-agent': 'reconcile-healthcheck', connection: 'close' },
      });
    } catch (error) {
      end(failed(`${url} cannot be asked: ${(error as Error).message}`));
      return;
    }
    request.on('error', (error: NodeJS.ErrnoException) =>
      end(
        failed(
          error.code === 'ECONNREFUSED'
            ? `nobody answers at ${url}`
            : `${url} cannot be reached (${error.code ?? error.message})`,
        ),
      ),
    );
    request.on('response', ({ statusCode = 0 }) => {
      const isWell = status === null ? statusCode >= 200 && statusCode < 400 : status.includes(statusCode);
      end(isWell ? PASSED : failed(`${url} answers with status ${statusCode}`));
    });
    request.end();
  });
}

async function lookAtFile(path: string, within: number): Promise<ProbeOutcome> {
  try {
    const age = Math.max(0, Math.floor((Date.now() - (await stat(path)).mtimeMs) / 1_000));
    return age <= within
      ? PASSED
      : failed(`${path} was last written ${age} s ago, and ${within} s are allowed`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? failed(`there is no file ${path}`)
      : unknown(`${path} cannot be looked at (${code})`);
  }
}

/** As the user of the job, and as nobody else: root takes that user's rights, and others cannot. */
async function runCommand(
  { argv, cwd, env: own, user }: Extract<Probe, { kind: 'command' }>,
  { timeoutMs, domain, signal }: ProbeOptions,
  prober: ProberOptions,
): Promise<ProbeOutcome> {
  const [program = '', ...args] = argv;
  const who = identityFor(user, domain, prober);
  if (who === null)
    return unknown(`its command is to run as ${user ?? 'another user'}, which only root can arrange`);
  try {
    const run = await runProgram(program, args, {
      cwd,
      env: { ...who.env, ...own },
      timeoutMs,
      outputLimit: 1024 * 1024,
      ...(signal === undefined ? {} : { signal }),
      ...(who.as === undefined ? {} : { as: who.as }),
    });
    const words = lastLine(run.stderr) ?? lastLine(run.stdout);
    const said = words === null ? '' : `: ${words}`;
    switch (run.end) {
      case 'exited':
        return run.code === 0 ? PASSED : failed(`${program} ends with ${run.code}${said}`);
      case 'timed-out':
        return failed(`${program} did not end within ${inSeconds(timeoutMs)}`);
      case 'aborted':
        return unknown('interrupted');
      default:
        return failed(`${program} was ended by a signal, or said more than can be read${said}`);
    }
  } catch (error) {
    return failed(`${program} cannot be run (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}

interface Who {
  readonly as?: NonNullable<RunOptions['as']>;
  readonly env: Readonly<Record<string, string>>;
}

/** Null: we may not run anything as that user, or there is none of that name. */
function identityFor(
  user: string | null,
  domain: Domain,
  { env, startsAsOthers }: ProberOptions,
): Who | null {
  const ours = process.getuid?.() ?? 0;
  const asked = domainUid(domain) ?? (startsAsOthers ? (user ?? 0) : ours);
  if (asked === ours) {
    const known = ['HOME', 'USER', 'LOGNAME'].flatMap((name) => (env[name] ? [[name, env[name]]] : []));
    return { env: Object.fromEntries(known) };
  }
  const account = findAccount(asked);
  if (account === null || (ours !== 0 && account.uid !== ours)) return null;
  const { uid, gid, home, name } = account;
  return {
    ...(uid === ours ? {} : { as: { uid, gid } }),
    env: { HOME: home, USER: name, LOGNAME: name },
  };
}

const SHOWN = 160;

/** What a program said last, on one line of a bearable length. */
function lastLine(text: string): string | null {
  const line = text.trimEnd().split('\n').at(-1)?.trim() ?? '';
  if (line === '') return null;
  return line.length > SHOWN ? `${line.slice(0, SHOWN)}…` : line;
}

function inSeconds(ms: number): string {
  return `${ms / 1_000} s`;
}
