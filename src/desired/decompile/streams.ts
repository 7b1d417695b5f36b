import { type Form, form, type Group, type Subject } from './form.ts';
import { rawForm, rawForms } from './raw.ts';
import { sayPath } from './say.ts';

const FIELDS = {
  WorkingDirectory: 'working_dir',
  StandardInPath: 'stdin',
  StandardOutPath: 'stdout',
  StandardErrorPath: 'stderr',
} as const;

const KEYS = Object.keys(FIELDS) as readonly (keyof typeof FIELDS)[];

/** WorkingDirectory and Standard*Path → `working_dir`, `stdin`, `stdout`, `stderr`, `logs`. */
export function streamGroup(subject: Subject): Group {
  const { entries, home, label, placement } = subject;
  const present = KEYS.filter((key) => entries[key] !== undefined);
  const folder = `${home}/Library/Logs/${label}`;
  const forms: Form[] = [];
  const sayable = present.filter((key) => typeof entries[key] === 'string');
  if (
    placement !== 'all-users' &&
    entries['StandardOutPath'] === `${folder}/out.log` &&
    entries['StandardErrorPath'] === `${folder}/err.log`
  ) {
    const others = saidBy(subject, sayable, ['StandardOutPath', 'StandardErrorPath']);
    forms.push({
      fields: [...others.fields, ['logs', true]],
      says: { ...others.says, StandardOutPath: 'logs', StandardErrorPath: 'logs' },
    });
  }
  forms.push(saidBy(subject, sayable, []));
  // A relative path belongs to a working folder; without one, it is said as it stands.
  const isAbsolute = (key: string): boolean => /^\//.test(String(entries[key]));
  forms.push(saidBy(subject, sayable.filter(isAbsolute), []));
  return { keys: KEYS, forms: [...forms, ...rawForms(KEYS, subject)] };
}

/** These keys as fields, the others verbatim; `except` is said elsewhere. */
function saidBy(subject: Subject, keys: readonly string[], except: readonly string[]): Form {
  const fields = KEYS.filter((key) => keys.includes(key) && !except.includes(key));
  const raw = rawForm(
    KEYS.filter((key) => !keys.includes(key) && !except.includes(key)),
    subject,
  );
  const said = form(
    fields.map((key) => [FIELDS[key], sayPath(String(subject.entries[key]), subject.home)] as const),
    Object.fromEntries(fields.map((key) => [key, FIELDS[key]])),
  );
  return { fields: [...said.fields, ...raw.fields], says: { ...said.says, ...raw.says } };
}
