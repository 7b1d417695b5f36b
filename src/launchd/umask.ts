import { MODE_MAX } from './key-spec.ts';

/**
 * A Umask string as launchd reads it: C's strtoul with base 0, so a leading zero means octal, `0x` hexadecimal, and
 * anything else decimal (facts §1: "022" is octal, "18" decimal). Null when it is no number from 0 to 0777.
 */
export function parseUmask(text: string): number | null {
  const base = /^0[xX][0-9a-fA-F]+$/.test(text)
    ? 16
    : /^0[0-7]*$/.test(text)
      ? 8
      : /^[1-9][0-9]*$/.test(text)
        ? 10
        : null;
  if (base === null) return null;
  const value = Number.parseInt(text, base);
  return value <= MODE_MAX ? value : null;
}

/** Octal digits with a leading zero: 63 → `077`, 18 → `022`. */
export function formatUmask(mask: number): string {
  return mask.toString(8).padStart(3, '0');
}
