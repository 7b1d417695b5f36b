import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Unfinished } from '../../src/model/journal.ts';
import { realFiles } from '../../src/sys/files.ts';
import { createJournal } from '../../src/sys/journal.ts';
import { formatJournal, parseJournal } from '../../src/sys/journal-file.ts';
import type { Journal } from '../../src/sys/ports.ts';
import { processStart, realProcesses } from '../../src/sys/processes.ts';
import { temporaryFolder } from '../support/temporary.ts';

const uid = process.getuid?.() ?? 501;

const change = (label: string, folder = '/home/me/LaunchAgents'): Unfinished => ({
  stack: 'test',
  label,
  domain: folder === '/daemons' ? 'system' : 'gui/501',
  plist: `${folder}/${label}.plist`,
  former: {
    files: {
      [`${folder}/${label}.plist`]: { base64: 'AAE=', hash: 'a'.repeat(64), mode: 0o600 },
      [`${folder}/new.plist`]: null,
    },
    services: {
      [`gui/501/${label}`]: {
        state: 'loaded',
        path: '/p',
        submitted: false,
        pid: 7,
        exitTimeout: 5,
        minimumRuntime: null,
      },
      'gui/501/__proto__': { state: 'not-loaded' },
    },
    disabled: { [`gui/501/${label}`]: true },
  },
  intent: {
    files: { [`${folder}/p.plist`]: 'b'.repeat(64), [`${folder}/q.plist`]: null },
    modes: [`${folder}/p.plist`],
    overrides: [`gui/501/${label}`],
    out: [`gui/501/${label}`],
    loads: { [`gui/501/${label}`]: '/p' },
  },
});

function open(folder: string, callerUid = uid): Journal {
  const places = {
    userState: join(folder, 'user'),
    systemState: join(folder, 'system'),
    userAgents: '/home/me/LaunchAgents',
    daemons: '/daemons',
    globalAgents: '/agents',
  };
  return createJournal(places, realFiles, realProcesses, callerUid);
}

const only = (folder: string): string => {
  const [name = ''] = readdirSync(join(folder, 'user/journal'));
  return join(folder, 'user/journal', name);
};

