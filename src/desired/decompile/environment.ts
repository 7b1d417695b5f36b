import { escapeDollars } from '../../config/interpolate.ts';
import { dict, isDict, type PlistValue } from '../../model/plist.ts';
import { LAUNCHD_PATH } from '../program.ts';
import { type Form, form, type Group, type Subject } from './form.ts';
import { rawForms } from './raw.ts';
import { sayPath, sayText } from './say.ts';

const KEYS = ['EnvironmentVariables'];

/** EnvironmentVariables → `path` and `environment`. */
export function environmentGroup(subject: Subject): Group {
  const value = subject.entries['EnvironmentVariables'];
  const forms: Form[] = [];
  if (isDict(value)) {
    const variables = Object.entries(value.entries);
    if (variables.every(([, text]) => typeof text === 'string')) {
      const texts = variables as readonly (readonly [string, string])[];
      const folders = foldersOf(texts, subject.home);
      const rest = texts.filter(([name]) => name !== 'PATH');
      if (folders !== null)
        forms.push(
          form(
            [
              ['path', folders],
              ['environment', rest.length === 0 ? undefined : said(rest, subject.home)],
            ],
            { EnvironmentVariables: rest.length === 0 ? 'path' : 'environment' },
          ),
        );
      forms.push(form([['environment', said(texts, subject.home)]], { EnvironmentVariables: 'environment' }));
      const plain = dict(texts.map(([name, text]) => [name, escapeDollars(text)]));
      forms.push(form([['environment', plain]], { EnvironmentVariables: 'environment' }));
    }
  }
  return { keys: KEYS, forms: [...forms, ...rawForms(KEYS, subject)] };
}

/** What stands before launchd's own folders in PATH; null when it does not end with them. */
function foldersOf(
  variables: readonly (readonly [string, string])[],
  home: string,
): readonly string[] | null {
  const path = variables.find(([name]) => name === 'PATH')?.[1];
  const suffix = `:${LAUNCHD_PATH}`;
  if (path === undefined || !path.endsWith(suffix)) return null;
  const folders = path.slice(0, -suffix.length).split(':');
  return folders.every((folder) => folder.startsWith('/'))
    ? folders.map((each) => sayPath(each, home))
    : null;
}

function said(variables: readonly (readonly [string, string])[], home: string): PlistValue {
  return dict(variables.map(([name, text]) => [name, sayVariable(text, home)]));
}

/** Digits are taken as they are written, so they need no quotes. */
function sayVariable(text: string, home: string): PlistValue {
  return /^(?:0|[1-9][0-9]{0,14})$/.test(text) ? Number(text) : sayText(text, home);
}
