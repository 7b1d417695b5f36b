import { isSecretName, isSensitive } from '../../launchd/secrets.ts';
import { parseMarker } from '../../plist/marker.ts';
import type { PlistSource } from '../../plist/source.ts';

/** What the comments of a plist say, and of what. Lines without `#`. */
export interface PlistComments {
  /** Of the job as a whole. */
  readonly above: readonly string[];
  /** By key of the plist. */
  readonly at: ReadonlyMap<string, readonly string[]>;
  /** A comment held what looks like a secret, and it was left out. */
  readonly hidSecret: boolean;
}

export const NO_COMMENTS: PlistComments = { above: [], at: new Map(), hidSecret: false };

/** Reads the comments of an XML plist; those that we write ourselves are left out. */
export function plistComments(source: PlistSource, withSecrets: boolean): PlistComments {
  const { text, mark } = source;
  const keys = [...(mark.members ?? [])]
    .map(([key, { start }]) => ({ key: String(key), start }))
    .sort((a, b) => a.start - b.start);
  const above: string[] = [];
  const at = new Map<string, string[]>();
  let hidSecret = false;
  for (const comment of source.comments) {
    if (parseMarker([comment.text]) !== null) continue;
    const shown = withSecrets ? comment.text : withoutSecrets(comment.text);
    hidSecret ||= shown !== comment.text;
    const key = keyOf(comment.start, text, keys);
    const lines = linesOf(shown);
    if (key === null) above.push(...lines);
    else at.set(key, [...(at.get(key) ?? []), ...lines]);
  }
  return { above, at, hidSecret };
}

interface Key {
  readonly key: string;
  readonly start: number;
}

/** The key that a comment speaks of: the one on whose line or in whose value it stands, else the one below it. */
function keyOf(start: number, text: string, keys: readonly Key[]): string | null {
  const before = keys.filter((key) => key.start < start).at(-1);
  if (before === undefined) return null;
  const line = text.slice(text.lastIndexOf('\n', start) + 1, start);
  if (line.trim() !== '') return before.key;
  const gap = /^(?:\s|<!--[\s\S]*?-->)*/.exec(text.slice(start))?.[0].length ?? 0;
  const after = keys.find((key) => key.start === start + gap);
  if (after !== undefined) return after.key;
  // At the very end it is about no key, often a key that was taken out.
  return /^<\/dict>\s*(?:<\/plist>)?\s*$/.test(text.slice(start + gap)) ? null : before.key;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for.
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff]/g;

/** Without the blanks that its place in the plist made needful. */
function linesOf(text: string): readonly string[] {
  const lines = text
    .split('\n')
    .map((line) => line.replaceAll('\t', '  ').replaceAll(UNPRINTABLE, ''))
    .map((line) => line.trimEnd());
  while (lines.length > 0 && lines[0] === '') lines.shift();
  while (lines.length > 0 && lines.at(-1) === '') lines.pop();
  const [first = '', ...rest] = lines;
  const indents = rest.filter((line) => line !== '').map((line) => /^ */.exec(line)?.[0].length ?? 0);
  const indent = Math.min(...indents, Number.MAX_SAFE_INTEGER);
  return lines.length === 0 ? [] : [first.trim(), ...rest.map((line) => line.slice(indent))];
}

/** A key that was commented out may have a secret for its value, and any word may be one. */
function withoutSecrets(text: string): string {
  return text
    .replaceAll(/(<key>([^<]*)<\/key>\s*<string>)[^<]+(<\/string>)/g, (whole, open, name, close) =>
      isSecretName(name) ? `${open}…${close}` : whole,
    )
    .replaceAll(/[^\s<>"']+/g, (word) => (isSensitive([], word) ? '…' : word));
}
