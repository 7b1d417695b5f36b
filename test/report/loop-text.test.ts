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
      '2 bad ends within 8 s, the last with exit code 1\n',
    );
    expect(text({ ...looping, seconds: 0 })).toContain('crash-looping: 2 bad ends, each with exit code 1\n');
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
