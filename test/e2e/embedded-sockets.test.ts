import { once } from 'node:events';
import { existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { alive, openWorld, shell } from '../support/embedded-world.ts';

// Sockets with real connections and processes (facts §2.8).

const world = openWorld();
afterAll(() => world.close());

const soon = { timeout: 30_000, interval: 50 };

type Target = { readonly path: string } | { readonly port: number };

/** Says something, and gives the answer up to its end. */
function ask(target: Target, question = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', ...target });
    let got = '';
    socket.on('data', (chunk) => {
      got += chunk;
    });
    socket.on('end', () => resolve(got));
    socket.on('error', reject);
    socket.end(question);
  });
}

async function connected(target: Target): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', ...target });
  await once(socket, 'connect');
  return socket;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

const rests = (label: string, runs: number): Promise<void> =>
  vi.waitFor(async () => {
    expect(await world.field(label, 'runs')).toBe(String(runs));
    expect(await world.field(label, 'state')).toBe('not running');
  }, soon);

/** A program that serves `count` connections with what `answer` (JavaScript) gives, and ends with 0. */
const server = (descriptor: number, answer: string, count = 1): readonly string[] => [
  process.execPath,
  '-e',
  `let left = ${count};
  const server = require('net').createServer((c) => { c.end(String(${answer})); if (--left === 0) server.close(); });
  server.listen({ fd: ${descriptor} });`,
];

const tcp = (port: number): PlistValue =>
  dict([
    ['SockNodeName', '127.0.0.1'],
    ['SockServiceName', String(port)],
  ]);
const unix = (path: string, mode?: number): PlistValue =>
  dict([['SockPathName', path], ...(mode === undefined ? [] : ([['SockPathMode', mode]] as const))]);

const logged = (): string => readFileSync(join(world.root, 'run', 'launchd.log'), 'utf8');

