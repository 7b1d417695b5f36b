import { describe, expect, it } from 'vitest';
import type { FileIdentity } from '../../src/model/ledger.ts';
import type { ObservedPlist, ObservedService } from '../../src/model/observed.ts';
import {
  createMemory,
  rememberedPlist,
  rememberedService,
  rememberPlists,
  rememberService,
} from '../../src/observe/memory.ts';

const MINUTE = 60_000;
const identity: FileIdentity = {
  dev: '1',
  ino: '2',
  size: '3',
  mtimeNs: '4000000000',
  ctimeNs: '5000000000',
  uid: 501,
  gid: 20,
  mode: 0o644,
};
const plist = (over: Partial<ObservedPlist> = {}): ObservedPlist => ({
  path: '/a.plist',
  identity,
  symlink: false,
  hash: 'abc',
  marker: null,
  label: 'a',
  plist: null,
  problem: null,
  ...over,
});

function memoryAt(start: number) {
  let now = start;
  return {
    memory: createMemory(() => now),
    later: (ms: number): void => {
      now += ms;
    },
  };
}

describe('a plist that was read before', () => {
  it('is not read again while its identity is the same', () => {
    const { memory } = memoryAt(10_000);
    const known = plist();
    rememberPlists(memory, [known]);
    expect(rememberedPlist(memory, '/a.plist', { ...identity })).toBe(known);
    for (const change of [{ ino: '9' }, { size: '9' }, { ctimeNs: '9' }, { mode: 0o600 }, { uid: 0 }])
      expect(rememberedPlist(memory, '/a.plist', { ...identity, ...change })).toBeUndefined();
  });

  it('is read again when it was touched within a tick of the clock, is a link, could not be read, or was gone', () => {
    const { memory } = memoryAt(5_500);
    rememberPlists(memory, [plist()]);
    expect(rememberedPlist(memory, '/a.plist', identity)).toBeUndefined();
    const { memory: later } = memoryAt(10_000);
    rememberPlists(later, [plist({ symlink: true }), plist({ path: '/b.plist', hash: null })]);
    expect([...later.plists]).toEqual([]);
    rememberPlists(later, [plist()]);
    rememberPlists(later, []);
    expect([...later.plists]).toEqual([]);
  });
});

describe('a job that was printed before', () => {
  const service = (pid: number | null): ObservedService =>
    ({ state: 'loaded', service: { pid } }) as unknown as ObservedService;
  const listed = (pid: number | null, lastExit = '0') => ({ pid, lastExit, file: identity });

  it('is not printed again while its plist, process and last exit are the same', () => {
    const { memory, later } = memoryAt(0);
    rememberService(memory, 'gui/501/a', listed(7), service(7));
    later(60 * MINUTE);
    const ask = (seen: ReturnType<typeof listed>) => rememberedService(memory, 'gui/501/a', seen, false);
    expect(ask(listed(7))).toEqual({ ...service(7), remembered: true });
    expect(ask(listed(8))).toBeUndefined();
    expect(ask(listed(7, '1'))).toBeUndefined();
    expect(ask({ ...listed(7), file: { ...identity, ino: '9' } })).toBeUndefined();
    expect(rememberedService(memory, 'gui/501/b', listed(7), false)).toBeUndefined();
  });

  it('is asked again after a while when it is idle, and each time when its runs are counted', () => {
    const { memory, later } = memoryAt(0);
    rememberService(memory, 'gui/501/a', listed(null), service(null));
    expect(rememberedService(memory, 'gui/501/a', listed(null), false)).toMatchObject(service(null));
    expect(rememberedService(memory, 'gui/501/a', listed(null), true)).toBeUndefined();
    later(11 * MINUTE);
    expect(rememberedService(memory, 'gui/501/a', listed(null), false)).toBeUndefined();
  });

  it('is asked again soon when it fell over, and ever less often while it stays down', () => {
    const { memory, later } = memoryAt(0);
    const fallen = (runs: number): ObservedService =>
      ({ state: 'loaded', service: { pid: null, runs } }) as unknown as ObservedService;
    const known = () => rememberedService(memory, 'gui/501/a', listed(null, '1'), false);
    /** Seconds until it is asked again, and what it says then. */
    const pause = (runs: number): number => {
      let seconds = 0;
      for (; known() !== undefined; seconds += 1) later(1_000);
      rememberService(memory, 'gui/501/a', listed(null, '1'), fallen(runs));
      return seconds;
    };
    rememberService(memory, 'gui/501/a', listed(null, '1'), fallen(1));
    expect([2, 3, 4, 4, 4, 4, 4].map(pause)).toEqual([3, 3, 3, 3, 5, 9, 17]);
    for (let turn = 0; turn < 10; turn++) pause(4);
    expect(pause(5)).toBe(601);
    expect(pause(5)).toBe(3);
    // The clock was set back by a day.
    later(-24 * 60 * MINUTE);
    expect(known()).toBeUndefined();
  });

  it('is not remembered when the answer is of another process than was listed, or none', () => {
    const { memory } = memoryAt(0);
    rememberService(memory, 'gui/501/a', listed(7), service(8));
    rememberService(memory, 'gui/501/b', listed(7), { state: 'unknown', why: 'garbage' });
    expect([...memory.services]).toEqual([]);
  });
});
