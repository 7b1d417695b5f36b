import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findHolders, listeningInodes, parseLsof } from '../../src/sys/holders.ts';
import { boundSockets, lookAtLeftover } from '../../src/sys/leftovers.ts';
import { lookAtProcess, parseEnvironment, parseProcessRow } from '../../src/sys/process-look.ts';
import { until } from '../support/private-home.ts';
import { temporaryFolder } from '../support/temporary.ts';

const at = (path: string, kind: 'socket' | 'pid-file' = 'socket') =>
  lookAtLeftover({ kind, path, uid: process.getuid?.() ?? 0, program: process.execPath });

/** A socket whose process was killed. */
async function deadSocket(): Promise<string> {
  const path = join(temporaryFolder(), 'a.sock');
  const script = `require('node:net').createServer().listen(${JSON.stringify(path)})`;
  const child = spawn(process.execPath, ['-e', script], { stdio: 'ignore' });
  await until('it listens', () => existsSync(path));
  child.kill('SIGKILL');
  await once(child, 'exit');
  return path;
}

describe('what is left of a socket', () => {
  it('refuses, and nobody has it open, once its process was killed', async () => {
    const path = await deadSocket();
    expect(await at(path)).toMatchObject({
      kind: 'socket',
      uid: process.getuid?.(),
      connect: 'ECONNREFUSED',
      isOpen: process.platform === 'linux' ? false : null,
    });
  });

  it('accepts while somebody listens', async () => {
    const path = join(temporaryFolder(), 'a.sock');
    const server = createServer().listen(path);
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    expect(await at(path)).toMatchObject({
      connect: 'accepted',
      isOpen: process.platform === 'linux' ? true : null,
    });
  });

  it('is looked at itself, not what a link leads to, and not by a path that is cut short', async () => {
    const folder = temporaryFolder();
    symlinkSync(await deadSocket(), join(folder, 'link'));
    expect(await at(join(folder, 'link'))).toMatchObject({ kind: 'symlink', connect: null });
    expect(await at(join(folder, 'none'))).toMatchObject({ kind: null });
    expect(await at(join(folder, 'none', 'at', 'all'))).toMatchObject({ kind: null });
    mkdirSync(join(folder, 'sub'));
    expect(await at(join(folder, 'sub'))).toMatchObject({ kind: 'folder' });
  });
});

describe('what a pid file names', () => {
  const file = (text: string) => {
    const path = join(temporaryFolder(), 'a.pid');
    writeFileSync(path, text);
    return at(path, 'pid-file');
  };

  it('is a process that lives, with what can be told of it, or one that is gone', async () => {
    const { pid, process: found } = await file(`${process.pid}\nhost\n`);
    expect(pid).toBe(process.pid);
    if (typeof found === 'string') throw new Error(found);
    expect(found.parent).toBe(process.ppid);
    expect(Math.abs((found.startedAt ?? 0) - (Date.now() / 1_000 - process.uptime()))).toBeLessThan(5);
    expect(await file('4190000')).toMatchObject({ pid: 4_190_000, process: 'none' });
  });

  it.runIf(process.getuid?.() !== 0)('is hidden where we may not read it', async () => {
    const path = join(temporaryFolder(), 'a.pid');
    writeFileSync(path, '1', { mode: 0 });
    expect(await at(path, 'pid-file')).toMatchObject({ kind: 'hidden' });
  });

  it.each(['', 'no number', '12 34', '-4', '0', `${'9'.repeat(30)}`, `${'1\n'.repeat(2_000)}`])(
    'is nothing in %j',
    async (text) => {
      expect(await file(text)).toMatchObject({ pid: null });
    },
  );
});

