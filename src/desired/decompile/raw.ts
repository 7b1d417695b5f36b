import { escapeDollars } from '../../config/interpolate.ts';
import { dict } from '../../model/plist.ts';
import { type Form, form, type Subject } from './form.ts';
import { sayText, sayValue } from './say.ts';

/**
 * Keys verbatim: under `launchd:`, or under `launchd_unchecked:` what the table of the manual objects to. The second way
 * writes the home folder out.
 */
export function rawForms(keys: readonly string[], subject: Subject): readonly Form[] {
  const ways: ((text: string) => string)[] = [(text) => sayText(text, subject.home), escapeDollars];
  return ways.map((say) => rawForm(keys, subject, say));
}

export function rawForm(
  keys: readonly string[],
  { entries, home, objected }: Subject,
  say: (text: string) => string = (text) => sayText(text, home),
): Form {
  const present = keys.filter((key) => entries[key] !== undefined);
  const under = (field: 'launchd' | 'launchd_unchecked'): readonly string[] =>
    present.filter((key) => objected.has(key) === (field === 'launchd_unchecked'));
  const fields = (['launchd', 'launchd_unchecked'] as const).flatMap((field) => {
    const own = under(field);
    if (own.length === 0) return [];
    const values = own.flatMap((key) => {
      const value = entries[key];
      return value === undefined ? [] : [[key, sayValue(value, say)] as const];
    });
    return [[field, dict(values)] as const];
  });
  return form(
    fields,
    Object.fromEntries(
      present.map((key) => [key, objected.has(key) ? `launchd_unchecked.${key}` : `launchd.${key}`]),
    ),
  );
}
