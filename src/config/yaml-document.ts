import { Composer, type Document, Lexer, type ParsedNode, Parser } from 'yaml';
import type { Collector, Problem } from './collector.ts';
import type { SourceFile } from './node.ts';

/** Files over this many bytes are refused before they are parsed. */
export const MAX_FILE_BYTES: number = 4 * 1024 * 1024;
/** Levels of lists and maps. */
export const MAX_DEPTH = 64;
/** Words, blanks and punctuation; some twelve thousand instances. What has more takes too long to read. */
const MAX_LEXEMES = 1_000_000;
/** A file with more syntax errors than this is no YAML at all; nobody reads on. */
const MAX_SYNTAX_ERRORS = 20;
/** A node has one tag, one anchor and one quoted text; this many in a row are noise, which the parser is slow at. */
const MAX_MARKS_IN_A_ROW = 20;

export type YamlDocument = Document.Parsed<ParsedNode>;

/**
 * The YAML document of a file; null, with the reasons reported, when there is none that can be trusted.
 *
 * The parser is fed word by word, so that nesting is judged before a tree is built of it, and parsing ends with the
 * document that should be the only one.
 */
export function parseDocument(file: SourceFile, collector: Collector): YamlDocument | null {
  const at = (start: number, end = start + 1): { file: SourceFile; start: number; end: number } => ({
    file,
    start,
    end,
  });
  if (file.text.length > MAX_FILE_BYTES || Buffer.byteLength(file.text) > MAX_FILE_BYTES) {
    collector.report(
      {
        code: 'file/too-large',
        message: 'This file is larger than 4 MB, and no list of jobs needs that much.',
        hint: 'Check that it is the right file, or split it with `include:`.',
      },
      at(0),
    );
    return null;
  }

  let refused = false;
  const refuse = (code: string, message: string, hint: string, offset: number): void => {
    if (!refused) collector.report({ code, message, hint }, at(offset));
    refused = true;
  };

  function* tokens(): ReturnType<Parser['parse']> {
    const parser = new Parser();
    let errors = 0;
    let lexemes = 0;
    let marks = 0;
    for (const word of new Lexer().lex(file.text)) {
      if (/^["'!&*]/.test(word)) marks++;
      else if (/\S/.test(word)) marks = 0;
      if (marks > MAX_MARKS_IN_A_ROW) break;
      if (++lexemes > MAX_LEXEMES) {
        const hint = 'Check that it is the right file, or split it with `include:`.';
        refuse('file/too-large', 'This file holds more than a million words of YAML.', hint, 0);
        return;
      }
      for (const token of parser.next(word)) {
        if (token.type === 'error') errors++;
        yield token;
      }
      if (depthOf(parser) > MAX_DEPTH) {
        const offset = Math.min(parser.offset, file.text.length) - 1;
        const message = `Lists and maps are nested deeper than ${MAX_DEPTH} levels here.`;
        refuse('yaml/too-deep', message, 'Close a bracket that was left open, or flatten it.', offset);
        return;
      }
      if (errors >= MAX_SYNTAX_ERRORS || refused) return;
    }
    yield* parser.end();
  }

  let document: YamlDocument | null = null;
  const composer = new Composer({
    version: '1.2',
    // Said explicitly, it wins over a %YAML 1.1 line in the file.
    schema: 'core',
    merge: true,
    // Quadratic; decoding checks it and says where the first one was.
    uniqueKeys: false,
    stringKeys: true,
    keepSourceTokens: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  for (const next of composer.compose(tokens(), true, file.text.length)) {
    if (document === null) {
      document = next as YamlDocument;
      continue;
    }
    refuse(
      'yaml/several-documents',
      'A second YAML document starts here; a file holds one.',
      'Remove the line `---`, or move what follows to a file of its own and `include:` it.',
      next.range?.[0] ?? 0,
    );
    break;
  }
  if (document === null || refused) return null;

  for (const problem of withoutCascades([...document.errors, ...document.warnings], file.text)) {
    const [start, end] = problem.pos;
    const bare = bareInterpolation(file.text, start);
    if (bare !== null) {
      collector.report(
        {
          code: 'yaml/syntax',
          message: `Inside { } or [ ], a bare brace begins a map, so \`${bare}\` must stand in quotes.`,
          hint: `Write "${bare}".`,
        },
        at(start - 1, start - 1 + bare.length),
      );
      continue;
    }
    const where = at(Math.min(start, Math.max(0, file.text.length - 1)), Math.max(end, start + 1));
    collector.report(syntaxProblem(problem.code, problem.message), where);
  }
  if (document.directives.yaml.version === '1.1') {
    const offset = Math.max(0, file.text.search(/^%YAML/m));
    collector.report(
      {
        code: 'yaml/version',
        message:
          'This file asks for YAML 1.1, but it is read as YAML 1.2: `yes` and `on` are text, `010` is ten.',
        hint: 'Remove the line `%YAML 1.1`.',
      },
      at(offset, offset + '%YAML 1.1'.length),
      'warning',
    );
  }
  return document.errors.length > 0 ? null : document;
}

interface SyntaxError {
  readonly code: string;
  readonly message: string;
  readonly pos: readonly [number, number];
}

/** Where the parser has lost its way, each further token is unexpected too: only the first of these says something. */
function withoutCascades(problems: readonly SyntaxError[], text: string): readonly SyntaxError[] {
  const lost = problems.findIndex(({ code }) => code === 'UNEXPECTED_TOKEN');
  return problems
    .filter(
      ({ code, pos }, index) =>
        index <= lost || code !== 'UNEXPECTED_TOKEN' || bareInterpolation(text, pos[0]) !== null,
    )
    .slice(0, MAX_SYNTAX_ERRORS);
}

/** The `${…}` whose brace stands at this offset, or null. */
function bareInterpolation(text: string, brace: number): string | null {
  if (text[brace] !== '{' || text[brace - 1] !== '$') return null;
  return /^\$\{[^{}\n]*\}/.exec(text.slice(brace - 1, brace + 200))?.[0] ?? null;
}

/** Levels of lists and maps that are open: the stack holds the document below them and may hold a scalar above. */
function depthOf({ stack }: Parser): number {
  if (stack.length <= MAX_DEPTH) return 0;
  const isInside = /^(?:block-map|block-seq|flow-collection)$/.test(stack.at(-1)?.type ?? '');
  return stack.length - (isInside ? 1 : 2);
}

/** The parser's words, where they do not help, replaced by ours; and what to do. */
function syntaxProblem(code: string, message: string): Problem {
  const known = WORDS[code]?.find(({ when }) => when === undefined || message.includes(when));
  const prefix = code === 'TAG_RESOLVE_FAILED' ? 'This tag cannot be used here' : 'This is not valid YAML';
  const original = message
    .replace(/ in YAML stream: /, ': ')
    .replace(/"quote/, 'quote')
    .trim();
  const sentence = known?.says ?? `${prefix}: ${/[.!?]$/.test(original) ? original : `${original}.`}`;
  return {
    code: code === 'TAG_RESOLVE_FAILED' ? 'yaml/tag' : 'yaml/syntax',
    message: sentence,
    ...(known === undefined ? {} : { hint: known.hint }),
  };
}

interface Words {
  /** A part of the parser's message, where one code has several. */
  readonly when?: string;
  readonly says?: string;
  readonly hint: string;
}

const WORDS: Readonly<Record<string, readonly Words[]>> = {
  TAB_AS_INDENT: [{ hint: 'Indent with spaces; YAML allows no tabs there.' }],
  BAD_INDENT: [
    {
      when: 'Flow',
      says: 'A bracket is not closed before this, or what it holds is not indented.',
      hint: 'Close it with `}` or `]`.',
    },
    { hint: 'Check the indentation: members of one map start in the same column.' },
  ],
  MISSING_CHAR: [{ hint: 'Close the quote or bracket, or put the text in quotes.' }],
  BLOCK_AS_IMPLICIT_KEY: [
    {
      when: 'Nested mappings',
      says: 'This text holds `: `, so YAML takes it for the key of a map.',
      hint: 'Put the whole text in quotes.',
    },
  ],
  BAD_SCALAR_START: [{ hint: 'Put text that starts with this character in quotes.' }],
  MULTILINE_IMPLICIT_KEY: [
    {
      says: 'This key goes on over several lines.',
      hint: 'A key stands on one line and ends with a colon; is the colon missing?',
    },
  ],
  NON_STRING_KEY: [
    {
      says: 'A key is a text, and this is a list or a map.',
      hint: 'Put it in quotes, or remove the brackets.',
    },
  ],
  TAG_RESOLVE_FAILED: [{ hint: 'Write the value without a tag.' }],
};
