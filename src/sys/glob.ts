import { existsSync, readdirSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/**
 * The files that a pattern names, absolute, in byte order. `*` and `?` stop at a slash, `[a-z]` and `[!a-z]` are sets,
 * `**` as a whole part stands for any folders; a leading dot is matched by a dot only, as in a shell. A pattern without
 * any of these names itself when it is there.
 */
export function expandGlob(pattern: string, folder: string): readonly string[] {
  const parts = pattern.split('/').filter((part) => part !== '' && part !== '.');
  const found = new Set<string>();
  walk(isAbsolute(pattern) ? '/' : folder, parts, found);
  return [...found].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function walk(at: string, parts: readonly string[], found: Set<string>): void {
  const [part, ...rest] = parts;
  if (part === undefined) {
    if (statSync(at, { throwIfNoEntry: false })?.isFile()) found.add(at);
    return;
  }
  if (part === '**') {
    walk(at, rest, found);
    for (const entry of entries(at))
      if (entry.isDirectory() && !entry.name.startsWith('.')) walk(join(at, entry.name), parts, found);
    return;
  }
  if (!/[*?[]/.test(part)) {
    if (existsSync(join(at, part))) walk(join(at, part), rest, found);
    return;
  }
  const matches = matcher(part);
  for (const { name } of entries(at))
    if (name.startsWith('.') === part.startsWith('.') && matches.test(name))
      walk(join(at, name), rest, found);
}

/** A folder that is not there, or may not be read, holds nothing. */
function entries(folder: string): ReturnType<typeof readEntries> {
  try {
    return readEntries(folder);
  } catch {
    return [];
  }
}

function readEntries(folder: string): { readonly name: string; isDirectory(): boolean }[] {
  return readdirSync(folder, { withFileTypes: true });
}

function matcher(part: string): RegExp {
  let source = '';
  for (let at = 0; at < part.length; at++) {
    const char = part.charAt(at);
    const close = char === '[' ? part.indexOf(']', at + 2) : -1;
    if (char === '*') source += '[^/]*';
    else if (char === '?') source += '[^/]';
    else if (close > 0) {
      const inside = part.slice(at + 1, close);
      const negated = inside.startsWith('!') || inside.startsWith('^');
      source += `[${negated ? '^' : ''}${(negated ? inside.slice(1) : inside).replace(/[\\\]^[]/g, '\\$&')}]`;
      at = close;
    } else source += char.replace(/[.+^${}()|\\[\]]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    // A set such as [z-a]: nothing is in it.
    return /$^/;
  }
}
