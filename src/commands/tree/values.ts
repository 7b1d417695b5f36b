import { InvalidArgumentError } from 'commander';
import { parseRelease, releaseWords } from '../../launchd/releases.ts';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration that leaves no time to answer is a slip. */
export function timeLimit(text: string): number {
  const ms = duration(text);
  if (ms > 0) return ms;
  throw new InvalidArgumentError('Write a duration above zero, such as 10s.');
}

/** A release of macOS that the embedded launchd can print as. */
export function release(text: string): string {
  if (parseRelease(text) !== null) return text;
  throw new InvalidArgumentError(`Choose ${releaseWords()}.`);
}

/** `10s`, `1m30s`, `500ms`, or whole seconds → milliseconds. */
export function duration(text: string): number {
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const parts = [...text.matchAll(/(\d+)(ms|[smhd])/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text)
    throw new InvalidArgumentError('Write a duration such as 10s, 1m30s, 2d or 500ms.');
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0), 0);
}

/** 1 to 9999. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Write a whole number from 1 to 9999.');
  return Number(text);
}

/** 1 to 999,999,999. */
export function rounds(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number above zero.');
  return Number(text);
}

/** A parser that takes these words alone. */
export function oneOf(...choices: readonly string[]): (value: string) => string {
  return (value) => {
    if (choices.includes(value)) return value;
    const all = choices.slice(0, -1).join(', ');
    throw new InvalidArgumentError(`Choose ${all} or ${choices.at(-1)}.`);
  };
}

/** Collects the values of an option that may be given several times. */
export const repeatable = (value: string, previous: readonly string[] | undefined): readonly string[] => [
  ...(previous ?? []),
  value,
];
