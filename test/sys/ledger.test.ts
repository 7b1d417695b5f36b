import { describe, expect, it } from 'vitest';
import { ReconcileError } from '../../src/model/errors.ts';
import type { LedgerEntry } from '../../src/model/ledger.ts';
import { createLedgerStore } from '../../src/sys/ledger.ts';
import { createMemoryFiles } from '../support/memory-files.ts';

const places = {
  userState: '/home/ada/.local/state/reconcile',
  systemState: '/var/db/reconcile',
  daemons: '/Library/LaunchDaemons',
  globalAgents: '/Library/LaunchAgents',
};
const USER_LEDGER = `${places.userState}/ledger.json`;
const SYSTEM_LEDGER = `${places.systemState}/ledger.json`;

function entry(label: string, over: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    label,
    domain: 'gui/501',
    path: `/home/ada/Library/LaunchAgents/${label}.plist`,
    instance: label,
    stack: 'tools',
    source: '/home/ada/reconcile.yaml',
    fileHash: 'ab'.repeat(32),
    applied: { '["KeepAlive","SuccessfulExit"]': '0123456789abcdef' },
    adopted: false,
    held: false,
    proof: {
      file: { dev: '1', ino: '2', size: '3', mtimeNs: '4', ctimeNs: '5', uid: 501, gid: 20, mode: 0o644 },
      pid: 77,
    },
    ...over,
  };
}

const daemon = entry('local.tools.exporter', {
  domain: 'system',
  path: '/Library/LaunchDaemons/local.tools.exporter.plist',
});
const forAll = entry('local.tools.menu', { path: '/Library/LaunchAgents/local.tools.menu.plist' });

async function failureOf(promise: Promise<unknown>): Promise<ReconcileError> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ReconcileError);
  return error as ReconcileError;
}

describe('the ledger', () => {
  it('is empty when there is no file, and reading makes none', async () => {
    const files = createMemoryFiles();
    expect(await createLedgerStore(places, files, 501).read()).toEqual({ version: 1, entries: [] });
    expect(files.writes.count).toBe(0);
  });

  it('gives back what was recorded, to another run too, in a file that is the owner’s alone', async () => {
    const files = createMemoryFiles();
    await createLedgerStore(places, files, 501).record(entry('local.tools.a'));
    const ledger = await createLedgerStore(places, files, 501).read();
    expect(ledger.entries).toEqual([entry('local.tools.a')]);
    expect((await files.identify(USER_LEDGER))?.mode).toBe(0o600);
    expect((await files.identify(places.userState))?.mode).toBe(0o700);
  });

  it('replaces the entry of the same label and domain, and keeps the same label in another domain', async () => {
    const store = createLedgerStore(places, createMemoryFiles(), 501);
    await store.record(entry('local.tools.a'));
    await store.record(entry('local.tools.a', { domain: 'user/501' }));
    await store.record(entry('local.tools.a', { held: true }));
    expect((await store.read()).entries.map((e) => [e.domain, e.held])).toEqual([
      ['gui/501', true],
      ['user/501', false],
    ]);
  });

  it('keeps system and all-users jobs in the system’s state folder', async () => {
    const files = createMemoryFiles(0);
    const store = createLedgerStore(places, files, 0);
    await store.record(daemon);
    await store.record(forAll);
    await store.record(entry('local.tools.a'));
    expect(files.text(SYSTEM_LEDGER)).toContain('local.tools.exporter');
    expect(files.text(SYSTEM_LEDGER)).toContain('local.tools.menu');
    expect(files.text(USER_LEDGER)).not.toContain('exporter');
    expect((await store.read()).entries).toHaveLength(3);
    await store.forget('gui/501', 'local.tools.menu');
    expect((await store.read()).entries.map((e) => e.label)).toEqual([
      'local.tools.a',
      'local.tools.exporter',
    ]);
  });

  it('loses none of many changes made at the same time', async () => {
    const files = createMemoryFiles();
    const store = createLedgerStore(places, files, 501);
    const labels = Array.from(
      { length: 200 },
      (_, index) => `local.tools.n${String(index).padStart(3, '0')}`,
    );
    await Promise.all(labels.map((label) => store.record(entry(label))));
    await Promise.all(labels.slice(0, 50).map((label) => store.forget('gui/501', label)));
    expect((await store.read()).entries.map((e) => e.label)).toEqual(labels.slice(50));
    expect(files.writes.count).toBeLessThan(60);
  });

  it('keeps what another run wrote in between', async () => {
    const files = createMemoryFiles();
    const first = createLedgerStore(places, files, 501);
    const second = createLedgerStore(places, files, 501);
    await first.record(entry('local.tools.a'));
    await second.record(entry('local.tools.b'));
    await first.record(entry('local.tools.c'));
    expect((await second.read()).entries.map((e) => e.instance)).toEqual([
      'local.tools.a',
      'local.tools.b',
      'local.tools.c',
    ]);
  });

  it('goes on after a write that failed', async () => {
    const files = createMemoryFiles();
    const store = createLedgerStore(places, files, 501);
    files.put(USER_LEDGER, 'not json', { mode: 0o600 });
    await failureOf(store.record(entry('local.tools.a')));
    await files.remove(USER_LEDGER);
    await store.record(entry('local.tools.b'));
    expect((await store.read()).entries.map((e) => e.label)).toEqual(['local.tools.b']);
  });
});

