import { describe, expect, it } from 'vitest';
import { mustWait, noteFailure, pauseAfter } from '../../src/loop/back-off.ts';
import { changeOf } from './support.ts';

describe('back-off', () => {
  it('doubles the pause with each failure, up to a quarter of an hour', () => {
    expect([1, 2, 3, 4].map((count) => pauseAfter(count, 10_000))).toEqual([10_000, 20_000, 40_000, 80_000]);
    expect(pauseAfter(50, 10_000)).toBe(15 * 60_000);
  });

  it('lets the same change wait, and does another one at once', () => {
    const failed = noteFailure(null, changeOf('web'), 1_000, 10_000);
    expect(failed).toMatchObject({ count: 1, retryAt: 11_000 });
    expect(mustWait(failed, changeOf('web'), 10_999)).toBe(true);
    expect(mustWait(failed, changeOf('web'), 11_000)).toBe(false);
    expect(mustWait(failed, changeOf('web', { op: 'reload' }), 2_000)).toBe(false);
  });

  it('does not wait for a time that a clock set back has moved out of reach', () => {
    const DAY = 24 * 60 * 60_000;
    const failed = noteFailure(null, changeOf('web'), 2 * DAY, 10_000);
    expect(mustWait(failed, changeOf('web'), 2 * DAY + 1)).toBe(true);
    expect(mustWait(failed, changeOf('web'), DAY)).toBe(false);
  });

  it('counts failures of one change in a row, and begins anew with another', () => {
    const first = noteFailure(null, changeOf('web'), 0, 1_000);
    const second = noteFailure(first, changeOf('web'), 1_000, 1_000);
    expect(second).toMatchObject({ count: 2, retryAt: 3_000 });
    expect(noteFailure(second, changeOf('web', { op: 'load' }), 5_000, 1_000)).toMatchObject({ count: 1 });
  });
});
