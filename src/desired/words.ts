/** A word of a command, its quotes taken off. */
export interface Word {
  readonly text: string;
  /** Where it begins in the text, in characters from 0. */
  readonly offset: number;
  /** Its first character is a bare `~` that is not followed by quotes: the home folder is meant. */
  readonly tilde: boolean;
}

export interface WordProblem {
  readonly code: 'command/shell-syntax' | 'command/quote';
  readonly offset: number;
  readonly length: number;
  readonly message: string;
  readonly hint: string;
}

export interface Words {
  readonly words: readonly Word[];
  readonly problems: readonly WordProblem[];
}

/** What these characters would do in a shell. No shell runs, so unquoted they are refused instead of passed on. */
const SHELL: Readonly<Record<string, string>> = {
  $: 'expand a variable',
  '|': 'pipe into another command',
  '&': 'run the command in the background',
  ';': 'begin another command',
  '<': 'redirect the input',
  '>': 'redirect the output',
  '(': 'open a subshell',
  ')': 'close a subshell',
  '*': 'match file names',
  '`': 'run a command',
};

/** Of one command; more say nothing new. */
const MAX_PROBLEMS = 20;

/**
 * Splits a command into words by the quoting rules of POSIX: blanks and line breaks separate, `'…'` is verbatim, in `"…"` a
 * backslash protects `$`, a backtick, `"`, itself and a line break, elsewhere any character. Nothing is expanded.
 */
export function splitWords(text: string): Words {
  const words: Word[] = [];
  const problems: WordProblem[] = [];
  let at = 0;
  let word: string | null = null;
  let start = 0;
  let tilde = false;

  const begin = (): void => {
    if (word !== null) return;
    word = '';
    start = at;
    tilde = text[at] === '~' && /^~(?:$|[^'"\\])/s.test(text.slice(at, at + 2));
  };
  const add = (characters: string): void => {
    begin();
    word += characters;
  };
  const end = (): void => {
    if (word !== null) words.push({ text: word, offset: start, tilde });
    word = null;
  };
  const unfinished = (what: string, offset: number): void => {
    problems.push({
      code: 'command/quote',
      offset,
      length: 1,
      message: `This ${what}.`,
      hint: 'Close it; or write the command as a list, where no quoting is needed.',
    });
  };

  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === ' ' || character === '\t' || character === '\n') {
      end();
      at += 1;
    } else if (character === "'") {
      begin();
      const close = text.indexOf("'", at + 1);
      if (close === -1) unfinished('single quote is never closed', at);
      add(text.slice(at + 1, close === -1 ? undefined : close));
      at = close === -1 ? text.length : close + 1;
    } else if (character === '"') {
      begin();
      const quoted = readDoubleQuotes(text, at);
      if (!quoted.closed) unfinished('double quote is never closed', at);
      add(quoted.text);
      at = quoted.end;
    } else if (character === '\\') {
      const next = text[at + 1];
      if (next === undefined) unfinished('backslash protects nothing, since the text ends here', at);
      else if (next !== '\n') add(next);
      at += 2;
    } else {
      const meaning = Object.hasOwn(SHELL, character) ? SHELL[character] : undefined;
      if (meaning !== undefined && problems.length < MAX_PROBLEMS)
        problems.push(shellProblem(character, meaning, at));
      add(character);
      at += 1;
    }
  }
  end();
  return { words, problems };
}

function readDoubleQuotes(text: string, open: number): { text: string; end: number; closed: boolean } {
  let inside = '';
  let at = open + 1;
  while (at < text.length && text[at] !== '"') {
    const next = text[at + 1];
    if (text[at] === '\\' && next !== undefined && '$`"\\\n'.includes(next)) {
      if (next !== '\n') inside += next;
      at += 2;
    } else {
      inside += text[at];
      at += 1;
    }
  }
  return { text: inside, end: Math.min(at + 1, text.length), closed: at < text.length };
}

function shellProblem(character: string, meaning: string, offset: number): WordProblem {
  return {
    code: 'command/shell-syntax',
    offset,
    length: 1,
    message: `No shell reads this command, so \`${character}\` would not ${meaning}.`,
    hint: `Use \`script\`, which /bin/sh runs; or, if the character itself is meant, put it in quotes: '${character}'.`,
  };
}