describe('a ledger that cannot be trusted', () => {
  const good = `{"version": 1, "entries": [${JSON.stringify(entry('local.tools.a'))}]}`;
  const broken: readonly (readonly [name: string, text: string, words: string])[] = [
    ['cut off', good.slice(0, -20), 'is not JSON'],
    ['another document', '[]', 'is not a ledger'],
    ['no entries', '{"version": 1}', 'is not a ledger'],
    ['of a newer version', '{"version": 2, "entries": []}', 'newer reconcile'],
    ['with a label that is no text', good.replace('"local.tools.a"', '7'), 'damaged entry (number 1)'],
    ['with a domain that is none', good.replace('gui/501', 'gui/501/x'), 'damaged entry'],
    ['with a relative path', good.replace('"path":"/', '"path":"'), 'damaged entry'],
    ['with a proof without times', good.replace('"mtimeNs":"4",', ''), 'damaged entry'],
  ];
  it.each(broken)(
    '%s: stops, names the file, says what to do, changes nothing',
    async (_name, text, words) => {
      const files = createMemoryFiles();
      files.put(USER_LEDGER, text, { mode: 0o600 });
      const store = createLedgerStore(places, files, 501);
      for (const attempt of [store.read(), store.record(entry('local.tools.z'))]) {
        const error = await failureOf(attempt);
        expect(error.code).toBe('ledger/unreadable');
        expect(error.exitCode).toBe(1);
        expect(error.message).toContain(USER_LEDGER);
        expect(error.message).toContain(words);
        expect(error.hint).toContain('move it away');
      }
      expect(files.text(USER_LEDGER)).toBe(text);
    },
  );

  it('refuses, as root, a ledger that another user owns', async () => {
    const files = createMemoryFiles(0);
    files.put(SYSTEM_LEDGER, good, { uid: 501, mode: 0o600 });
    const error = await failureOf(createLedgerStore(places, files, 0).read());
    expect(error.message).toContain('belongs to another user (uid 501)');
  });

  it('refuses one that others may write, and one that is a link', async () => {
    const files = createMemoryFiles();
    files.put(USER_LEDGER, good, { mode: 0o666 });
    expect((await failureOf(createLedgerStore(places, files, 501).read())).message).toContain(
      'written by others',
    );
    files.put(USER_LEDGER, good, { kind: 'symlink' });
    expect((await failureOf(createLedgerStore(places, files, 501).read())).message).toContain(
      'not a plain file',
    );
  });

  it('tells a caller who is not root that root’s entries are hidden', async () => {
    const files = createMemoryFiles();
    files.put(SYSTEM_LEDGER, good, { uid: 0, mode: 0o600, refuses: 'EACCES' });
    await createLedgerStore(places, files, 501).record(entry('local.tools.a'));
    const ledger = await createLedgerStore(places, files, 501).read();
    expect(ledger).toEqual({ version: 1, entries: [entry('local.tools.a')], systemHidden: true });
    await failureOf(createLedgerStore(places, files, 501).record(daemon));
  });
});
