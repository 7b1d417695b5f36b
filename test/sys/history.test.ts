import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Happening } from '../../src/model/history.ts';
import { createHistory, type HistoryOptions, readHistory } from '../../src/sys/history.ts';
import type { History } from '../../src/sys/ports.ts';
import { temporaryFolder } from '../support/temporary.ts';

const SECOND = 1_000;

interface Stage {
  readonly places: HistoryOptions['places'];
  readonly lost: string[];
  readonly open: (more?: Partial<HistoryOptions>) => History;
  readonly path: string;
}

function stage(): Stage {
  const folder = temporaryFolder();
  const places = {
    userState: join(folder, 'user'),
    systemState: join(folder, 'system'),
    daemons: '/Library/LaunchDaemons',
    globalAgents: '/Library/LaunchAgents',
  };
  const lost: string[] = [];
  let now = Date.UTC(2026, 0, 2, 3, 4, 5);
  const open = (more: Partial<HistoryOptions> = {}): History =>
    createHistory({
      places,
      mayChangeSystem: true,
      by: { command: 'apply', pid: 7 },
      now: () => (now += SECOND),
      onLost: (why) => lost.push(why),
      ...more,
    });
  return { places, lost, open, path: join(places.userState, 'history.jsonl') };
}

const happening = (given: Partial<Happening> = {}): Happening => ({
  stack: 'demo',
  instance: 'web',
  label: 'com.example.web',
  domain: 'gui/501',
  plist: '/Users/me/Library/LaunchAgents/com.example.web.plist',
  what: 'updated',
  reasons: ['changed'],
  reason: 'the declaration changed',
  fields: [{ path: ['KeepAlive'], before: null, after: true }],
  actions: ['write-plist', 'bootstrap'],
  outcome: 'applied',
  error: null,
  ...given,
});

const leftAlone = (code = 'job/foreign'): Happening =>
  happening({ what: 'left-alone', outcome: 'skipped', error: { code, message: 'Not ours.', hint: '' } });

