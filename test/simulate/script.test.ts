import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseScript } from '../../src/simulate/script.ts';
import { scriptWords } from '../../src/simulate/words.ts';
import { scriptOf } from './support.ts';

describe('parseScript', () => {
  it('reads exit codes, signals and hang', () => {
    expect(scriptOf('1, 255 ,segv,SIGABRT,Kill,hang')).toEqual([
      { exit: { code: 1 }, afterMs: 1000 },
      { exit: { code: 255 }, afterMs: 1000 },
      { exit: { signal: 11 }, afterMs: 1000 },
      { exit: { signal: 6 }, afterMs: 1000 },
      { exit: { signal: 9 }, afterMs: 1000 },
      { exit: null, afterMs: 1000 },
    ]);
  });

  it('reads how long a run takes, and how often it comes', () => {
    expect(scriptOf('1@30s*3,0@2m')).toEqual([
      ...Array.from({ length: 3 }, () => ({ exit: { code: 1 }, afterMs: 30_000 })),
      { exit: { code: 0 }, afterMs: 120_000 },
    ]);
  });

  it.each([
    ['', 0, 1, /no run/, /exit codes/],
    ['1,,0', 2, 1, /nothing between two commas/, /exit codes/],
    ['1,0,', 4, 1, /nothing between/, /exit codes/],
    ['1, 256', 3, 3, /256 is no exit code/, /0 to 255/],
    ['1,sgv', 2, 3, /`sgv`/, /Did you mean `segv`/],
    ['-9', 0, 2, /`-9`/, /Did you mean `kill`/],
    ['crash', 0, 5, /`crash`/, /Did you mean `segv`/],
    ['ok', 0, 2, /`ok`/, /Did you mean `0`/],
    ['cont', 0, 4, /SIGCONT ends no process/, /`kill`/],
    ['0,1@soon', 4, 4, /`soon` is no duration/, /30s/],
    ['1@0s', 2, 2, /`0s` is no duration/, /30s/],
    ['1*0', 2, 1, /`0` is no number of runs/, /1 to 1000/],
    ['1*3@30s', 0, 7, /cannot be read/, /time first/],
    ['hang@5s', 0, 7, /never ends/, /0@10m/],
    ['hang*2', 0, 6, /never ends/, /stands alone/],
    ['1,hang,0', 7, 1, /never ends/, /last one/],
    ['1*999,0*999', 6, 5, /more than 1000/, /last run/],
  ])('%j is refused where it is wrong', (text, offset, length, message, hint) => {
    const reading = parseScript(text);
    expect(reading).toMatchObject({ problem: { offset, length } });
    if ('script' in reading) throw new Error('was taken');
    expect(reading.problem.message).toMatch(message);
    expect(reading.problem.hint).toMatch(hint);
  });

  it('takes any text, or says where it is wrong', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-z@*,s ]{0,20}$/)), (text) => {
        const reading = parseScript(text);
        if ('script' in reading) expect(reading.script.length).toBeGreaterThan(0);
        else expect(reading.problem.offset).toBeLessThanOrEqual(text.length);
      }),
    );
  });
});

describe('scriptWords', () => {
  it.each([
    ['0', 'Runs end with exit 0 each time; each 1 s after its start.'],
    [
      '1,1,segv,0',
      'Runs end with exit 1 (2 times), SIGSEGV, then exit 0 each time; each 1 s after its start.',
    ],
    ['1@30s,0', 'Runs end with exit 1 after 30 s, then exit 0 after 1 s each time.'],
    ['1@2m,hang', 'Runs end with exit 1; each 2 min after its start; the next one keeps running.'],
    [
      '1*2,0@1m*2,hang',
      'Runs end with exit 1 after 1 s (2 times), then exit 0 after 1 min (2 times); the next one keeps running.',
    ],
    [
      '1,2,3,4,5,6,7,8,9,0',
      'Runs end with exit 1, exit 2, exit 3, exit 4, exit 5, exit 6, 3 more, then exit 0 each time; each 1 s after its start.',
    ],
    ['hang', 'Once started, it keeps running.'],
  ])('%s', (text, words) => {
    expect(scriptWords(scriptOf(text))).toBe(words);
  });
});
