import { readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { createCappedLog } from '../../src/sys/capped-log.ts';
import { temporaryFolder } from '../support/temporary.ts';

it('a capped log keeps the end of what was written, in two files that grow no further', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'loop', 'web.log');
  const log = await createCappedLog(path, 100);
  for (let line = 0; line < 1_000; line += 1) log.write(`line ${String(line).padStart(4, '0')}\n`);
  log.close();
  expect(readdirSync(join(folder, 'loop')).sort()).toEqual(['web.log', 'web.log.1']);
  const text = readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8');
  expect(text).toMatch(/line 0998\nline 0999\n$/);
  expect(text.length).toBeLessThanOrEqual(200);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const again = await createCappedLog(path, 100);
  again.write('more\n');
  again.close();
  const after = readFileSync(`${path}.1`, 'utf8') + readFileSync(path, 'utf8');
  expect(after).toMatch(/line 0999\nmore\n$/);
});

it('a capped log is not written through a link', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'target'), '');
  symlinkSync(join(folder, 'target'), join(folder, 'log'));
  await expect(createCappedLog(join(folder, 'log'))).rejects.toThrow(/ELOOP|symbolic/);
});

it('a capped log that was taken away is begun anew', async () => {
  const path = join(temporaryFolder(), 'log');
  const log = await createCappedLog(path, 100);
  log.write('before\n');
  rmSync(path);
  log.write('after\n');
  expect(readFileSync(path, 'utf8')).toBe('after\n');
  renameSync(path, `${path}.kept`);
  log.write('at last\n');
  expect(readFileSync(path, 'utf8')).toBe('at last\n');
  // Its folder, too.
  rmSync(dirname(path), { recursive: true });
  log.write('once more\n');
  log.close();
  expect(readFileSync(path, 'utf8')).toBe('once more\n');
});
