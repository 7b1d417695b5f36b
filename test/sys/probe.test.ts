import { utimesSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Probe } from '../../src/model/health.ts';
import { askAll, createProber } from '../../src/sys/probe.ts';
import { processAge, realProcesses } from '../../src/sys/processes.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

const uid = process.getuid?.() ?? 0;
const prober = createProber({ env: { HOME: '/home/ada', USER: 'ada' }, startsAsOthers: false });
const domain = `gui/${uid}` as const;
const ask = (probe: Probe, timeoutMs = 20_000) => prober.ask(probe, { timeoutMs, domain });

async function listen(server: Server, at: string | number): Promise<number> {
  await new Promise<void>((resolve) => {
    if (typeof at === 'string') server.listen(at, resolve);
    else server.listen(at, '127.0.0.1', resolve);
  });
  onTestFinished(() => void server.close());
  return typeof at === 'string' ? 0 : (server.address() as AddressInfo).port;
}

describe('tcp and unix sockets', () => {
  it('pass where somebody accepts, and fail where nobody does', async () => {
    const server = createServer();
    const port = await listen(server, 0);
    expect(await ask({ kind: 'tcp', host: '127.0.0.1', port })).toEqual({ outcome: 'passed' });
    await new Promise((resolve) => server.close(resolve));
    expect(await ask({ kind: 'tcp', host: '127.0.0.1', port })).toEqual({
      outcome: 'failed',
      reason: `nobody answers on 127.0.0.1:${port}`,
    });
  });

  it('tell a socket that answers, one that is dead, a file and nothing apart', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a.sock');
    expect(await ask({ kind: 'unix_socket', path })).toMatchObject({ reason: `there is no socket ${path}` });
    await listen(createServer(), path);
    expect(await ask({ kind: 'unix_socket', path })).toEqual({ outcome: 'passed' });
    writeFileSync(join(folder, 'file'), '');
    const file = await ask({ kind: 'unix_socket', path: join(folder, 'file') });
    expect(file).toMatchObject({ outcome: 'failed' });
  });
});

describe('http', () => {
  const answering = async (status: number, headers: Record<string, string> = {}) => {
    let requests = 0;
    const server = createHttp((_, response) => {
      requests += 1;
      response.writeHead(status, headers).end('x'.repeat(1_000));
    });
    const port = await listen(server, 0);
    return { url: `http://127.0.0.1:${port}/health`, requests: () => requests };
  };

  it.each([
    [200, null, 'passed'],
    [204, null, 'passed'],
    [404, null, 'failed'],
    [500, null, 'failed'],
    [401, [200, 401], 'passed'],
    [200, [401], 'failed'],
  ])('status %i with %o is %s', async (answer, status, outcome) => {
    const { url } = await answering(answer);
    expect(await ask({ kind: 'http', url, status })).toMatchObject({ outcome });
  });

  it('takes a redirect for an answer, and does not follow it', async () => {
    const here = await answering(200);
    const { url, requests } = await answering(302, { location: here.url });
    expect(await ask({ kind: 'http', url, status: null })).toEqual({ outcome: 'passed' });
    expect([requests(), here.requests()]).toEqual([1, 0]);
  });

  it('fails where nobody listens, and where no answer comes in time', async () => {
    const silent = createServer((socket) => void socket.resume());
    const port = await listen(silent, 0);
    const url = `http://127.0.0.1:${port}/`;
    expect(await ask({ kind: 'http', url, status: null }, 100)).toEqual({
      outcome: 'failed',
      reason: `no answer from ${url} within 0.1 s`,
    });
    await new Promise((resolve) => silent.close(resolve));
    expect(await ask({ kind: 'http', url, status: null })).toEqual({
      outcome: 'failed',
      reason: `nobody answers at ${url}`,
    });
  });
});

describe('a command', () => {
  const sh = (script: string): Probe => ({
    kind: 'command',
    argv: ['/bin/sh', '-c', script],
    cwd: '/tmp',
    env: { PATH: '/usr/bin:/bin', COLOUR: 'green' },
    user: null,
  });

  it('passes with 0, in the folder and with the environment of the job', async () => {
    expect(await ask(sh('[ "$PWD $COLOUR $HOME" = "/tmp green /home/ada" ]'))).toEqual({ outcome: 'passed' });
  });

  it('fails with its code and its last words', async () => {
    expect(await ask(sh('echo first >&2; echo no replica >&2; exit 3'))).toEqual({
      outcome: 'failed',
      reason: '/bin/sh ends with 3: no replica',
    });
    expect(await ask({ ...sh(''), argv: ['/nowhere/at/all'] } as Probe)).toMatchObject({ outcome: 'failed' });
  });

  it('is ended with all that it started when its time is over', async () => {
    const pidFile = join(temporaryFolder(), 'pid');
    const outcome = await ask(sh(`sleep 1000 & echo $! > ${pidFile}; trap "" TERM; wait; wait`), 1_500);
    expect(outcome).toEqual({ outcome: 'failed', reason: '/bin/sh did not end within 1.5 s' });
    const { readFileSync } = await import('node:fs');
    const pid = Number(readFileSync(pidFile, 'utf8'));
    await until(() => !realProcesses.alive(pid));
    expect(realProcesses.alive(pid)).toBe(false);
  });

  it('is not run in the name of another user, unless root does', async () => {
    const other = `gui/${uid + 4_000_000}` as const;
    const outcome = await prober.ask(sh('exit 0'), { timeoutMs: 1_000, domain: other });
    expect(outcome).toMatchObject({ outcome: 'unknown' });
  });
});

describe('a fresh file', () => {
  it('passes when it was written lately', async () => {
    const path = join(temporaryFolder(), 'alive');
    const probe: Probe = { kind: 'fresh_file', path, within: 60 };
    expect(await ask(probe)).toEqual({ outcome: 'failed', reason: `there is no file ${path}` });
    writeFileSync(path, '');
    expect(await ask(probe)).toEqual({ outcome: 'passed' });
    const past = Date.now() / 1_000 - 600;
    utimesSync(path, past, past);
    expect(await ask(probe)).toMatchObject({ outcome: 'failed' });
  });
});

describe('several probes', () => {
  it('all have to pass; a failure says more than what is not known', async () => {
    const path = join(temporaryFolder(), 'alive');
    writeFileSync(path, '');
    const fresh: Probe = { kind: 'fresh_file', path, within: 60 };
    const missing: Probe = { kind: 'fresh_file', path: `${path}.not`, within: 60 };
    const options = { timeoutMs: 5_000, domain };
    expect(await askAll(prober, [fresh, fresh], options)).toEqual({ outcome: 'passed' });
    expect(await askAll(prober, [fresh, missing], options)).toMatchObject({ outcome: 'failed' });
  });
});

describe('the age of a process', () => {
  it('is that of this one, and of none that is not there', async () => {
    const age = await processAge(process.pid);
    expect(Math.abs((age ?? -100) - process.uptime())).toBeLessThan(5);
    expect(await processAge(4_190_000)).toBeNull();
  });
});
