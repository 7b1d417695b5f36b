import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemAccounts } from '../../src/emulator/accounts.ts';
import { dialectOf } from '../../src/emulator/dialect.ts';
import type { SpawnListener } from '../../src/emulator/ports.ts';
import { openProcessTable, type ProcessTable } from '../../src/emulator/process-table.ts';
import { createSession } from '../../src/emulator/session.ts';
import { systemSpawner } from '../../src/emulator/spawner.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { definition, GUI } from './support.ts';

const accounts = systemAccounts(process.env, '/tmp');
const sleep = definition({ Program: '/bin/sleep', ProgramArguments: ['sleep', '600'] });

/** What the engine is told, and the end of the process as a promise. */
function listen(): SpawnListener & { readonly told: string[]; readonly over: Promise<void>; pid: number } {
  const told: string[] = [];
  let finish = (): void => {};
  const over = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    told,
    over,
    pid: 0,
    started(child) {
      this.pid = child.pid;
      told.push('started');
    },
    failed: (why) => told.push(`failed: ${why}`),
    ended: () => {
      told.push('ended');
      finish();
    },
  };
}

const surroundings = { dialect: dialectOf(27), session: createSession() };

describe('a full disk', () => {
  it('makes no process that could not be found again, and lets the engine try later', async () => {
    const folder = join(temporaryFolder(), 'processes');
    const table = openProcessTable(folder);
    const spawner = systemSpawner(accounts, table, surroundings, () => {});
    rmSync(folder, { recursive: true });
    const first = listen();
    spawner.spawn(sleep, GUI, first);
    expect(first.told).toEqual(['failed: fork']);

    mkdirSync(folder);
    const second = listen();
    spawner.spawn(sleep, GUI, second);
    expect(second.told).toEqual(['started']);
    process.kill(second.pid, 'SIGKILL');
    await second.over;
  });

  it('does not disown a process whose record cannot be written any more', async () => {
    const real = openProcessTable(temporaryFolder());
    const table: ProcessTable = {
      ...real,
      add: () => {
        throw new Error('ENOSPC: no space left on device');
      },
    };
    const lines: string[] = [];
    const listener = listen();
    systemSpawner(accounts, table, surroundings, (line) => lines.push(line)).spawn(sleep, GUI, listener);
    expect(listener.told).toEqual(['started']);
    expect(lines.join()).toContain('no space left');
    expect(real.leftovers().intended?.label).toBe(sleep.label);
    process.kill(listener.pid, 'SIGKILL');
    await listener.over;
    expect(listener.told).toEqual(['started', 'ended']);
  });
});
