import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstatSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { addressesOf } from '../../src/emulator/sockets/addresses.ts';
import { systemSockets } from '../../src/emulator/sockets/open.ts';
import { inetdStyle, readSockets, type SocketSpec } from '../../src/emulator/sockets/spec.ts';
import type { PlistValue } from '../../src/model/plist.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';
import { definition, when } from './support.ts';

const reading = (sockets: PlistValue): ReturnType<typeof readSockets> =>
  readSockets(definition({ Sockets: sockets }));

describe('the key Sockets', () => {
  it('is read entry by entry, one or several under a name', () => {
    const { specs, problems } = reading(
      when({
        Listeners: when({ SockServiceName: 8080, SockNodeName: '127.0.0.1', Bonjour: true }),
        Both: [
          when({ SockServiceName: 'http', SockFamily: 'IPv6' }),
          when({ SockPathName: '/run/x', SockPathMode: 384 }),
        ],
      }),
    );
    expect(problems).toEqual([]);
    expect(specs).toEqual([
      {
        name: 'Listeners',
        place: { kind: 'internet', host: '127.0.0.1', service: '8080', family: 'any' },
        isBonjour: true,
      },
      {
        name: 'Both',
        place: { kind: 'internet', host: null, service: 'http', family: 'IPv6' },
        isBonjour: false,
      },
      {
        name: 'Both',
        place: { kind: 'unix', path: '/run/x', mode: 0o600, owner: null, group: null },
        isBonjour: false,
      },
    ]);
  });

  it.each([
    ['a datagram', when({ SockType: 'dgram', SockServiceName: 1 }), /only stream sockets.*dgram/],
    ['UDP', when({ SockProtocol: 'UDP', SockServiceName: 1 }), /UDP/],
    ['one that connects', when({ SockPassive: false, SockServiceName: 1 }), /only listening/],
    ['a secure one', when({ SecureSocketWithKey: 'KEY' }), /SecureSocketWithKey/],
    ['no place', when({ SockNodeName: '::1' }), /neither SockServiceName nor SockPathName/],
    ['a relative path', when({ SockPathName: 'run/x' }), /absolute/],
    ['Unix without a path', when({ SockFamily: 'Unix' }), /absolute/],
    ['a path that is too long', when({ SockPathName: `/${'ü'.repeat(60)}` }), /107 bytes/],
    ['a string', 'x', /dictionary/],
  ])('says why not: %s', (_, entry, why) => {
    const { specs, problems } = reading(when({ Bad: entry }));
    expect(specs).toEqual([]);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.why).toMatch(why);
  });

  it('tells inetd’s two styles apart', () => {
    expect(inetdStyle(definition())).toBeNull();
    expect(inetdStyle(definition({ inetdCompatibility: when({ Wait: true }) }))).toBe('wait');
    expect(inetdStyle(definition({ inetdCompatibility: when({ Wait: false }) }))).toBe('nowait');
    expect(inetdStyle(definition({ inetdCompatibility: when({}) }))).toBe('nowait');
  });
});

describe('addresses', () => {
  const tables = {
    hosts: '127.0.0.1 localhost home # here\n::1 localhost\n',
    services: 'http 80/tcp www # web\nhttp 80/udp\nntp 123/udp\n',
  };
  const of = (
    place: Partial<{ host: string | null; service: string; family: 'IPv4' | 'IPv6' | 'IPv4v6' }>,
  ) => {
    const found = addressesOf(
      { kind: 'internet', host: null, service: '1', family: 'any', ...place },
      tables,
    );
    return typeof found === 'string'
      ? found
      : found.map(({ host, port, both }) => `${host} ${port}${both ? ' both' : ''}`);
  };

  it('are every address of the machine, of both families, unless the plist says less', () => {
    expect(of({})).toEqual(['0.0.0.0 1', ':: 1']);
    expect(of({ family: 'IPv4' })).toEqual(['0.0.0.0 1']);
    expect(of({ family: 'IPv4v6' })).toEqual([':: 1 both']);
    expect(of({ host: 'localhost' })).toEqual(['127.0.0.1 1', '::1 1']);
    expect(of({ host: 'localhost', family: 'IPv6' })).toEqual(['::1 1']);
    expect(of({ host: '10.1.2.3' })).toEqual(['10.1.2.3 1']);
  });

  it('have ports by number and by name', () => {
    expect(of({ service: 'www', family: 'IPv4' })).toEqual(['0.0.0.0 80']);
    expect(of({ service: 'ntp' })).toMatch('no port ntp');
    expect(of({ service: '65536' })).toMatch('no port 65536');
  });

  it('are none where the name leads nowhere', () => {
    expect(of({ host: 'elsewhere.example' })).toBe('elsewhere.example is no address of /etc/hosts');
    expect(of({ host: '127.0.0.1', family: 'IPv6' })).toBe('127.0.0.1 is no IPv6 address of /etc/hosts');
  });
});

function unixSpec(path: string, mode: number | null = null): SocketSpec {
  return { name: 'x', isBonjour: false, place: { kind: 'unix', path, mode, owner: null, group: null } };
}

