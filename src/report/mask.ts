import { isSecretName, isSensitive } from '../launchd/secrets.ts';
import type { Diagnostic } from '../model/diagnostic.ts';

/** `NAME: value` in YAML, the value in quotes, plain to the end of a block line, or plain up to the next mark of a flow. */
const MEMBER =
  /(?:^[ \t]*(?:- +)*)?(["']?)(?<![\w.-])([A-Za-z_][\w.-]*)\1\s*:[ \t]+(?:("(?:\\.|[^"\\])*"?|'[^']*'?)|((?:\$\{[^}]*\}|[^\s"'[{&*!|>])(?:\$\{[^}]*\}|[^,[\]{}])*)|$)/g;

/** What says nothing by itself: `${env.TOKEN}`, a boolean, null. */
const SAYS_NOTHING = /^["']?(?:\$\{[^}]*\}|true|false|null|~)?["']?$/;

/** What a member of `secrets` says; any other text there is the value itself, by mistake. */
const SOURCES: ReadonlySet<string> = new Set(['file', 'keychain', 'service', 'account']);

/**
 * A line of a file with what looks secret in it starred out, character by character, so that columns stay where they are:
 * the values of members with a telling name or of `secrets`, and words that look like tokens.
 *
 * @param isOfSecrets it stands below `secrets:`
 */
export function maskLine(line: string, isOfSecrets = false): string {
  const stars: [from: number, to: number][] = [];
  const [first, end] = isOfSecrets ? [0, line.length] : flowOfSecrets(line);
  for (const match of line.matchAll(MEMBER)) {
    const [whole, , name = '', quoted, plain] = match;
    const isValue = match.index >= first && match.index < end && !SOURCES.has(name);
    if (!isValue && !isSecretName(name)) continue;
    const value = quoted ?? plain ?? '';
    const from = match.index + whole.length - value.length;
    // In a block, commas and brackets belong to the text; a comment does not.
    const isBlock = match.index === 0 && quoted === undefined;
    const text = isBlock ? line.slice(from).replace(/\s+#.*$/, '') : value.trimEnd();
    if (!SAYS_NOTHING.test(text)) stars.push([from, from + text.length]);
  }
  for (const match of line.matchAll(/[^\s"',[\]{}]+/g)) {
    // `--token=${env.TOKEN}`: the brace ends the word, and its dollar is no secret.
    const isReference = match[0].endsWith('$') && line[match.index + match[0].length] === '{';
    const word = isReference ? match[0].slice(0, -1) : match[0];
    if (isSensitive([], word) && !/\$\{/.test(word)) stars.push([match.index, match.index + word.length]);
  }
  return stars.reduce(
    (text, [from, to]) => text.slice(0, from) + '*'.repeat(to - from) + text.slice(to),
    line,
  );
}

/** Where `{…}` of a `secrets:` begins and ends; empty where there is none. */
function flowOfSecrets(line: string): readonly [from: number, to: number] {
  const start = /(?<![\w.-])secrets["']?\s*:\s*\{/.exec(line);
  if (start === null) return [0, 0];
  const from = start.index + start[0].length;
  let depth = 1;
  for (let at = from; at < line.length; at++) {
    if (line[at] === '{') depth++;
    if (line[at] === '}') depth--;
    if (depth === 0) return [from, at];
  }
  return [from, line.length];
}

/** So many lines above one are looked at for the map that it stands in. */
const FAR_ABOVE = 100;

/** Whether a line stands below `secrets:`, as a member of it or of a member. @param index of the line, from 0 */
export function isBelowSecrets(lines: readonly string[], index: number): boolean {
  let indent = indentOf(lines[index] ?? '');
  for (let at = index - 1, above = 0; at >= Math.max(0, index - FAR_ABOVE) && above < 2; at--) {
    const line = lines[at] ?? '';
    if (/^\s*(?:#|$)/.test(line) || indentOf(line) >= indent) continue;
    if (/^\s*(["']?)secrets\1\s*:\s*(?:#|$)/.test(line)) return true;
    indent = indentOf(line);
    above++;
  }
  return false;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

/** Shorter values are too common in other words to be looked for. */
const SHORTEST = 6;

/** What is told about the file, without what `${env.…}` brought in of variables whose names or values look secret. */
export function hideSecrets(
  diagnostics: readonly Diagnostic[],
  env: Readonly<Record<string, string>>,
): readonly Diagnostic[] {
  const secrets = Object.entries(env)
    .filter(([name, value]) => value.length >= SHORTEST && isSensitive(['environment', name], value))
    .map(([, value]) => value);
  if (secrets.length === 0) return diagnostics;
  const hide = (text: string): string =>
    secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text);
  return diagnostics.map((diagnostic) => ({
    ...diagnostic,
    message: hide(diagnostic.message),
    ...(diagnostic.hint === undefined ? {} : { hint: hide(diagnostic.hint) }),
  }));
}