describe('createJournal', () => {
  it('is empty where there is none', async () => {
    expect(await open(temporaryFolder()).read()).toEqual([]);
  });

  it('gives back what was begun, until it has ended', async () => {
    const folder = temporaryFolder();
    const journal = open(folder);
    await journal.begin(change('com.example.a'));
    await journal.begin(change('com.example.b'));
    await journal.begin({ ...change('com.example.a'), stack: 'again' });
    const found = await journal.read();
    expect(found.map(({ label, stack }) => `${label} ${stack}`).sort()).toEqual([
      'com.example.a again',
      'com.example.b test',
    ]);
    const { former, intent } = change('com.example.b');
    expect(found.find(({ label }) => label === 'com.example.b')).toMatchObject({ intent });
    expect(JSON.stringify(found.find(({ label }) => label === 'com.example.b')?.former)).toBe(
      JSON.stringify(former),
    );
    await journal.end(change('com.example.a'));
    await journal.end(change('com.example.a'));
    await journal.end(change('com.example.b'));
    expect(await journal.read()).toEqual([]);
    expect(readdirSync(join(folder, 'user/journal'))).toEqual([]);
  });

  it('keeps what is root’s apart', async () => {
    const folder = temporaryFolder();
    await open(folder).begin(change('com.example.a', '/daemons'));
    await open(folder).begin(change('com.example.b', '/agents'));
    expect(readdirSync(join(folder, 'system/journal'))).toHaveLength(2);
    expect(readdirSync(folder)).toEqual(['system']);
    expect(await open(folder).read()).toHaveLength(2);
  });

  it('does not tell what a living process is at, but what one with its pid had been', async () => {
    const folder = temporaryFolder();
    await open(folder).begin(change('com.example.a'));
    const sleeper = spawn('sleep', ['1000']);
    onTestFinished(() => void sleeper.kill());
    const pid = sleeper.pid ?? 0;
    const write = (start: string | null): void =>
      writeFileSync(only(folder), formatJournal({ pid, start }, change('com.example.a')));
    write(await processStart(pid));
    expect(await open(folder).read()).toEqual([]);
    write('1');
    expect(await open(folder).read()).toHaveLength(1);
  });

  it.each([
    ['others may write it', (path: string): void => chmodSync(path, 0o666), 'may be written by others'],
    ['it is cut short', (path: string): void => writeFileSync(path, '{"version":1'), 'is not JSON'],
    ['it is something else', (path: string): void => writeFileSync(path, '[]'), 'is not a journal'],
    ['it is newer', (path: string): void => writeFileSync(path, '{"version":2}'), 'newer reconcile'],
    [
      'it was renamed',
      (path: string): void => {
        const text = readFileSync(path, 'utf8').replaceAll('com.example.a', 'com.example.c');
        writeFileSync(path, text);
      },
      'is about another job',
    ],
  ])('is not trusted when %s', async (_, spoil, why) => {
    const folder = temporaryFolder();
    await open(folder).begin(change('com.example.a'));
    spoil(only(folder));
    await expect(open(folder).read()).rejects.toMatchObject({
      code: 'journal/unreadable',
      exitCode: 1,
      message: expect.stringContaining(why),
    });
  });

  it.each<[string, (change: Unfinished) => Unfinished, string]>([
    [
      'a file elsewhere that was there before',
      (change) => ({
        ...change,
        former: { ...change.former, files: { ...change.former.files, '/home/me/.profile': null } },
      }),
      '/home/me/.profile',
    ],
    [
      'a file to write that only seems to lie there',
      (change) => ({
        ...change,
        intent: {
          ...change.intent,
          files: { '/home/me/LaunchAgents/../LaunchAgents/x.plist': 'b'.repeat(64) },
        },
      }),
      '/home/me/LaunchAgents/../LaunchAgents/x.plist',
    ],
    [
      'the mode of something that is no plist',
      (change) => ({ ...change, intent: { ...change.intent, modes: ['/home/me/LaunchAgents/sh'] } }),
      '/home/me/LaunchAgents/sh',
    ],
    [
      'a job of macOS',
      (change) => ({ ...change, intent: { ...change.intent, out: ['gui/501/com.apple.Dock.agent'] } }),
      'gui/501/com.apple.Dock.agent',
    ],
    [
      'a whole domain',
      (change) => ({ ...change, intent: { ...change.intent, overrides: ['gui/501'] } }),
      'gui/501',
    ],
  ])('is not trusted when it names %s', async (_, spoil, named) => {
    const folder = temporaryFolder();
    await open(folder).begin(spoil(change('com.example.a')));
    await expect(open(folder).read()).rejects.toMatchObject({
      code: 'journal/unreadable',
      message: expect.stringContaining(`names ${named},`),
    });
  });

  it('is not trusted in a folder that others may write, nor as a folder of somebody else', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'user/journal'), { recursive: true });
    chmodSync(join(folder, 'user/journal'), 0o777);
    await expect(open(folder).read()).rejects.toMatchObject({ code: 'journal/unreadable' });
    chmodSync(join(folder, 'user/journal'), 0o700);
    expect(await open(folder).read()).toEqual([]);
    if (uid !== 0) await expect(open(folder, uid + 1).read()).rejects.toThrow('belongs to another user');
  });
});

describe('parseJournal', () => {
  it('refuses every text in which one value has another type', () => {
    const whole = JSON.parse(formatJournal({ pid: 1, start: 'x' }, change('com.example.a')));
    expect(parseJournal(JSON.stringify(whole)).ok).toBe(true);
    let tried = 0;
    const spoil = (at: Record<string, unknown>): void => {
      for (const key of Object.keys(at)) {
        const value = at[key];
        at[key] = { odd: 1.5 };
        tried++;
        const reading = parseJournal(JSON.stringify(whole));
        expect(reading.ok, `${key} spoiled`).toBe(false);
        at[key] = value;
        if (typeof value === 'object' && value !== null && !Array.isArray(value))
          spoil(value as Record<string, unknown>);
      }
    };
    spoil(whole);
    expect(tried).toBeGreaterThan(25);
  });
});
