import { execFileSync } from 'node:child_process';
import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { follow, readTail, TAIL_LIMIT } from '../../src/sys/tail.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { until } from '../support/until.ts';

async function following(
  path: string,
  offset: number,
  play: (heard: () => string) => Promise<void>,
): Promise<string> {
  let text = '';
  const end = new AbortController();
  const done = follow(path, offset, (chunk) => (text += chunk), end.signal);
  try {
    await play(() => text);
  } finally {
    end.abort();
    await done;
  }
  return text;
}

describe('the end of a file', () => {
  it('is its last lines', async () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, 'one\ntwo\nthree');
    expect(await readTail(path, 2)).toEqual({ text: 'two\nthree', size: 13, cut: false });
    appendFileSync(path, '\n');
    expect(await readTail(path, 2)).toMatchObject({ text: 'two\nthree\n', cut: false });
    expect(await readTail(path, 9)).toMatchObject({ text: 'one\ntwo\nthree\n', cut: false });
    // Over many blocks.
    writeFileSync(path, `${'ä'.repeat(100_000)}\n`.repeat(9));
    expect((await readTail(path, 3))?.text).toBe(`${'ä'.repeat(100_000)}\n`.repeat(3));
  });

  it('is bounded, and found in no time, where a line has no end', async () => {
    const path = join(temporaryFolder(), 'log');
    // A megabyte of characters, then many of nothing, none of which is on the disk.
    writeFileSync(path, 'x'.repeat(1_000_000));
    truncateSync(path, 500_000_000);
    appendFileSync(path, 'end');
    const tail = await readTail(path, 20);
    expect(tail).toMatchObject({ size: 500_000_003, cut: true });
    expect(tail?.text).toMatch(/\0end$/);
    expect(tail?.text.length).toBeLessThanOrEqual(TAIL_LIMIT + 64 * 1024);
    writeFileSync(path, `${'€'.repeat(TAIL_LIMIT)}`);
    expect((await readTail(path, 1))?.text).toMatch(/^€+$/);
  });

  it('is none of what is not there, or keeps nothing', async () => {
    const folder = temporaryFolder();
    expect(await readTail(join(folder, 'none'), 9)).toBeNull();
    expect(await readTail(folder, 9)).toBeNull();
    expect(await readTail('/dev/zero', 9)).toBeNull();
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await readTail(join(folder, 'pipe'), 9)).toBeNull();
  });
});

describe('following a file', () => {
  it('waits at a pipe for a file to come in its place', async () => {
    const path = join(temporaryFolder(), 'log');
    execFileSync('mkfifo', [path]);
    await following(path, 0, async (heard) => {
      rmSync(path);
      writeFileSync(path, 'first\n');
      await until(() => heard() === 'first\n');
    });
  });

  it('goes on where it was told to', async () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, 'old\n');
    const text = await following(path, 4, async (heard) => {
      appendFileSync(path, 'one\n');
      await until(() => heard() === 'one\n');
      appendFileSync(path, 'two\n');
      await until(() => heard() === 'one\ntwo\n');
    });
    expect(text).toBe('one\ntwo\n');
  });

  it('waits for a file that is not there yet', async () => {
    const path = join(temporaryFolder(), 'log');
    await following(path, 0, async (heard) => {
      writeFileSync(path, 'first\n');
      await until(() => heard() === 'first\n');
    });
  });

  it('reads a file that took its place from the start, after the rest of the former one', async () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, 'a longer text than what comes\n');
    const text = await following(path, 30, async (heard) => {
      appendFileSync(path, 'open\n');
      await until(() => heard() === 'open\n');
      appendFileSync(path, 'rest\n');
      renameSync(path, `${path}.1`);
      writeFileSync(path, 'new\n');
      await until(() => heard().endsWith('new\n'));
      appendFileSync(path, 'newer\n');
      await until(() => heard().endsWith('newer\n'));
      rmSync(path);
      writeFileSync(path, 'third\n');
      await until(() => heard().endsWith('third\n'));
    });
    expect(text).toBe('open\nrest\nnew\nnewer\nthird\n');
  });

  it('reads a file that was cut from its start', async () => {
    const path = join(temporaryFolder(), 'log');
    writeFileSync(path, 'long long ago\n');
    const text = await following(path, 14, async (heard) => {
      appendFileSync(path, 'open\n');
      await until(() => heard() === 'open\n');
      truncateSync(path, 0);
      appendFileSync(path, 'anew\n');
      await until(() => heard() === 'open\nanew\n');
    });
    expect(text).toBe('open\nanew\n');
  });
});
