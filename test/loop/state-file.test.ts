import { describe, expect, it } from 'vitest';
import type { LoopState } from '../../src/loop/state.ts';
import { formatState, parseState } from '../../src/loop/state-file.ts';

const STATE: LoopState = {
  version: 1,
  jobs: {
    'gui/501/com.example.web': {
      corrections: [{ at: 1, keys: ['KeepAlive', '(not loaded)'] }],
      contested: {
        since: 2,
        keys: ['KeepAlive'],
        declared: 'abc',
        writer: { name: null, writtenAt: 5 },
      },
      failures: { count: 3, retryAt: 4, signature: 'def' },
      restarts: [4],
      track: {
        definition: 'abc',
        ended: 4,
        countedAt: null,
        pid: null,
        bad: [
          { at: 1, exit: { code: 1 } },
          { at: 2, exit: { signal: 9, name: 'SIGKILL' } },
          { at: 3, exit: { reason: 'jetsam' } },
        ],
        told: false,
        others: [],
        toldOften: false,
      },
    },
  },
};

describe('the state of a loop', () => {
  it('is the same after it was written and read', () => {
    expect(parseState(formatState(STATE))).toEqual(STATE);
  });

  it('is not trusted when anything in it is not as it should be', () => {
    const text = formatState(STATE);
    const damaged = [
      '',
      '{',
      '[]',
      text.slice(0, -20),
      text.replace('"version": 1', '"version": 2'),
      text.replace('"at": 1', '"at": "1"'),
      text.replace('"SIGKILL"', '9'),
      text.replace('"told": false', '"told": null'),
    ];
    expect(damaged.map(parseState)).toEqual(damaged.map(() => null));
  });
});
