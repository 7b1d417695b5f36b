import { mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Declaration } from '../../src/commands/declaration.ts';
import { InvalidFile } from '../../src/commands/failure.ts';
import { createFileReader } from '../../src/commands/watch-file.ts';
import { createInputs } from '../../src/sys/config-inputs.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** The file is a real one; what stands in it is the number of its jobs. The clock is ours. */
function createStage(text: string) {
  const path = join(temporaryFolder(), 'reconcile.yaml');
  let now = 0;
  /** What happens while it is read, after its text was. */
  let meanwhile = (): void => {};
  const load = (): Declaration => {
    const inputs = createInputs();
    inputs.paths.add(path);
    let found: string | null = null;
    try {
      found = readFileSync(path, 'utf8');
    } catch {
      // It is missing, and that is told as any other fault.
    }
    meanwhile();
    if (found === null || found === 'wrong') throw new InvalidFile([], {}, inputs);
    const jobs = Array.from({ length: Number(found) }, () => ({}));
    const config = { name: 'test', file: path };
    return { config, jobs, diagnostics: [], sources: {}, inputs } as unknown as Declaration;
  };
  const reader = createFileReader(load, () => now);
  writeFileSync(path, text);
  return {
    path,
    /** The state, and how many jobs are in force. */
    read: () => {
      const reading = reader.read();
      return [reading.state, reading.state === 'changing' ? null : (reading.declared?.jobs.length ?? null)];
    },
    /** Until it was read for good. */
    settle: () => {
      for (const end = performance.now() + 5_000; performance.now() < end; now += 100) {
        const reading = reader.read();
        if (reading.state !== 'changing') return [reading.state, reading.declared?.jobs.length ?? null];
      }
      throw new Error('It is changing for ever.');
    },
    later: (ms: number): void => {
      now += ms;
    },
    once: (change: () => void): void => {
      meanwhile = () => {
        meanwhile = () => {};
        change();
      };
    },
  };
}

describe('the file that a loop watches', () => {
  it('is not read while it is written: not the first time either', () => {
    const stage = createStage('1');
    expect(stage.read()).toEqual(['changing', null]);
    writeFileSync(stage.path, '2');
    expect(stage.settle()).toEqual(['good', 2]);
    writeFileSync(stage.path, '3');
    expect(stage.read()).toEqual(['changing', null]);
    stage.later(100);
    expect(stage.read()).toEqual(['changing', null]);
    stage.later(100);
    expect(stage.read()).toEqual(['good', 3]);
  });

  it('is read over again when it changes while it is read', () => {
    const stage = createStage('1');
    expect(stage.settle()).toEqual(['good', 1]);
    writeFileSync(stage.path, '2');
    stage.read();
    stage.later(200);
    stage.once(() => writeFileSync(stage.path, '345'));
    expect(stage.read()).toEqual(['good', 345]);
  });

  it('keeps nobody waiting that is never quiet: the last good one is in force', () => {
    const stage = createStage('1');
    stage.settle();
    const seen = Array.from({ length: 60 }, (_, index) => {
      stage.later(100);
      writeFileSync(stage.path, String(index + 2));
      return stage.read();
    });
    expect(seen[10]).toEqual(['changing', null]);
    expect(seen.at(-1)).toEqual(['good', 1]);
    expect(stage.settle()).toEqual(['good', 1]);
    stage.later(200);
    expect(stage.read()).toEqual(['good', 61]);
  });

  it('may be saved by a rename, be gone for a moment, be invalid, and be valid again', () => {
    const stage = createStage('1');
    stage.settle();
    writeFileSync(`${stage.path}.new`, '2');
    renameSync(`${stage.path}.new`, stage.path);
    expect(stage.settle()).toEqual(['good', 2]);
    rmSync(stage.path);
    expect(stage.read()).toEqual(['changing', null]);
    writeFileSync(stage.path, '3');
    expect(stage.settle()).toEqual(['good', 3]);
    rmSync(stage.path);
    // The last good one stays in force.
    expect(stage.settle()).toEqual(['invalid', 3]);
    writeFileSync(stage.path, 'wrong');
    expect(stage.settle()).toEqual(['invalid', 3]);
    writeFileSync(stage.path, '4');
    expect(stage.settle()).toEqual(['good', 4]);
  });

  it('is told from one of the same size and time', () => {
    const stage = createStage('1');
    const then = new Date(1_000_000);
    utimesSync(stage.path, then, then);
    expect(stage.settle()).toEqual(['good', 1]);
    mkdirSync(`${stage.path}.d`);
    writeFileSync(join(`${stage.path}.d`, 'new'), '2');
    utimesSync(join(`${stage.path}.d`, 'new'), then, then);
    renameSync(join(`${stage.path}.d`, 'new'), stage.path);
    expect(stage.settle()).toEqual(['good', 2]);
  });
});