describe('a job with sockets', () => {
  it('starts with the first connection, and finds its sockets by LISTEN_FDS', async () => {
    const label = 'org.example.socket';
    const port = await freePort();
    const path = join(world.folder, 's');
    await world.load(label, {
      ProgramArguments: server(
        3,
        'JSON.stringify([process.env.LISTEN_FDS, process.env.LISTEN_FDNAMES, Number(process.env.LISTEN_PID) - process.pid])',
      ),
      Sockets: dict([
        ['A:web', tcp(port)],
        ['Control', [unix(path, 0o600)]],
      ]),
      ThrottleInterval: 1,
    });
    await rests(label, 0);
    const { stdout } = await world.launchctl('print', `${world.gui}/${label}`);
    expect(stdout).toContain(
      `\tsockets = {\n\t\t"A:web" = {\n\t\t\ttype = stream\n\t\t\tnode name = 127.0.0.1\n`,
    );
    expect(lstatSync(path).mode & 0o7777).toBe(0o600);
    expect(JSON.parse(await ask({ port }))).toEqual(['2', 'A_web:Control', 0]);
    await rests(label, 1);
    // And again, after its end.
    expect(JSON.parse(await ask({ port }))).toEqual(['2', 'A_web:Control', 0]);
    await rests(label, 2);
    await world.launchctl('bootout', '--wait', `${world.gui}/${label}`);
    expect(existsSync(path)).toBe(false);
    await expect(ask({ port })).rejects.toThrow(/ECONNREFUSED/);
  });

  it('says why it runs, and lets others wait while it does not accept', async () => {
    const label = 'org.example.socket-why';
    const path = join(world.folder, 'why');
    await world.load(label, {
      ProgramArguments: shell('exec sleep 600'),
      Sockets: dict([['Only', unix(path)]]),
      ThrottleInterval: 1,
    });
    const waiting = await connected({ path });
    await vi.waitFor(async () => expect(await world.field(label, 'state')).toBe('running'), soon);
    expect(await world.field(label, 'immediate reason')).toBe('ipc (socket)');
    const { stdout } = await world.launchctl('print', `${world.gui}/${label}`);
    expect(stdout).toContain('\n\t\t\tactive = 1\n');
    // Nobody has accepted: it is started again, for the same one.
    await world.launchctl('kill', 'SIGTERM', `${world.gui}/${label}`);
    await vi.waitFor(async () => {
      expect(await world.field(label, 'runs')).toBe('2');
      expect(await world.field(label, 'state')).toBe('running');
    }, soon);
    waiting.destroy();
  });

  it('is tried again and again for whom it left waiting, when its program is missing', async () => {
    const label = 'org.example.socket-broken';
    const path = join(world.folder, 'broken');
    await world.load(label, {
      ProgramArguments: ['/no/such/program'],
      Sockets: dict([['Only', unix(path)]]),
      ThrottleInterval: 1,
    });
    const waiting = await connected({ path });
    await vi.waitFor(
      async () => expect(Number(await world.field(label, 'runs'))).toBeGreaterThanOrEqual(3),
      soon,
    );
    expect(await world.field(label, 'last exit code')).toBe('78: EX_CONFIG');
    waiting.destroy();
  });

  it('replaces a stale socket, but no other file; a port that is taken is left to whoever has it', async () => {
    const label = 'org.example.socket-stale';
    const stale = join(world.folder, 'stale');
    const file = join(world.folder, 'file');
    const holder = createServer((connection) => connection.end('mine')).listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as { port: number };
    writeFileSync(file, 'kept');
    const keys = {
      ProgramArguments: server(3, '"served"'),
      Sockets: dict([
        ['Stale', unix(stale)],
        ['File', unix(file)],
        ['Taken', tcp(port)],
        [
          'Datagram',
          dict([
            ['SockType', 'dgram'],
            ['SockServiceName', '1'],
          ]),
        ],
      ]),
    };
    // A daemon that is killed leaves its socket behind.
    await world.load(label, keys);
    expect(lstatSync(stale).isSocket()).toBe(true);
    process.kill(Number((await world.status()).pid), 'SIGKILL');
    await vi.waitFor(async () => {
      const { code } = await world.launchctl('bootstrap', world.gui, world.plist(label, keys));
      expect(code).toBe(0);
    }, soon);
    expect(await ask({ path: stale })).toBe('served');
    expect(readFileSync(file, 'utf8')).toBe('kept');
    expect(await ask({ port })).toBe('mine');
    for (const words of [
      `the socket File cannot be opened: ${file}: EADDRINUSE`,
      `the socket Taken cannot be opened: 127.0.0.1 port ${port}: EADDRINUSE`,
      'the socket Datagram is not opened: only stream sockets',
    ])
      expect(logged()).toContain(words);
    const { stdout } = await world.launchctl('print', `${world.gui}/${label}`);
    expect([...stdout.matchAll(/^\t\t"(\w+)" = \{$/gm)].map(([, name]) => name)).toEqual(['Stale']);
    holder.close();
  });
});

describe('inetd', () => {
  it('Wait true: the listening socket is standard in', async () => {
    const label = 'org.example.inetd-wait';
    const port = await freePort();
    await world.load(label, {
      ProgramArguments: server(0, 'process.env.LISTEN_FDS', 2),
      Sockets: dict([['Listeners', tcp(port)]]),
      inetdCompatibility: dict([['Wait', true]]),
    });
    expect(await Promise.all([ask({ port }), ask({ port })])).toEqual(['undefined', 'undefined']);
    await rests(label, 1);
  });

  it('Wait false: each connection is the stdio of a process of its own, and none waits for the throttle', async () => {
    const label = 'org.example.inetd-nowait';
    const port = await freePort();
    await world.load(label, {
      ProgramArguments: shell('read line; echo "$$ $line"; echo end >&2'),
      Sockets: dict([['Listeners', tcp(port)]]),
      inetdCompatibility: dict([['Wait', false]]),
    });
    const answers = await Promise.all(['one', 'two', 'three'].map((word) => ask({ port }, `${word}\n`)));
    expect(answers.map((answer) => answer.replace(/^\d+ /, ''))).toEqual(
      ['one', 'two', 'three'].map((word) => `${word}\nend\n`),
    );
    expect(new Set(answers.map((answer) => answer.split(' ')[0])).size).toBe(3);
    await rests(label, 3);
    expect(await world.field(label, 'last exit code')).toBe('0');
    const { stdout } = await world.launchctl('print', `${world.gui}/${label}`);
    expect(stdout).toMatch(/^\tproperties = .*inetd-compatible/m);
  });

  it('ends a connection’s process when the job is booted out', async () => {
    const label = 'org.example.inetd-bootout';
    const path = join(world.folder, 'inetd');
    const log = join(world.folder, 'inetd.log');
    await world.load(label, {
      ProgramArguments: shell('echo $$; exec cat'),
      StandardErrorPath: log,
      Sockets: dict([['Listeners', unix(path)]]),
      inetdCompatibility: dict([]),
    });
    const connection = await connected({ path });
    const [first] = (await once(connection, 'data')) as [Buffer];
    const pid = Number(String(first));
    connection.write('echoed\n');
    expect(String((await once(connection, 'data'))[0])).toBe('echoed\n');
    expect(alive(pid)).toBe(true);
    const ended = once(connection, 'close');
    connection.on('end', () => connection.end());
    await world.launchctl('bootout', '--wait', `${world.gui}/${label}`);
    await ended;
    await vi.waitFor(() => expect(alive(pid)).toBe(false), soon);
    expect(existsSync(path)).toBe(false);
  });

  it('leaves no process of a connection behind when the embedded launchd ends', async () => {
    const label = 'org.example.inetd-stop';
    const path = join(world.folder, 'deaf');
    await world.load(label, {
      ProgramArguments: shell("trap '' TERM; echo $$; while :; do sleep 0.1; done"),
      Sockets: dict([['Listeners', unix(path)]]),
      inetdCompatibility: dict([]),
      ExitTimeOut: 600,
    });
    const connection = await connected({ path });
    const pid = Number(String((await once(connection, 'data'))[0]));
    expect(alive(pid)).toBe(true);
    connection.on('error', () => {});
    await world.launchctl('embedded-stop');
    expect(alive(pid)).toBe(false);
  });
});
