import type { Diagnostic } from '../model/diagnostic.ts';
import { groupBy } from '../model/group.ts';
import type { Observed } from '../model/observed.ts';
import type { PlanOptions } from './options.ts';

/** So many labels are named. */
const NAMED = 5;

/**
 * Warns of jobs that this very file declared when it was called otherwise: they are another stack's, so that no plan of this
 * one takes them away, and they would run beside what takes their place.
 */
export function findFormerStacks(
  { ledger }: Pick<Observed, 'ledger'>,
  { stack, source, targets }: Pick<PlanOptions, 'stack' | 'source' | 'targets'>,
): readonly Diagnostic[] {
  // What came on standard input may have come from anywhere.
  if (!source.startsWith('/') || targets.length > 0) return [];
  const left = ledger.entries.filter((entry) => entry.source === source && entry.stack !== stack);
  return [...groupBy(left, (entry) => entry.stack)].sort(byName).map(([former, entries]) => {
    const labels = entries.map(({ label }) => label).sort();
    const more = labels.length - NAMED;
    const named = labels.slice(0, NAMED).join(', ') + (more > 0 ? `, and ${more} more` : '');
    const [stay, them] =
      labels.length === 1
        ? ['1 job of that one stays', 'it']
        : [`${labels.length} jobs of that one stay`, 'them'];
    return {
      code: 'stack/renamed',
      severity: 'warning',
      message: `This file was applied as the stack “${former}” before; ${stay}, beside those of ${stack}, and nothing here minds ${them}: ${named}.`,
      file: source,
      line: null,
      column: null,
      hint: `Write \`name: ${former}\` again. To call it ${stack} for good, write \`name: ${former}\` once more, run \`reconcile destroy\`, and then change the name.`,
    };
  });
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
