import { EXIT, ReconcileError } from '../model/errors.ts';

/** Whether a pattern (`*`, `?`; the rest as it stands) matches the instance or the label. */
export function matches(pattern: string, instance: string | null, label: string): boolean {
  const expression = new RegExp(
    `^${pattern
      .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );
  return expression.test(label) || (instance !== null && expression.test(instance));
}

export function matchesAny(patterns: readonly string[], instance: string | null, label: string): boolean {
  return patterns.some((pattern) => matches(pattern, instance, label));
}

interface Named {
  readonly instance: string | null;
  readonly label: string;
}

/**
 * Throws `target/unknown` (exit 64) when a pattern matches none of these jobs.
 *
 * @param also further names that they go by, which are not proposed
 */
export function checkPatterns(
  option: '--target' | '--replace',
  patterns: readonly string[],
  jobs: readonly Named[],
  also: readonly Named[] = [],
): void {
  const all = [...jobs, ...also];
  const idle = patterns.find((pattern) => !all.some((job) => matches(pattern, job.instance, job.label)));
  if (idle === undefined) return;
  const names = jobs.map((job) => job.instance ?? job.label).sort();
  const shown = names.slice(0, 8).join(', ') + (names.length > 8 ? `, and ${names.length - 8} more` : '');
  throw new ReconcileError('target/unknown', `${option} ${idle} matches no instance and no label.`, {
    hint: names.length === 0 ? 'There are no jobs.' : `There are: ${shown}.`,
    exitCode: EXIT.usage,
  });
}