describe('a process', () => {
  it('tells the job that it is of by its environment', async () => {
    const env = { PATH: '/usr/bin:/bin', XPC_SERVICE_NAME: 'com.example.vm' };
    const child = spawn('/bin/sleep', ['1000'], { env, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    const found = await until('it has become sleep', async () => {
      const seen = await lookAtProcess(child.pid ?? 0);
      // Between its fork and its exec it is still us.
      return typeof seen !== 'string' && seen.command === '/bin/sleep 1000' ? seen : false;
    });
    expect(found).toMatchObject({
      pid: child.pid,
      uid: process.getuid?.(),
      parent: process.pid,
      service: { name: 'com.example.vm' },
    });
  });

  it('is gone when it has ended', async () => {
    expect(await lookAtProcess(4_190_000)).toBe('none');
  });
});

describe('what systems print', () => {
  it('reads a row of ps on macOS', () => {
    expect(
      parseProcessRow(
        '    1   501 Sat Nov  7 10:00:00 2026     /opt/homebrew/bin/limactl hostagent default\n',
      ),
    ).toEqual({
      parent: 1,
      uid: 501,
      startedAt: Date.UTC(2026, 10, 7, 10) / 1_000,
      command: '/opt/homebrew/bin/limactl hostagent default',
    });
    expect(parseProcessRow('')).toBeNull();
    expect(parseProcessRow('ps: illegal option')).toBeNull();
  });

  it('reads the environment behind a command, and nothing that only looks like it', () => {
    const command = '/bin/sleep XPC_SERVICE_NAME=no';
    expect(
      parseEnvironment(`${command} PATH=/bin XPC_SERVICE_NAME=com.example.vm HOME=/x\n`, command),
    ).toEqual({
      name: 'com.example.vm',
    });
    expect(parseEnvironment(`${command} PATH=/bin\n`, command)).toEqual({ name: null });
    // Of programs that macOS protects it shows none.
    expect(parseEnvironment(`${command}\n`, command)).toBe('unknown');
    expect(parseEnvironment('', command)).toBe('unknown');
  });

  it('reads the sockets of Linux', () => {
    const text = [
      'Num       RefCount Protocol Flags    Type St Inode Path',
      '0000000000000000: 00000002 00000000 00010000 0001 01 32917 /vm/ha.sock',
      '0000000000000000: 00000002 00000000 00010000 0001 01 41 /vm/a b.sock',
      '0000000000000000: 00000003 00000000 00000000 0001 03 32918',
      '0000000000000000: 00000003 00000000 00000000 0001 03 32919 /vm/ha.sock',
      '0000000000000000: 00000002 00000000 00010000 0001 01 77 @/tmp/abstract',
      '0000000000000000: 00000002 00000000 00010000 0001 01 78 run/b.sock',
    ].join('\n');
    expect(boundSockets(text)).toEqual([
      { name: '/vm/ha.sock', inode: '32917', listens: true },
      { name: '/vm/a b.sock', inode: '41', listens: true },
      { name: '/vm/ha.sock', inode: '32919', listens: false },
      { name: 'run/b.sock', inode: '78', listens: true },
    ]);
  });
});

describe('who listens', () => {
  it('is found for a port and for a socket, and nobody where nobody does', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await findHolders({ port })).toEqual([process.pid]);
    server.close();
    await once(server, 'close');
    expect(await findHolders({ port })).toEqual([]);
    const path = join(temporaryFolder(), 'a.sock');
    const socket = createServer().listen(path);
    await once(socket, 'listening');
    onTestFinished(() => void socket.close());
    expect(await findHolders({ path })).toEqual([process.pid]);
    expect(await findHolders({ path: `${path}.not` })).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'is found where the socket was bound by a relative name',
    async () => {
      const folders = [temporaryFolder(), temporaryFolder()];
      const pids = await Promise.all(
        folders.map(async (cwd) => {
          const script = "require('node:net').createServer().listen('a.sock')";
          const child = spawn(process.execPath, ['-e', script], { cwd, stdio: 'ignore' });
          onTestFinished(() => void child.kill('SIGKILL'));
          await until('it listens', () => existsSync(join(cwd, 'a.sock')));
          return child.pid;
        }),
      );
      const found = await Promise.all(folders.map((folder) => findHolders({ path: join(folder, 'a.sock') })));
      expect(found).toEqual(pids.map((pid) => [pid]));
    },
  );

  it('is read from the tables of Linux: listening sockets of that port only', () => {
    const text = [
      '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
      '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000   501        0 41 1 0',
      '   1: 0100007F:1F90 0100007F:C350 01 00000000:00000000 00:00000000 00000000   501        0 42 1 0',
      '   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 43 1 0',
    ].join('\n');
    expect(listeningInodes(text, 8_080)).toEqual(['41']);
    expect(listeningInodes(text, 80)).toEqual(['43']);
    expect(listeningInodes('', 80)).toEqual([]);
  });

  it('is read from what lsof says', () => {
    expect(parseLsof('p412\nf7\np413\nf7\nf8\np412\n')).toEqual([412, 413]);
    expect(parseLsof('')).toEqual([]);
  });
});
