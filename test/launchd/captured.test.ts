import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { capturedFolders, problemsOf } from './captured.ts';

/** Every answer that was recorded on a Mac is read as it was when it was taken over. */

const CAPTURED = join(import.meta.dirname, 'fixtures/captured');
const folders = capturedFolders(CAPTURED);

describe('captures of a Mac', () => {
  // docs/design/contract.md tells how a run is recorded and taken over.
  it.skipIf(folders.length > 0)('are not here yet: nobody has recorded a run on a Mac', (context) => {
    context.skip();
  });

  it.each(folders)('%s', (name) => {
    expect(problemsOf(join(CAPTURED, name))).toEqual([]);
  });
});
