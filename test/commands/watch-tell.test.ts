import { expect, it } from 'vitest';
import type { Context } from '../../src/commands/context.ts';
import { createTeller } from '../../src/commands/watch-tell.ts';
import { createLoopStore } from '../../src/loop/store.ts';
import type { Told } from '../../src/model/loop.ts';
import { realFiles } from '../../src/sys/files.ts';
import { plain } from '../report/samples.ts';
import { temporaryFolder } from '../support/temporary.ts';

const STARTED = { event: 'started', stack: null, intervalMs: 1_000, pid: 1, file: '/f.yaml', at: 1 } as const;
const taken = (at: number): Told => ({
  event: 'taken-up',
  instance: 'web',
  label: 'com.example.web',
  domain: 'gui/501',
  at,
});

it('what former loops did is kept for who asks, however often they were started since', async () => {
  const store = createLoopStore(temporaryFolder(), 'shop', realFiles);
  const printed: string[] = [];
  const terminal = { style: plain, raw: (text: string) => printed.push(text) };
  const context = { options: { json: false }, terminal } as unknown as Context;
  const begin = async (...events: readonly Told[]): Promise<void> => {
    const teller = await createTeller(context, { log: null, sources: () => ({}) });
    teller.tell(STARTED);
    await teller.noteIn(store, ['/f.yaml']);
    for (const event of events) teller.tell(event);
    teller.tell({ event: 'stopped', why: 'SIGTERM', rounds: 1, at: 9 });
    await teller.end();
  };
  await begin(taken(2));
  for (let time = 0; time < 10; time += 1) await begin();
  await begin(taken(3));
  const note = await store.readNote();
  expect(note?.files).toEqual(['/f.yaml']);
  expect(note?.recent).toMatchObject([taken(2), STARTED, taken(3), { event: 'stopped' }]);
  // Where it is written down, it is all told.
  expect(printed.filter((text) => text.includes('ended (SIGTERM)'))).toHaveLength(12);
});
