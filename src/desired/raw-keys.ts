import { dict, type PlistDict, type PlistValue } from '../model/plist.ts';
import type { Draft, Entry } from './draft.ts';
import { laterPlace } from './problems.ts';

/** The two fields whose keys go into the plist as they stand. */
export const RAW_FIELDS = ['launchd', 'launchd_unchecked'] as const;

/** A key of the finished plist and the field that decided it; null: a built-in default. */
export interface Decided {
  readonly plist: PlistDict;
  readonly fieldOf: (key: string) => string | null;
}

/** The keys of `launchd` and `launchd_unchecked` together. */
export function rawKeys(draft: Draft): PlistDict {
  return dict(RAW_FIELDS.flatMap((field) => Object.entries(draft.fields[field]?.entries ?? {})));
}

/**
 * Merges `launchd:` over the compiled keys. Built-in defaults yield; a key that a field writes too is an error at the later
 * place. Names are compared as launchd does, whatever their letter case (facts §1).
 */
export function mergeRawKeys(draft: Draft, entries: readonly Entry[], files: readonly string[]): Decided {
  const { problems } = draft;
  const fields = new Map<string, string | null>();
  const values = new Map<string, PlistValue>();
  const decidedBy = new Map<string, string>();
  for (const { key, field } of entries) if (field !== null) decidedBy.set(key.toLowerCase(), field);

  const raw: { key: string; value: PlistValue; field: string }[] = [];
  for (const source of RAW_FIELDS) {
    for (const [key, value] of Object.entries(draft.fields[source]?.entries ?? {})) {
      const field = `${source}.${key}`;
      const other = decidedBy.get(key.toLowerCase());
      if (key.toLowerCase() === 'label')
        problems.error(
          'launchd/label',
          field,
          'The label of a job is not given here: the name of its plist and its ownership hang on it.',
          'Use the field `label`.',
        );
      else if (other !== undefined)
        problems.errorAt(
          'launchd/twice',
          laterPlace(problems.placeOf(other), problems.placeOf(field), files),
          `\`${other}\` and \`${field}\` both say what ${key} is.`,
          twiceHint(draft, other),
        );
      decidedBy.set(key.toLowerCase(), field);
      raw.push({ key, value, field });
    }
  }

  const replaced = new Set(raw.map(({ key }) => key.toLowerCase()));
  // OnDemand is the old name of KeepAlive turned round: beside it, a default policy would be a second answer.
  if (replaced.has('ondemand')) replaced.add('keepalive');
  for (const { key, value, field } of entries) {
    if (value === undefined || (field === null && replaced.has(key.toLowerCase()))) continue;
    values.set(key, value);
    fields.set(key, field);
  }
  for (const { key, value, field } of raw) {
    values.set(key, value);
    fields.set(key, field);
  }
  return { plist: dict(values), fieldOf: (key) => fields.get(key) ?? null };
}

function twiceHint(draft: Draft, field: string): string {
  const top = field.split('.')[0] ?? field;
  return draft.instance.origins[field] === 'instance'
    ? 'Keep one of them.'
    : `Keep one of them; \`${top}: null\` in the instance drops what the defaults or a template say.`;
}
