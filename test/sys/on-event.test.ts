import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Happening } from '../../src/model/history.ts';
import { EVENT_NAMES } from '../../src/model/on-event.ts';
import { createNotifier, type Notifier, type NotifierOptions } from '../../src/sys/on-event.ts';
import { until } from '../support/private-home.ts';
import { temporaryFolder } from '../support/temporary.ts';

const failed: Happening = {
  stack: 'demo',
  instance: 'web',
  label: 'com.example.web',
  domain: 'gui/501',
  plist: '/x.plist',
  what: 'rolled-back',
  reasons: ['changed'],
  reason: 'the declaration changed',
  fields: [],
  actions: ['bootstrap'],
  outcome: 'rolled-back',
  error: { code: 'plist/invalid', message: 'launchd\0 refused it.', hint: '' },
};

interface Stage {
  readonly folder: string;
  readonly notes: string[];
  readonly notifier: Notifier;
  readonly command: (script: string, events?: readonly (typeof EVENT_NAMES)[number][]) => void;
  readonly read: () => string;
}

function stage(
  timeLimitMs?: number,
  more: Partial<Pick<NotifierOptions, 'signal' | 'lastWordsMs' | 'env'>> = {},
): Stage {
  const folder = temporaryFolder();
  const notes: string[] = [];
  const notifier = createNotifier({
    by: { command: 'watch', pid: 7 },
    note: (text) => notes.push(text),
    ...more,
    env: { PATH: '/usr/bin:/bin', OUT: join(folder, 'out'), ...more.env },
    ...(timeLimitMs === undefined ? {} : { timeLimitMs }),
  });
  return {
    folder,
    notes,
    notifier,
    command(script, events = EVENT_NAMES) {
      const program = join(folder, 'program');
      writeFileSync(program, `#!/bin/sh\n${script}\n`);
      chmodSync(program, 0o755);
      notifier.use({ command: [program, 'one', 'two words'], events });
    },
    read: () => readFileSync(join(folder, 'out'), 'utf8'),
  };
}

describe('the command that is run on events', () => {
  it('gets the event as JSON and in variables', async () => {
    const { notifier, command, read, notes } = stage();
    command(
      'printf "%s\\n" "$1|$2" "$RECONCILE_EVENT" "$RECONCILE_LABEL" "$RECONCILE_ERROR" "$RECONCILE_MESSAGE" >> "$OUT"; cat >> "$OUT"',
    );
    notifier.tell(failed);
    await notifier.settled();
    const [args, event, label, error, message, json = ''] = read().split('\n');
    expect([args, event, label, error, message]).toEqual([
      'one|two words',
      'failed',
      'com.example.web',
      'plist/invalid',
      'launchd refused it.',
    ]);
    expect(JSON.parse(json)).toMatchObject({ ...failed, by: { command: 'watch', pid: 7 } });
    expect(notes).toEqual([]);
  });

  it('is run on the events it is meant for alone, one after the other', async () => {
    const { notifier, command, read } = stage();
    notifier.tell(failed);
    command('echo "$RECONCILE_EVENT $RECONCILE_INSTANCE" >> "$OUT"', ['healed', 'gave-up']);
    for (const what of ['created', 'failed', 'healed', 'left-alone', 'gave-up'] as const)
      notifier.tell({ ...failed, what });
    notifier.tell({ ...failed, what: 'healed', instance: null });
    await notifier.settled();
    expect(read()).toBe('healed web\ngave-up web\nhealed \n');
    notifier.use(null);
    notifier.tell({ ...failed, what: 'healed' });
    await notifier.settled();
    expect(read()).toBe('healed web\ngave-up web\nhealed \n');
  });

  it('is told of once when it fails, cannot be run, or takes too long, with all that it started', async () => {
    const { notifier, command, notes, folder } = stage(300);
    command('printf "oh no\\033[31m\\n" >&2; exit 3');
    notifier.tell(failed);
    notifier.tell(failed);
    await notifier.settled();
    expect(notes).toEqual([`on_event: ${join(folder, 'program')} ended with 3: oh no [31m.`]);
    notifier.use({ command: ['/none/program'], events: EVENT_NAMES });
    notifier.tell(failed);
    await notifier.settled();
    expect(notes[1]).toBe(
      'on_event: /none/program cannot be run: it, or what its first line names, is not there.',
    );
    command('sleep 1000');
    notifier.tell(failed);
    await notifier.settled();
    expect(notes[2]).toContain('did not end within 0.3 s and was ended');
  });

  it('may say a lot, and is ended when it says no end of it', async () => {
    const { notifier, command, read, notes, folder } = stage();
    command('head -c 500000 /dev/zero; head -c 400000 /dev/zero >&2; echo done >> "$OUT"');
    notifier.tell(failed);
    await notifier.settled();
    expect([read(), notes]).toEqual(['done\n', []]);
    command('exec cat /dev/zero');
    notifier.tell(failed);
    await notifier.settled();
    expect(notes).toEqual([`on_event: ${join(folder, 'program')} said more than 1024 KiB and was ended.`]);
  });

  it('is ended soon when we are asked to end, and what still waits is left out', async () => {
    const end = new AbortController();
    const { notifier, command, read, notes, folder } = stage(60_000, {
      signal: end.signal,
      lastWordsMs: 50,
    });
    command('echo "$RECONCILE_INSTANCE" >> "$OUT"; [ "$RECONCILE_INSTANCE" = quick ] || sleep 1000');
    notifier.tell({ ...failed, instance: 'quick' });
    notifier.tell(failed);
    notifier.tell(failed);
    await until('the second run', () => existsSync(join(folder, 'out')) && read() === 'quick\nweb\n');
    end.abort();
    await notifier.settled();
    expect(read()).toBe('quick\nweb\n');
    expect(notes).toEqual([
      `on_event: ${join(folder, 'program')} had not ended when reconcile was asked to end, and was ended.`,
      'on_event: some events were left out, since reconcile was asked to end.',
    ]);
  });

  it('is not run by what it does with reconcile itself', async () => {
    const { notifier, command, folder } = stage(undefined, { env: { RECONCILE_EVENT: 'failed' } });
    command('echo again >> "$OUT"');
    notifier.tell(failed);
    await notifier.settled();
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('does not have to read what it is given', async () => {
    const { notifier, command, notes } = stage();
    command('exec <&-; exit 0');
    notifier.tell({ ...failed, reason: 'x'.repeat(1_000_000) });
    await notifier.settled();
    expect(notes).toEqual([]);
  });
});