const localSpec = (port: number): SocketSpec => ({
  name: 'x',
  isBonjour: false,
  place: { kind: 'internet', host: '127.0.0.1', service: String(port), family: 'any' },
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Connects, and gives what it is sent up to the end. */
function client(target: { path: string } | { port: number }): {
  readonly socket: Socket;
  readonly text: Promise<string>;
} {
  const socket = connect({ host: '127.0.0.1', ...target });
  let got = '';
  socket.on('data', (chunk) => {
    got += chunk;
  });
  return {
    socket,
    text: new Promise((resolve, reject) => {
      socket.on('end', () => resolve(got));
      socket.on('error', reject);
    }),
  };
}

describe.each(['a path', 'a port'])('a socket that nobody accepts from here, at %s', (where) => {
  it('tells once that somebody waits, and is accepted from by who inherits it, again and again', async () => {
    const target = where === 'a path' ? { path: join(temporaryFolder(), 's') } : { port: await freePort() };
    const { opened, problems } = systemSockets.listen(
      'path' in target ? unixSpec(target.path) : localSpec(target.port),
    );
    expect(problems).toEqual([]);
    const [socket] = opened;
    if (socket === undefined) throw new Error('none');
    onTestFinished(() => socket.close());
    for (let round = 0; round < 3; round += 1) {
      let calls = 0;
      socket.await(() => (calls += 1));
      const { text } = client(target);
      await until(() => calls === 1);
      // More that come while nobody accepts are not told again.
      const second = client(target);
      await once(second.socket, 'connect');
      socket.rest();
      const child = spawn(
        process.execPath,
        ['-e', 'require("net").createServer((c) => c.end("served")).listen({ fd: 3 })'],
        { stdio: ['ignore', 'ignore', 'inherit', socket.fd] },
      );
      const over = once(child, 'exit');
      expect(await text).toBe('served');
      expect(await second.text).toBe('served');
      child.kill();
      await over;
      expect(calls).toBe(1);
    }
  });

  it('can be awaited anew from within the call, and does not forget who still waits', async () => {
    const target = where === 'a path' ? { path: join(temporaryFolder(), 's') } : { port: await freePort() };
    const { opened } = systemSockets.listen(
      'path' in target ? unixSpec(target.path) : localSpec(target.port),
    );
    const [socket] = opened;
    onTestFinished(() => socket?.close());
    let calls = 0;
    const again = (): void => {
      calls += 1;
      socket?.rest();
      if (calls < 50) socket?.await(again);
    };
    socket?.await(again);
    const early = client(target);
    early.text.catch(() => {});
    await until(() => calls === 50);
  });

  it('is told at once when somebody has waited before', async () => {
    const target = where === 'a path' ? { path: join(temporaryFolder(), 's') } : { port: await freePort() };
    const { opened } = systemSockets.listen(
      'path' in target ? unixSpec(target.path) : localSpec(target.port),
    );
    const [socket] = opened;
    onTestFinished(() => socket?.close());
    const early = client(target);
    early.text.catch(() => {});
    await once(early.socket, 'connect');
    let called = false;
    socket?.await(() => {
      called = true;
    });
    await until(() => called);
  });
});

describe('a socket on every address', () => {
  it('is one for each family that the machine has, on the same port', async () => {
    const port = await freePort();
    const { opened, problems } = systemSockets.listen({
      name: 'x',
      isBonjour: false,
      place: { kind: 'internet', host: null, service: String(port), family: 'any' },
    });
    onTestFinished(() => {
      for (const socket of opened) socket.close();
    });
    expect(problems).toEqual([]);
    expect([1, 2]).toContain(opened.length);
    let calls = 0;
    opened[0]?.await(() => (calls += 1));
    const { text } = client({ port });
    text.catch(() => {});
    await until(() => calls === 1);
  });
});

describe('a socket’s file', () => {
  it('has its mode, replaces a stale one, and goes with the socket', () => {
    const path = join(temporaryFolder(), 's');
    const first = systemSockets.listen(unixSpec(path, 0o600)).opened[0];
    expect(lstatSync(path).mode & 0o7777).toBe(0o600);
    const second = systemSockets.listen(unixSpec(path, 0o666)).opened[0];
    expect(lstatSync(path).mode & 0o7777).toBe(0o666);
    // It is another's by now.
    first?.close();
    expect(lstatSync(path).isSocket()).toBe(true);
    second?.close();
    expect(lstatSync(path, { throwIfNoEntry: false })).toBeUndefined();
  });

  it('is not made in the place of another file, or nowhere', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'file');
    writeFileSync(path, 'mine');
    expect(systemSockets.listen(unixSpec(path))).toMatchObject({
      opened: [],
      problems: [`${path}: EADDRINUSE: address already in use`],
    });
    expect(lstatSync(path).isFile()).toBe(true);
    expect(systemSockets.listen(unixSpec(join(folder, 'no', 's'))).problems[0]).toMatch(/EACCES|ENOENT/);
  });

  it('a port that is taken is a problem, too', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    const { opened, problems } = systemSockets.listen(localSpec(port));
    expect(opened).toEqual([]);
    expect(problems).toEqual([`127.0.0.1 port ${port}: EADDRINUSE: address already in use`]);
  });
});
