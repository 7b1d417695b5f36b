import { posix } from 'node:path';
import { escapeDollars } from '../../config/interpolate.ts';
import { dict, isArray, isDict, type PlistValue } from '../../model/plist.ts';

/** Too short to be somebody's home: `/` stands in every path. */
const isHome = (home: string): boolean => home.length > 1;

/** A path as a person writes it, `~` for the home folder. */
export function sayPath(path: string, home: string): string {
  if (isHome(home) && path === home) return '~';
  if (isHome(home) && path.startsWith(`${home}/`)) {
    const rest = path.slice(home.length);
    if (posix.join(home, rest) === path) return `~${escapeDollars(rest)}`;
  }
  return escapeDollars(path);
}

/** Text in which nobody expands a `~`: `${home}` wherever the home folder stands at the beginning of a path. */
export function sayText(text: string, home: string): string {
  if (!isHome(home)) return escapeDollars(text);
  const parts = text.split(home);
  let said = parts[0] ?? '';
  let plain = said;
  said = escapeDollars(said);
  for (const part of parts.slice(1)) {
    const begins = /(?:^|[\s=:,;"'(])$/.test(plain);
    const ends = /^(?:$|[\s/:,;"')])/.test(part);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the file's own syntax.
    said += begins && ends ? '${home}' : home;
    said += escapeDollars(part);
    plain += home + part;
  }
  return said;
}

/** A value under `launchd:`, with its texts written so that they come out as they are. */
export function sayValue(value: PlistValue, say: (text: string) => string): PlistValue {
  if (typeof value === 'string') return say(value);
  if (isArray(value)) return value.map((item) => sayValue(item, say));
  if (!isDict(value)) return value;
  return dict(Object.entries(value.entries).map(([key, member]) => [key, sayValue(member, say)]));
}

/** Seconds as `90s`, `15m`, `1h30m`, `2d`; undefined when they are no duration. */
export function sayDuration(value: PlistValue | undefined): string | undefined {
  if (typeof value !== 'number' || value < 1) return undefined;
  if (value < 120 && value % 60 !== 0) return `${value}s`;
  const parts: string[] = [];
  let rest = value;
  for (const [unit, seconds] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.join('');
}
