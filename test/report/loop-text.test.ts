import { describe, expect, it } from 'vitest';
import type { LoopEvent } from '../../src/model/loop.ts';
import { renderEvent } from '../../src/report/loop-text.ts';
import { plain } from './samples.ts';

const JOB = { instance: 'web', label: 'com.example.web', domain: 'gui/501' } as const;

const text = (event: LoopEvent): string =>
  renderEvent({ ...event, at: 0 }, plain, { clock: (at) => `at ${at}` });

describe('what the loop tells', () => {
  it('says of bad ends how many, how soon and how, and no time that nobody knows', () => {
    const one = { code: 1 } as const;
    const looping = { event: 'crash-looping', ...JOB, exits: [one, one], seconds: 8 } as const;
    expect(text(looping)).toContain('crash-looping: 2 bad ends within 8 s, each with exit code 1\n');
    expect(text({ ...looping, exits: [{ code: 2 }, one] })).toContain(
      '2 bad ends within 8 s: exit code 2, exit code 1\n',
    );
    const killed = { signal: 9, name: 'SIGKILL' } as const;
    expect(text({ ...looping, exits: [one, one, killed, one] })).toContain(
      '4 bad ends within 8 s: exit code 1 (2 times), Killed: 9, exit code 1\n',
    );
    const many = [1, 2, 3, 4, 5, 6].map((code) => ({ code }));
    expect(text({ ...looping, exits: many })).toContain('6 bad ends within 8 s: …, exit code 2, ');
    expect(text({ ...looping, seconds: 0 })).toContain('crash-looping: 2 bad ends, each with exit code 1\n');
  });

  it('names the files over which a job was restarted, unless the declaration changed as well', () => {
    const applied = {
      event: 'applied',
      ...JOB,
      op: 'update',
      keys: [],
      cause: 'declaration',
      outcome: 'applied',
      files: ['/etc/web.env', '/etc/web.toml'],
    } as const;
    expect(text({ ...applied, reasons: ['trigger'] })).toBe(
      'at 0  ~ web  com.example.web  (gui/501)  updated; /etc/web.env, /etc/web.toml changed\n',
    );
    expect(text({ ...applied, reasons: ['changed', 'trigger'] })).toContain('updated; as the file says now');
  });

  it('marks what was done as a plan does', () => {
    const applied = {
      event: 'applied',
      ...JOB,
      reasons: [],
      keys: ['(no plist)'],
      cause: 'outside',
      outcome: 'applied',
    } as const;
    expect(text({ ...applied, op: 'create' })).toMatch(/^at 0 {2}\+ web .* created; had come to differ/);
    expect(text({ ...applied, op: 'delete', cause: 'declaration' })).toMatch(/^at 0 {2}- web .* deleted; /);
    expect(text({ event: 'recovered', code: 'launchctl/unusable' })).toMatch(/^at 0 {2}\. well again/);
  });

  it('sends to what a code means where there is no log to read', () => {
    const exits = [{ code: 78 }, { code: 78 }] as const;
    const gaveUp = { event: 'gave-up', ...JOB, after: 2, within: 60, exits, seconds: 8, log: null } as const;
    expect(text(gaveUp)).toContain(
      'hint: See `reconcile explain 78`, put it right, then run `reconcile restart web`.',
    );
    expect(text({ ...gaveUp, exits: [{ code: 1 }] })).toContain('hint: Put it right, then run');
  });

  it('says once that it has restarted an unhealthy job, and when it may again', () => {
    const ill = {
      event: 'health',
      ...JOB,
      state: 'unhealthy',
      reason: 'nobody answers',
      restarts: 1,
      retryAt: 60,
    } as const;
    expect(text(ill)).toContain(
      'unhealthy: nobody answers\n    restarted 1 time within the hour already; not again before at 60\n',
    );
  });
});
