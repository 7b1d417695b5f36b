import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatUmask, parseUmask } from '../../src/launchd/umask.ts';

describe('umask', () => {
  it.each([
    ['022', 18],
    ['0022', 18],
    ['077', 63],
    ['18', 18],
    ['0', 0],
    ['0x1f', 31],
    ['0777', 511],
    ['01000', null],
    ['512', null],
    ['089', null],
    ['-1', null],
    ['', null],
    ['0o22', null],
  ])('%j is %s', (text, mask) => {
    expect(parseUmask(text)).toBe(mask);
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.nat(0o777), (mask) => {
        expect(parseUmask(`0${formatUmask(mask)}`)).toBe(mask);
      }),
    );
    expect(formatUmask(63)).toBe('077');
  });
});
