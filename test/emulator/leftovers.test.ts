import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { endLeftovers } from '../../src/emulator/leftovers.ts';
import { openProcessTable, startOf } from '../../src/emulator/process-table.ts';
import { temporaryFolder } from '../support/temporary.ts';

const made: ChildProcess[] = [];

/** A process as the daemon makes them: a group of its own, named by its environment. */
async function make(label: string): Promise<{ readonly pid: number; readonly ended: Promise<unknown> }> {
  const child = spawn('/bin/sleep', ['600'], {
    detached: true,
    stdio: 'ignore',
    env: { XPC_SERVICE_NAME: label },
  });
  made.push(child);
  await once(child, 'spawn');
  return { pid: child.pid ?? 0, ended: once(child, 'exit') };
}

afterEach(() => {
  for (const child of made.splice(0)) child.kill('SIGKILL');
});

const silent = (): void => {};

describe('what a killed daemon has left', () => {
  it('is ended when pid and start are as recorded', async () => {
    const table = openProcessTable(join(temporaryFolder(), 'processes'));
    const { pid, ended } = await make('org.example.recorded');
    table.add({ label: 'org.example.recorded', pid, started: startOf(pid) ?? '', exitTimeout: 5 });
    await endLeftovers(table, silent);
    expect(await ended).toEqual([null, 'SIGTERM']);
    expect(table.leftovers().records).toEqual([]);
  });

  it('is left alone when the pid is another process’s by now', async () => {
    const table = openProcessTable(join(temporaryFolder(), 'processes'));
    const { pid } = await make('org.example.other');
    table.add({ label: 'org.example.recorded', pid, started: '1', exitTimeout: 5 });
    await endLeftovers(table, silent);
    expect(startOf(pid)).not.toBeNull();
  });

  it.runIf(process.platform === 'linux')(
    'is found even when the daemon died before it wrote the pid down',
    async () => {
      const table = openProcessTable(join(temporaryFolder(), 'processes'));
      const label = `org.example.intended.${process.pid}`;
      table.intend(label, 5);
      const { ended } = await make(label);
      await endLeftovers(table, silent);
      expect(await ended).toEqual([null, 'SIGTERM']);
      expect(table.leftovers().intended).toBeNull();
    },
  );
});
