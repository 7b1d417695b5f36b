import { type ClientRequest, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Probe, ProbeOutcome } from '../model/health.ts';
import { timerMs } from './clock.ts';
import { failed, inSeconds, PASSED, type ProbeOptions, unknown, wayWords } from './probe-answer.ts';

/** One request, of which only the status counts; a redirect is not followed, and no connection is kept. */
export function askPage(
  { url, status }: Extract<Probe, { kind: 'http' }>,
  { timeoutMs, signal }: ProbeOptions,
): Promise<ProbeOutcome> {
  const name = shownUrl(url);
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
      () => end(failed(`no answer from ${name} within ${inSeconds(timeoutMs)}`)),
      timerMs(timeoutMs),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    const make = url.startsWith('https:') ? httpsRequest : httpRequest;
    try {
      request = make(url, {
        agent: false,
        headers: { 'user-agent': 'reconcile-healthcheck', connection: 'close' },
      });
    } catch (error) {
      end(failed(`${name} cannot be asked: ${(error as Error).message}`));
      return;
    }
    request.on('error', ({ code, message }: NodeJS.ErrnoException) =>
      end(failed(errorWords(code ?? message, name))),
    );
    request.on('response', ({ statusCode = 0 }) => {
      const isWell = status === null ? statusCode >= 200 && statusCode < 400 : status.includes(statusCode);
      end(isWell ? PASSED : failed(`${name} answers with status ${statusCode}`));
    });
    request.end();
  });
}

/** A password or a token in an address is for whom it is asked, and for nobody who reads what came of it. */
function shownUrl(url: string): string {
  const { protocol, host, pathname, search } = new URL(url);
  return `${protocol}//${host}${pathname}${search === '' ? '' : '?…'}`;
}

function errorWords(code: string, name: string): string {
  if (code === 'ECONNREFUSED') return `nobody answers at ${name}`;
  if (code === 'ECONNRESET') return `${name} closes the connection without an answer`;
  if (code.startsWith('HPE_')) return `what answers at ${name} does not speak HTTP (${code})`;
  if (/CERT|SIGNATURE/.test(code)) return `the certificate of ${name} is not trusted (${code})`;
  if (/^(?:EPROTO|ERR_SSL_)/.test(code)) return `what answers at ${name} does not speak TLS (${code})`;
  return wayWords(code, name) ?? `${name} cannot be reached (${code})`;
}
