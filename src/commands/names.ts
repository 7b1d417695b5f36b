import { EXIT, ReconcileError } from '../model/errors.ts';

export interface Named {
  readonly instance: string | null;
  readonly label: string;
}

/**
 * Finds what a NAME means: an instance, a label, or a unique part of one. Throws `name/unknown` or `name/ambiguous`
 * (exit 64) that list the candidates.
 */
export function resolveName<T extends Named>(name: string, candidates: readonly T[]): T {
  const shown = (list: readonly T[]): string =>
    list
      .slice(0, 10)
      .map(({ instance, label }) => (instance === null ? label : `${instance} (${label})`))
      .join(', ') + (list.length > 10 ? `, and ${list.length - 10} more` : '');
  const steps: ((candidate: T) => boolean)[] = [
    ({ instance }) => instance === name,
    ({ label }) => label === name,
    ({ instance, label }) => (instance?.includes(name) ?? false) || label.includes(name),
  ];
  for (const matches of steps) {
    const found = name === '' ? [] : candidates.filter(matches);
    if (found.length === 1 && found[0] !== undefined) return found[0];
    if (found.length > 1)
      throw new ReconcileError('name/ambiguous', `"${name}" could be ${shown(found)}.`, {
        hint: 'Use the whole label.',
        exitCode: EXIT.usage,
      });
  }
  throw new ReconcileError('name/unknown', `No job is called "${name}".`, {
    hint: candidates.length === 0 ? 'The file declares no jobs.' : `There are: ${shown(candidates)}.`,
    exitCode: EXIT.usage,
  });
}
