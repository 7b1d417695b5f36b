import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effectiveExitTimeout, effectiveThrottle, throttleDelay } from '../../src/launchd/throttle.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';

const withKey = (key: string, value?: PlistValue) => dict([[key, value]]);

describe('throttleDelay', () => {
  it.each([
    ['never started', null, 0, 10, 0],
    ['at the same moment', 1_000, 1_000, 10, 10_000],
    ['as in the log: ran 4 seconds', 0, 4_000, 10, 6_000],
    ['part of a second counts as nothing', 0, 4_999, 10, 6_000],
    ['just before the interval', 0, 9_999, 10, 1_000],
    ['ran as long as the interval', 0, 10_000, 10, 0],
    ['ran longer', 0, 99_000, 10, 0],
    ['interval of 1', 0, 300, 1, 1_000],
    ['a clock that went back', 5_000, 0, 10, 10_000],
  ])('%s', (_name, previous, now, interval, delay) => {
    expect(throttleDelay(previous, now, interval)).toBe(delay);
  });

  it('keeps two starts between N and N + 1 seconds apart', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.nat(100_000), fc.integer({ min: 1, max: 60 }), (start, ran, interval) => {
        const gap = ran + throttleDelay(start, start + ran, interval);
        if (ran >= interval * 1000) expect(gap).toBe(ran);
        else {
          expect(gap).toBeGreaterThanOrEqual(interval * 1000);
          expect(gap).toBeLessThan((interval + 1) * 1000);
        }
      }),
    );
  });
});

describe('effective values', () => {
  it.each<[PlistValue | undefined, number]>([
    [undefined, 10],
    [0, 10],
    [-3, 10],
    [1, 1],
    [30, 30],
    [4_294_967_295, 4_294_967_295],
    [4_294_967_296, 10],
    [{ kind: 'integer', digits: '99999999999999999999' }, 10],
    [{ kind: 'real', value: 5 }, 10],
    ['5', 10],
  ])('ThrottleInterval %j counts as %d', (value, seconds) => {
    expect(effectiveThrottle(withKey('ThrottleInterval', value))).toBe(seconds);
  });

  it.each<[PlistValue | undefined, number]>([
    [undefined, 5],
    [0, 0],
    [30, 30],
    [-1, 5],
    ['30', 5],
  ])('ExitTimeOut %j counts as %d', (value, seconds) => {
    expect(effectiveExitTimeout(withKey('ExitTimeOut', value))).toBe(seconds);
  });
});
