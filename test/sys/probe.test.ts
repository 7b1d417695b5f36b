import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
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
    expect(file).toEqual({ outcome: 'failed', reason: `${join(folder, 'file')} is no socket` });
  });

  it('name a host that nobody knows', async () => {
    expect(await ask({ kind: 'tcp', host: 'nobody.invalid', port: 80 })).toEqual({
      outcome: 'failed',
      reason: expect.stringMatching(
        /^no address is known for nobody\.invalid:80 \((?:ENOTFOUND|EAI_AGAIN)\)$/,
      ),
    });
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

  it('has weeks to answer where that is declared', async () => {
    const server = createHttp((_, response) => void setImmediate(() => response.end()));
    const url = `http://127.0.0.1:${await listen(server, 0)}/`;
    const weeks = 40 * 86_400_000;
    for (let count = 0; count < 5; count++)
      expect(await ask({ kind: 'http', url, status: null }, weeks)).toEqual({ outcome: 'passed' });
    expect(await ask({ kind: 'tcp', host: '127.0.0.1', port: Number(new URL(url).port) }, weeks)).toEqual({
      outcome: 'passed',
    });
  });

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
    expect(await ask({ kind: 'http', url, status: null }, 98.7654321)).toEqual({
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

describe('an address of a page', () => {
  it('is told without a password and without what is asked for', async () => {
    expect(
      await ask({ kind: 'http', url: 'http://me:hunter2@127.0.0.1:1/a?token=abc', status: null }),
    ).toEqual({
      outcome: 'failed',
      reason: 'nobody answers at http://127.0.0.1:1/a?…',
    });
  });

  it('is told where somebody speaks another language', async () => {
    const port = await listen(
      createServer((socket) => void socket.on('error', () => {}).end('SSH-2.0-somebody\r\n')),
      0,
    );
    const at = async (url: string): Promise<unknown> => ask({ kind: 'http', url, status: null });
    expect(await at(`http://127.0.0.1:${port}/`)).toMatchObject({
      reason: expect.stringContaining('does not speak HTTP'),
    });
    expect(await at(`https://127.0.0.1:${port}/`)).toMatchObject({
      reason: expect.stringContaining('does not speak TLS'),
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

  it('is judged by its own end, however much it says and whatever it leaves running', async () => {
    const pidFile = join(temporaryFolder(), 'pid');
    expect(await ask(sh(`sleep 1000 & echo $! > ${pidFile}`))).toEqual({ outcome: 'passed' });
    await until(() => !realProcesses.alive(Number(readFileSync(pidFile, 'utf8'))));
    expect(await ask(sh('head -c 3000000 /dev/zero | tr "\\0" x'))).toEqual({ outcome: 'passed' });
    expect(await ask(sh('kill -SEGV $$'))).toEqual({
      outcome: 'failed',
      reason: '/bin/sh was ended by SIGSEGV',
    });
  });

  it('tells no secret that it says', async () => {
    expect(await ask(sh('echo "refused: API_TOKEN=abcdef of https://u:pw@host/" >&2; exit 1'))).toMatchObject(
      {
        reason: '/bin/sh ends with 1: refused: *** of ***',
      },
    );
  });

  it('is ended with all that it started when its time is over', async () => {
    const pidFile = join(temporaryFolder(), 'pid');
    const outcome = await ask(sh(`sleep 1000 & echo $! > ${pidFile}; trap "" TERM; wait; wait`), 1_500);
    expect(outcome).toEqual({ outcome: 'failed', reason: '/bin/sh did not end within 1.5 s' });
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
    expect(await ask(probe)).toEqual({
      outcome: 'failed',
      reason: `${path} was last written 10 min ago, and 1 min are allowed`,
    });
  });

  it('fails with a date that is yet to come, and with a folder', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'alive');
    writeFileSync(path, '');
    const at = (seconds: number): void =>
      utimesSync(path, Date.now() / 1_000 + seconds, Date.now() / 1_000 + seconds);
    at(30);
    expect(await ask({ kind: 'fresh_file', path, within: 60 })).toEqual({ outcome: 'passed' });
    at(864_000);
    expect(await ask({ kind: 'fresh_file', path, within: 60 })).toEqual({
      outcome: 'failed',
      reason: `${path} is dated 10 days ahead of now`,
    });
    expect(await ask({ kind: 'fresh_file', path: folder, within: 60 })).toEqual({
      outcome: 'failed',
      reason: `${folder} is a folder, not a file`,
    });
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
