import { appendFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { follow } from '../../src/sys/tail.ts';
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

describe('following a file', () => {
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
