import { escapeDollars } from '../../config/interpolate.ts';
import { isArray } from '../../model/plist.ts';
import { splitWords } from '../words.ts';
import { type Form, form, type Group, type Subject } from './form.ts';
import { rawForm, rawForms } from './raw.ts';
import { sayPath, sayText } from './say.ts';
import { holdsToken } from './secrets.ts';

const KEYS = ['Program', 'ProgramArguments'];

/** A command longer than this reads better as a list. */
const MAX_COMMAND = 80;

/** Program and ProgramArguments → `command`, `program`, `script`. */
export function runGroup(subject: Subject): Group {
  const { entries, home } = subject;
  const program = entries['Program'];
  const list = entries['ProgramArguments'];
  const words = isArray(list) && list.every((word) => typeof word === 'string') ? list : null;
  const forms: Form[] = [];
  if (program === undefined && words !== null) {
    const script = scriptOf(words);
    if (script !== null) forms.push(form([['script', script]], { ProgramArguments: 'script' }));
  }
  if (program === undefined || typeof program === 'string') {
    const named = [['program', program === undefined ? undefined : sayPath(program, home)]] as const;
    const says = { ...(program === undefined ? {} : { Program: 'program' }) };
    if (list === undefined) forms.push(form(named, says));
    if (words !== null && words.length > 0)
      forms.push(
        ...commandsOf(words, home).map((command) =>
          form([...named, ['command', command]], { ...says, ProgramArguments: 'command' }),
        ),
      );
    if (program !== undefined && list !== undefined) {
      const raw = rawForm(['ProgramArguments'], subject);
      forms.push({ fields: [...form(named, {}).fields, ...raw.fields], says: { ...says, ...raw.says } });
    }
  }
  return { keys: KEYS, forms: [...forms, ...rawForms(KEYS, subject)] };
}

/** A script is not interpolated, so a secret cannot be asked for in it. */
function scriptOf(words: readonly string[]): string | null {
  const [shell, option, text = '', ...more] = words;
  return shell === '/bin/sh' &&
    option === '-c' &&
    more.length === 0 &&
    text.trim() !== '' &&
    !holdsToken(text)
    ? text
    : null;
}

/** One line where no word needs quotes, else a list; in quotes at last, for words that begin with a `~` of their own. */
function commandsOf(words: readonly string[], home: string): readonly (string | readonly string[])[] {
  const list = words.map((word) => sayWord(word, home));
  const line = list.join(' ');
  const isPlain = list.every(isBare);
  // What `${home}` brings in is split like the rest.
  const isShort = isPlain && line.length <= MAX_COMMAND && splitWords(home).words.length === 1;
  const plainWords = words.map((word) => escapeDollars(word));
  const quoted = words.map((word, index) => {
    const bare = list[index] ?? '';
    return isBare(bare) && !word.startsWith('~') ? bare : `'${escapeDollars(word).replaceAll("'", `'\\''`)}'`;
  });
  return [...(isShort ? [line] : []), list, plainWords, quoted.join(' ')];
}

/** It needs no quotes in a command that is a text. */
function isBare(word: string): boolean {
  return /^[\w@%+=:,./~^{}$-]+$/.test(word) && !/\$(?!\{home\})/.test(word);
}

function sayWord(word: string, home: string): string {
  return word.startsWith('/') ? sayPath(word, home) : sayText(word, home);
}
