/** The candidate that was probably meant by a misspelt word, or null when none is near. */
export function suggest(word: string, candidates: Iterable<string>): string | null {
  const wanted = fold(word);
  let best: string | null = null;
  // A third of the word may be wrong, three letters at most: `envronment` is found, `foo` does not become `user`.
  let bestDistance = Math.min(3, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, fold(candidate), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ``Did you mean `x`?`` as the hint of a problem, or nothing. */
export function didYouMean(word: string, candidates: Iterable<string>): { hint?: string } {
  const meant = suggest(word, candidates);
  return meant === null ? {} : { hint: `Did you mean \`${meant}\`?` };
}

/** Case and the way words are joined are no mistake worth counting: `workingDir` is near `working_dir`. */
function fold(word: string): string {
  return word.slice(0, 80).toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** Levenshtein's distance with swapped neighbours as one step; `limit` or more when it is not below `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit;
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1);
      }
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? limit;
}
