import type { Random } from './random.ts';

/** What a format is written with. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  /** Pairs that nest. */
  readonly nests: readonly (readonly [open: string, close: string])[];
  /** What a person would call one word of it: two of them are exchanged. */
  readonly word: RegExp;
}

/** Mostly a few times; sometimes so often that whatever takes the square of a length is felt. */
export function repeated(part: string, random: Random): string {
  if (random.oneIn(60)) return part.repeat(Math.ceil(50_000 / Math.max(1, part.length)));
  return part.repeat(1 + random.below(random.oneIn(10) ? 500 : 20));
}

/** One change of a text: tokens put in, words exchanged, lines moved, pieces of others, depth, length. */
export function mutateText(
  text: string,
  others: readonly string[],
  { tokens, nests, word }: Vocabulary,
  random: Random,
): string {
  const at = random.below(text.length + 1);
  const put = (part: string, cut = 0): string => text.slice(0, at) + part + text.slice(at + cut);
  switch (random.below(10)) {
    case 0:
    case 1:
      return put(random.pick(tokens));
    case 2:
      return put(random.pick(tokens), 1 + random.below(20));
    case 3: {
      const words = [...text.matchAll(word)];
      if (words.length === 0) return text;
      const one = random.pick(words);
      const by = random.oneIn(2) ? random.pick(tokens) : random.pick(words)[0];
      return text.slice(0, one.index) + by + text.slice(one.index + one[0].length);
    }
    case 4: {
      const lines = text.split('\n');
      const [line] = lines.splice(random.below(lines.length), 1);
      if (random.oneIn(2)) lines.splice(random.below(lines.length + 1), 0, line ?? '');
      return lines.join('\n');
    }
    case 5: {
      const lines = text.split('\n');
      const from = random.below(lines.length);
      lines.splice(random.below(lines.length + 1), 0, ...lines.slice(from, from + 1 + random.below(6)));
      return lines.join('\n');
    }
    case 6: {
      const lines = random.pick(others).split('\n');
      const from = random.below(lines.length);
      return put(lines.slice(from, from + 1 + random.below(8)).join('\n'));
    }
    case 7: {
      const [open, close] = random.pick(nests);
      const depth = random.oneIn(20) ? 1000 + random.below(4000) : 1 + random.below(40);
      return put(open.repeat(depth) + (random.oneIn(3) ? '' : close.repeat(depth)));
    }
    case 8:
      return put(repeated(random.pick(tokens), random));
    default:
      return put('', 1 + random.below(random.oneIn(5) ? 300 : 8));
  }
}
