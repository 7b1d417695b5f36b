import type { PlistValue } from '../model/plist.ts';
import { decodeText } from './decode-text.ts';
import { LARGEST_FILE, type PlistProblem, quote, UnreadablePlist } from './problem.ts';
import { readBinary } from './read-binary.ts';
import { readXml } from './read-xml.ts';
import type { PlistSource } from './source.ts';

export type PlistReading =
  | {
      readonly ok: true;
      readonly value: PlistValue;
      readonly format: 'xml' | 'binary';
      /** Text of every XML comment, between `<!--` and `-->`, in order. */
      readonly comments: readonly string[];
      /** Where in the text everything stands; null of a binary one. */
      readonly source: PlistSource | null;
    }
  | { readonly ok: false; readonly problem: PlistProblem };

/**
 * Reads the two forms of property list that launchd reads, XML and binary (facts §1). Never throws: what cannot be read is
 * a problem, with line and column where it is text. Files beyond 16 MiB are not looked at.
 */
export function readPlist(bytes: Uint8Array): PlistReading {
  if (bytes.length > LARGEST_FILE) return { ok: false, problem: tooLarge(bytes.length) };
  try {
    if (startsWithAscii(bytes, 'bplist')) {
      return { ok: true, value: readBinary(bytes), format: 'binary', comments: [], source: null };
    }
    const decoded = decodeText(bytes);
    const { text } = decoded;
    if (!/^\s*</.test(text)) return { ok: false, problem: otherForm(text) };
    const { value, ...places } = readXml(decoded);
    const comments = places.comments.map((comment) => comment.text);
    return {
      ok: true,
      value,
      format: 'xml',
      comments,
      source: { text, lineEnds: lineEndsOf(bytes), ...places },
    };
  } catch (error) {
    if (error instanceof UnreadablePlist) return { ok: false, problem: error.problem };
    throw error;
  }
}

function tooLarge(length: number): PlistProblem {
  const size = `${Math.round(length / 1024 / 1024)} MB`;
  return {
    message: `The file has ${size}, which is far too large for a plist of a job.`,
    line: null,
    column: null,
  };
}

/** Of UTF-16 text too: its carriage returns are such bytes, and nothing else in a plist is likely to be. */
function lineEndsOf(bytes: Uint8Array): PlistSource['lineEnds'] {
  const at = bytes.indexOf(0x0d);
  if (at === -1) return 'lf';
  return bytes[at + 1] === 0x0a || bytes[at + 2] === 0x0a ? 'crlf' : 'cr';
}

function startsWithAscii(bytes: Uint8Array, word: string): boolean {
  return bytes.length >= word.length && String.fromCharCode(...bytes.subarray(0, word.length)) === word;
}

function otherForm(text: string): PlistProblem {
  const start = text.trimStart();
  if (start === '') return { message: 'The file is empty.', line: null, column: null };
  const form = /^[{([]/.test(start)
    ? 'This looks like JSON or the old text form of a property list'
    : `This starts with ${quote(start.slice(0, 20))}, so it is no property list`;
  return {
    message: `${form}. launchd reads only XML and binary ones; \`plutil -convert xml1 FILE\` converts.`,
    line: 1,
    column: 1,
  };
}
