import { scopeOf } from '../launchd/domains.ts';
import { checkPlist, findKey, suggestKeys } from '../launchd/keys.ts';
import type { Domain } from '../model/domain.ts';
import { dict } from '../model/plist.ts';
import { findUnwritable } from '../plist/unwritable.ts';
import type { Draft } from './draft.ts';
import type { Decided } from './raw-keys.ts';

/**
 * Checks the finished plist: launchd reads every key as it is meant, and a property list can hold
 * every value. What is wrong is told where the value stands in the file, whichever field it came from.
 */
export function verifyPlist(draft: Draft, decided: Decided, domain: Domain): void {
  verifyKeys(draft, decided, domain);
  verifyIgnored(draft, decided);
  for (const [key, value] of Object.entries(decided.plist.entries)) {
    const unwritable = findUnwritable(dict([[key, value]]));
    if (unwritable !== null)
      draft.problems.error(
        'plist/unwritable',
        fieldAt(decided, unwritable.path),
        `The value of ${unwritable.path.join('.')} ${unwritable.message}`,
        'Remove it; if it came from a variable of the environment, set that anew.',
      );
  }
}

/**
 * The label has been checked already, together with the way it came about. What stands under `launchd_unchecked` is meant as
 * it stands: a private key, or a value that launchd ignores and that nobody wants to touch.
 */
function verifyKeys(draft: Draft, decided: Decided, domain: Domain): void {
  for (const { code, severity, path, message, hint } of checkPlist(decided.plist, scopeOf(domain))) {
    const [key = ''] = path;
    if (key === 'Label') continue;
    const field = decided.fieldOf(key);
    if (field?.startsWith('launchd_unchecked.')) continue;
    draft.problems.add(severity, code, fieldAt(decided, path), message, hint);
  }
}

/** A misspelt key would ignore nothing, and nobody would notice. */
function verifyIgnored(draft: Draft, decided: Decided): void {
  for (const [index, key] of (draft.fields.ignore_changes ?? []).entries()) {
    if (findKey(key) !== null || Object.hasOwn(decided.plist.entries, key)) continue;
    const near = suggestKeys(key);
    draft.problems.error(
      'ignore-changes/unknown-key',
      `ignore_changes.${index}`,
      `\`${key}\` is no key of launchd, so there is nothing to ignore.`,
      near.length > 0
        ? `Did you mean ${near.join(' or ')}?`
        : 'Name keys of launchd.plist(5), such as KeepAlive.',
    );
  }
}

/** The field that wrote the value at this path of the plist; as far down as fields and keys run side by side. */
function fieldAt(decided: Decided, [key = '', ...rest]: readonly string[]): string {
  const field = decided.fieldOf(key);
  return field === null ? '' : [field, ...rest].join('.');
}
