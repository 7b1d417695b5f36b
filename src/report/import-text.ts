import { count } from './printable.ts';

export interface ImportSummary {
  /** Jobs that were declared. */
  readonly count: number;
  /** The file that they belong into. */
  readonly file: string;
  /** It is not there yet. */
  readonly isNew: boolean;
  readonly written: boolean;
  /** Variables that the file asks the environment for. */
  readonly secrets: readonly string[];
}

/** What was done, and what to do next; ends without a line end. */
export function renderImported({ count: jobs, file, isNew, written, secrets }: ImportSummary): string {
  if (jobs === 0) return 'There is nothing to import.';
  const exports = secrets.length === 0 ? '' : ` Set ${secrets.join(', ')} first.`;
  if (!written)
    return `${count(jobs, 'job')}; nothing was written. With --write ${jobs === 1 ? 'it' : 'they'} would be ${isNew ? `declared in a new file, ${file}` : `added to ${file}`}.`;
  const done = isNew
    ? `Wrote ${file} with ${count(jobs, 'job')}.`
    : `Added ${count(jobs, 'job')} to ${file}.`;
  return `${done}\nNext: \`reconcile plan\`, then \`reconcile apply --adopt\`: ${jobs === 1 ? 'it is taken over as it runs' : 'they are taken over as they run'}, without a restart.${exports}`;
}
