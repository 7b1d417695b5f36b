import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createLoopStore } from '../../src/loop/store.ts';
import { realFiles } from '../../src/sys/files.ts';
import type { Files } from '../../src/sys/ports.ts';
import { temporaryFolder } from '../support/temporary.ts';

const NOTE = { pid: 1, startedAt: 0, files: [], recent: [] };
const WEB = 'gui/501/local.tools.web';

it('a word to the loop is heard once, also when another one comes while it is read', async () => {
  const folder = temporaryFolder();
  const commands = createLoopStore(folder, 'tools', realFiles);
  let meanwhile = async (): Promise<void> => {};
  const files: Files = {
    ...realFiles,
    async read(path) {
      const bytes = await realFiles.read(path);
      await meanwhile();
      meanwhile = async () => {};
      return bytes;
    },
  };
  const loop = createLoopStore(folder, 'tools', files);
  await commands.tell([WEB], 1);
  // Where no loop ever ran, nobody is told.
  expect(await loop.takeTold()).toEqual([]);
  await loop.note(NOTE);
  await commands.tell([WEB], 2);
  meanwhile = () => commands.tell([WEB], 3);
  expect(await loop.takeTold()).toEqual([{ target: WEB, at: 2 }]);
  expect(await loop.takeTold()).toEqual([{ target: WEB, at: 3 }]);
  expect(await loop.takeTold()).toEqual([]);
  expect(readdirSync(join(folder, 'loop', 'tools.told'))).toEqual([]);
});
