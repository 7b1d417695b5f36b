import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { realClock } from '../../src/sys/clock.ts';
import { processStart, realProcesses } from '../../src/sys/processes.ts';
import { until } from '../support/until.ts';

const NOBODY = 2 ** 22 - 1;

describe('processes', () => {
  it('knows the living from the dead', async () => {
    const child = spawn('/bin/sleep', ['60']);
    await once(child, 'spawn');
    const pid = child.pid ?? 0;
    expect(realProcesses.alive(pid)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(realProcesses.alive(pid)).toBe(false);
  });

  it('never asks about a process group', () => {
    for (const pid of [0, -1, -process.pid, 1.5, Number.NaN]) expect(realProcesses.alive(pid)).toBe(false);
  });

  it.runIf(process.platform === 'linux')('holds a zombie for gone', async () => {
    const parent = spawn('/bin/sh', ['-c', 'sleep 60 & echo $!; exec sleep 60']);
    onTestFinished(() => {
      parent.kill('SIGKILL');
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    // Once the shell has become sleep, nobody waits for its child any more, which therefore stays a zombie.
    await until(() => readFileSync(`/proc/${parent.pid}/comm`, 'utf8') === 'sleep\n');
    expect(realProcesses.alive(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
    await until(() => !realProcesses.alive(pid));
    expect(process.kill(pid, 0)).toBe(true);
  });

  it('holds none for gone whose last thread still has its port', async () => {
    const script = `const server = require('node:net').createServer().listen(+process.argv[1], '127.0.0.1', () =>
      console.log(server.address().port))`;
    let port = 0;
    for (let round = 0; round < 10; round += 1) {
      const child = spawn(process.execPath, ['-e', script, String(port)]);
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      port = Number(line.toString());
      child.kill('SIGKILL');
      // As fast as can be: it is a matter of a moment.
      while (realProcesses.alive(child.pid ?? 0));
      const server = createServer().listen(port, '127.0.0.1');
      await once(server, 'listening');
      server.close();
      await once(server, 'close');
    }
  });

  it('tells the ancestry, ourselves first', async () => {
    const line = await realProcesses.ancestry();
    expect(line.slice(0, 2)).toEqual([process.pid, process.ppid]);
    expect(new Set(line).size).toBe(line.length);
  });

  it('tells two processes apart by their start', async () => {
    expect(await processStart(process.pid)).toMatch(/^[0-9A-Za-z-]+$/);
    expect(await processStart(process.pid)).toBe(await processStart(process.pid));
    expect(await processStart(NOBODY)).toBeNull();
  });
});

describe('realClock', () => {
  it('goes forward, and wakes up when aborted', async () => {
    const stop = new AbortController();
    const start = realClock.now();
    const pause = realClock.pause(60_000, stop.signal);
    stop.abort();
    await pause;
    await realClock.pause(60_000, stop.signal);
    await realClock.pause(2);
    expect(realClock.now()).toBeGreaterThan(start + 1);
    expect(realClock.now()).toBeLessThan(start + 30_000);
  });
});