describe('the history', () => {
  it('gives back what it was told, with the time and who did it', async () => {
    const { open, places } = stage();
    const history = open();
    history.add(happening());
    history.add(happening({ instance: null, what: 'deleted' }));
    await history.settled();
    const { events, damaged, unreadable } = await readHistory(places);
    expect(events).toEqual([
      { ...happening(), time: '2026-01-02T03:04:06.000Z', by: { command: 'apply', pid: 7 } },
      {
        ...happening({ instance: null, what: 'deleted' }),
        time: '2026-01-02T03:04:07.000Z',
        by: { command: 'apply', pid: 7 },
      },
    ]);
    expect([damaged.size, unreadable.size]).toEqual([0, 0]);
  });

  it("is its owner's alone", () => {
    const { open, path, places } = stage();
    open().add(happening());
    expect(statSync(path).mode & 0o7777).toBe(0o600);
    expect(statSync(places.userState).mode & 0o7777).toBe(0o700);
  });

  it('tells of system jobs in the state of the system, where it may write there', async () => {
    const { open, places } = stage();
    const daemon = happening({ domain: 'system', plist: '/Library/LaunchDaemons/com.example.web.plist' });
    open().add(daemon);
    expect(readFileSync(join(places.systemState, 'history.jsonl'), 'utf8')).toContain('com.example.web');
    // What a user's history tells of them does not count beside root's own.
    open({ mayChangeSystem: false }).add({ ...daemon, what: 'deferred', outcome: 'deferred' });
    open({ mayChangeSystem: false }).add({ ...daemon, what: 'failed', outcome: 'failed' });
    open().add(happening());
    const { events } = await readHistory(places);
    expect(events.map(({ domain, what }) => [domain, what])).toEqual([
      ['system', 'updated'],
      ['gui/501', 'updated'],
    ]);
  });

  it('says once that a job is left alone, until something else comes of it', async () => {
    const { open, places } = stage();
    for (const each of [
      leftAlone(),
      leftAlone(),
      leftAlone('job/unknown'),
      happening(),
      leftAlone('job/unknown'),
    ]) {
      const history = open();
      history.add(each);
      await history.settled();
    }
    const history = open();
    for (const each of [leftAlone('job/unknown'), happening(), leftAlone(), leftAlone()]) {
      history.add(each);
      await history.settled();
    }
    const { events } = await readHistory(places);
    expect(events.map(({ what, error }) => error?.code ?? what)).toEqual([
      'job/foreign',
      'job/unknown',
      'updated',
      'job/unknown',
      'updated',
      'job/foreign',
    ]);
  });

  it('is bounded: an old file makes way, and the newest events stay', async () => {
    const { open, places, path } = stage();
    const limit = 4_000;
    const history = open({ limit });
    for (let index = 0; index < 100; index++) history.add(happening({ reason: `number ${index}` }));
    const { events } = await readHistory(places);
    expect(events.at(-1)?.reason).toBe('number 99');
    const numbers = events.map(({ reason }) => Number(reason.split(' ')[1]));
    expect(numbers).toEqual(numbers.map((_, index) => 100 - numbers.length + index));
    expect(numbers.length).toBeGreaterThan(6);
    for (const name of [path, join(places.userState, 'history.1.jsonl')])
      expect(statSync(name).size).toBeLessThanOrEqual(limit);
  });

  it('cuts large values short', async () => {
    const { open, places, path } = stage();
    const fields = [...Array(500).keys()].map((index) => ({
      path: ['EnvironmentVariables', `N${index}`],
      before: null,
      after: 'x'.repeat(100_000),
    }));
    open().add(happening({ fields }));
    expect(statSync(path).size).toBeLessThan(300_000);
    expect((await readHistory(places)).events[0]?.fields[0]?.after).toMatch(
      /^x{2000}… \(100000 characters\)$/,
    );
  });

  it('bears half lines and foreign ones, tells how many, and goes on after them', async () => {
    const { open, places, path } = stage();
    open().add(happening({ reason: 'one' }));
    // A run that was killed while it wrote.
    appendFileSync(path, '{"version":1,"time":"2026-01-02T');
    open().add(happening({ reason: 'two' }));
    appendFileSync(path, 'null\n{}\n[]\n{"version":2}\n\u0000\u0000\n');
    open().add(happening({ reason: 'three' }));
    // Being written just now: not damaged yet.
    appendFileSync(path, '{"version":1');
    const { events, damaged } = await readHistory(places);
    expect(events.map(({ reason }) => reason)).toEqual(['one', 'two', 'three']);
    expect([...damaged]).toEqual([[path, 6]]);
  });

  it('is lost where it cannot be written, says so once, and never throws', async () => {
    const { open, places, lost } = stage();
    writeFileSync(places.userState, 'no folder');
    const history = open();
    history.add(happening());
    history.add(happening());
    history.add(leftAlone());
    await history.settled();
    expect(lost).toHaveLength(1);
    expect(lost[0]).toMatch(/EEXIST|ENOTDIR/);
    const { events, unreadable } = await readHistory(places);
    expect(events).toEqual([]);
    expect(unreadable.size).toBeGreaterThan(0);
  });

  it('does not write through a link', () => {
    const { open, path, places, lost } = stage();
    const elsewhere = join(places.userState, '..', 'elsewhere');
    writeFileSync(elsewhere, '');
    mkdirSync(places.userState);
    symlinkSync(elsewhere, path);
    open().add(happening());
    expect(lost).toEqual([expect.stringContaining('ELOOP')]);
    expect(readFileSync(elsewhere, 'utf8')).toBe('');
  });

  it.skipIf(process.getuid?.() === 0)(
    'tells which file it may not read (as root, every file can be)',
    async () => {
      const { open, places, path } = stage();
      open().add(happening());
      chmodSync(path, 0);
      const { unreadable } = await readHistory(places);
      expect([...unreadable].map(([name, { code }]) => [name, code])).toEqual([[path, 'EACCES']]);
    },
  );
});
