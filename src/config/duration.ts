import type { Problem } from './collector.ts';
import { shorten } from './shorten.ts';

/** The longest duration: a year. More is a slip of the keyboard. */
const MAX_SECONDS = 365 * 86_400;

const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/;

/**
 * `5s`, `15m`, `1h30m`, `2d`, or a whole number of seconds (as a number or in digits) → seconds, from 1 to a year.
 * Otherwise what is wrong with it.
 */
export function parseDuration(
  value: string | number,
): { readonly seconds: number } | { readonly problem: Problem } {
  const text = String(value);
  const shown = shorten(text);
  const parts = DURATION.exec(text);
  const wrong = (message: string, hint: string): { problem: Problem } => ({
    problem: { code: 'duration/invalid', message, hint },
  });
  const shape = 'Write `30s`, `15m`, `1h30m` or `2d`, or whole seconds.';
  let seconds: number;
  if (/^-?\d+$/.test(text)) seconds = Number(text);
  else if (parts !== null && text !== '') {
    const [, days = '0', hours = '0', minutes = '0', rest = '0'] = parts;
    seconds = Number(days) * 86_400 + Number(hours) * 3_600 + Number(minutes) * 60 + Number(rest);
  } else if (/^[\d.]+ms$/.test(text) || /^\d*\.\d+[smhd]?$/.test(text)) {
    return wrong(`launchd counts whole seconds, so \`${shown}\` cannot be said.`, shape);
  } else return wrong(`\`${shown}\` is not a duration.`, shape);
  if (seconds <= 0) return wrong('A duration is above zero.', shape);
  if (seconds > MAX_SECONDS) return wrong(`\`${shown}\` is longer than a year (365 days).`, shape);
  return { seconds };
}
