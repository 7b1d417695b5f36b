import type { PlistValue } from '../model/plist.ts';
import type { Draft, Entry } from './draft.ts';
import { absolutePath, expandHome } from './paths.ts';
import { placeWithin } from './problems.ts';
import { splitWords, type Word } from './words.ts';

/** Where launchd looks a bare program name up; never in the job's own PATH (facts §1, ProgramArguments). */
export const LAUNCHD_PATH = '/usr/bin:/bin:/usr/sbin:/sbin';

/** A word of the command and the field to point at when something is wrong with it. */
export interface ArgumentWord {
  readonly text: string;
  readonly field: string;
}

/** `command`, `program` and `script` → Program and ProgramArguments. */
export function compileProgram(draft: Draft): readonly Entry[] {
  const { command, program, script } = draft.fields;
  if (script !== undefined)
    return [{ key: 'ProgramArguments', value: ['/bin/sh', '-c', script], field: 'script' }];
  const entries: Entry[] = [];
  if (program !== undefined) {
    // A bare name may be meant as one of PATH, where launchd does not look a Program up.
    const path = program.includes('/')
      ? absolutePath(program, 'program', draft.host.home, draft.problems)
      : refuseRelativeProgram(draft, program, 'program');
    if (path !== null) entries.push({ key: 'Program', value: path, field: 'program' });
  }
  if (command !== undefined) {
    const words = wordsOf(draft, command, 'command');
    const value = words === null ? null : checkWords(draft, words);
    if (value !== null) entries.push({ key: 'ProgramArguments', value, field: 'command' });
  }
  return entries;
}

/** The words of a command that is a text; null, and errors, where it cannot be split. */
export function splitCommand(draft: Draft, text: string, field = 'command'): readonly Word[] | null {
  const { words, problems } = splitWords(text);
  const place = draft.problems.placeOf(field);
  for (const { code, offset, length, message, hint } of problems)
    draft.problems.errorAt(code, placeWithin(place, text, offset, length), message, hint);
  return problems.length > 0 ? null : words;
}

/** A command as its words, `~` expanded; null, and errors, where it cannot be read. */
export function wordsOf(
  draft: Draft,
  command: string | readonly string[],
  field: string,
): readonly ArgumentWord[] | null {
  return typeof command === 'string'
    ? wordsOfText(draft, command, field)
    : wordsOfList(draft, command, field);
}

function wordsOfText(draft: Draft, text: string, field: string): readonly ArgumentWord[] | null {
  const words = splitCommand(draft, text, field);
  if (words === null) return null;
  const place = draft.problems.placeOf(field);
  const expanded: ArgumentWord[] = [];
  let refused = false;
  for (const word of words) {
    const value = word.tilde ? expandHome(word.text, draft.host.home) : word.text;
    if (value === null) {
      refused = true;
      refuseHomeInCommand(draft, word.text, placeWithin(place, text, word.offset, word.text.length));
    } else expanded.push({ text: value, field });
  }
  return refused ? null : expanded;
}

function wordsOfList(draft: Draft, list: readonly string[], command: string): readonly ArgumentWord[] | null {
  const expanded: ArgumentWord[] = [];
  for (const [index, word] of list.entries()) {
    const field = `${command}.${index}`;
    const value = expandHome(word, draft.host.home);
    if (value === null) refuseHomeInCommand(draft, word, draft.problems.placeOf(field));
    else expanded.push({ text: value, field });
  }
  return expanded.length < list.length ? null : expanded;
}

function refuseHomeInCommand(
  draft: Draft,
  word: string,
  place: ReturnType<Draft['problems']['placeOf']>,
): void {
  draft.problems.errorAt(
    'path/other-home',
    place,
    `\`${word}\` would begin with the home folder of another user, which is not looked up.`,
    "Write the path in full, from `/` on; or, if the text itself is meant, write the command as one string and quote the word: '~…'.",
  );
}

function checkWords(draft: Draft, words: readonly ArgumentWord[]): PlistValue | null {
  const [first] = words;
  if (first === undefined) {
    draft.problems.error(
      'command/empty',
      'command',
      'This command has no words.',
      'Write the program to run and its arguments.',
    );
    return null;
  }
  if (draft.fields.program === undefined && !checkProgramWord(draft, first)) return null;
  return words.map((word) => word.text);
}

/** The first word names the program when `program` does not. */
function checkProgramWord(draft: Draft, { text, field }: ArgumentWord): boolean {
  if (text.startsWith('/')) return true;
  if (text === '' || text.includes('/')) {
    refuseRelativeProgram(draft, text, field);
    return false;
  }
  const ownPath = draft.fields.path !== undefined || draft.fields.environment?.['PATH'] !== undefined;
  const tell = ownPath ? draft.problems.warn : draft.problems.info;
  tell(
    'program/bare-name',
    field,
    `launchd looks \`${text}\` up in ${LAUNCHD_PATH}${ownPath ? ', not in the PATH that this job is given' : ''}.`,
    'Write the path of the program in full if it lies anywhere else.',
  );
  return true;
}

function refuseRelativeProgram(draft: Draft, text: string, field: string): null {
  const bare = text !== '' && !text.includes('/');
  draft.problems.error(
    text === '' ? 'command/empty' : 'program/relative',
    field,
    text === '' ? 'The program has no name.' : `\`${text}\` is no absolute path, and launchd needs one here.`,
    bare
      ? `Write the path in full, or \`./${text}\` for one beside this file; of \`command\` launchd looks the first word up in ${LAUNCHD_PATH}.`
      : // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the file's own syntax.
        'Write the path in full; `~/` is your home folder, `${config_dir}/` the folder of the file.',
  );
  return null;
}
