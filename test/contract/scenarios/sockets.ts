import { connect, createServer } from 'node:net';
import { expect } from 'vitest';
import { letPass, load, map, printed, printedWhen } from '../judge.ts';
import { type Scenario, withRealProcesses } from '../port.ts';

/** Sockets, by TCP on this machine alone. */

/** One that nobody has now. launchd takes it a moment later. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** Says a line, and gives all that comes back until the end. */
function converse(port: number, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(line));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
  });
}

const listeners = (port: number) =>
  map({ Listeners: map({ SockNodeName: '127.0.0.1', SockServiceName: String(port) }) });

export const SOCKET_SCENARIOS: readonly Scenario[] = [
  {
    name: 'Sockets as inetd has them: each connection gets a process of its own, with the connection as its input and output (facts §2.8)',
    where: withRealProcesses,
    async run(port) {
      const tcp = await freePort();
      const job = port.job(
        'inetd',
        { kind: 'script', script: 'read line; echo "heard $line"' },
        { Sockets: listeners(tcp), inetdCompatibility: map({ Wait: false }) },
      );
      await load(port, job);
      await letPass(port, 'inetd', 1);
      // Nobody has called yet.
      expect(await port.starts(job)).toEqual([]);
      expect(await printed(port, job)).toMatchObject({ pid: null });
      // No throttle between two of them (facts §2.6).
      for (const word of ['one', 'two', 'three'])
        expect(await converse(tcp, `${word}\n`)).toBe(`heard ${word}\n`);
    },
  },
  {
    name: 'Sockets: the first connection starts the job, though nothing has been accepted (facts §2.8)',
    where: withRealProcesses,
    async run(port) {
      const tcp = await freePort();
      const job = port.job('socket-demand', { kind: 'runs' }, { Sockets: listeners(tcp) });
      await load(port, job);
      await letPass(port, 'socket-demand', 1);
      expect(await port.starts(job)).toEqual([]);
      const caller = connect(tcp, '127.0.0.1');
      try {
        await printedWhen(port, job, 'its start', ({ state }) => state === 'running');
      } finally {
        caller.on('error', () => {});
        caller.destroy();
      }
    },
  },
];
