import type { PlistSource } from '../plist/source.ts';

/** A wish not to be told of a rule. */
export interface Ignore {
  /** A code, or an area with a star: `text/*`. */
  readonly code: string;
  /** Why; null where nobody said. */
  readonly reason: string | null;
  /** Offset of its comment in the plist; null when it stands elsewhere. */
  readonly offset: number | null;
}

const COMMENT = /^\s*reconcile-ignore\s+([a-z-]+\/(?:[a-z-]+|\*))\s*(?::\s*(\S[\s\S]*?))?\s*$/;

/** `<!-- reconcile-ignore restart/only-after-success: the gateway restarts itself -->`, anywhere in the plist. */
export function inlineIgnores(source: PlistSource | null): readonly Ignore[] {
  return (source?.comments ?? []).flatMap(({ text, start }) => {
    const match = COMMENT.exec(text);
    return match?.[1] === undefined ? [] : [{ code: match[1], reason: match[2] ?? null, offset: start }];
  });
}

/** Whether a code is meant by `restart/no-minute` or `restart/*`. */
export function isMeant(pattern: string, code: string): boolean {
  return pattern.endsWith('/*') ? code.startsWith(pattern.slice(0, -1)) : pattern === code;
}
