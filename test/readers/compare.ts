import { isArray, isDict, type PlistValue } from '../../src/model/plist.ts';
import { type PlistReading, readPlist } from '../../src/plist/read.ts';

/** What another reader made of a file, as test/readers/read_with_others.py tells it. */
export type Answer = { readonly value: unknown } | { readonly error: string };

export type Verdict =
  /** The same value, or refused by both. */
  'same' | 'both refuse' | 'differs' | 'only here' | 'only there';

export interface Comparison {
  readonly verdict: Verdict;
  /** Why they are not of one mind, as a class; empty when they are, null when nothing explains it. */
  readonly why: string | null;
}

/** Reads, and compares with what another reader says of the same bytes. */
export function compare(bytes: Uint8Array, answer: Answer): Comparison {
  const reading = readPlist(bytes);
  if ('error' in answer) {
    if (!reading.ok) return { verdict: 'both refuse', why: '' };
    return { verdict: 'only here', why: whyOnlyHere(reading) };
  }
  if (!reading.ok) return { verdict: 'only there', why: whyOnlyThere(reading.problem.message) };
  const [ours, theirs] = [
    JSON.stringify(sorted(tagged(reading.value))),
    JSON.stringify(sorted(answer.value)),
  ];
  return ours === theirs ? { verdict: 'same', why: '' } : { verdict: 'differs', why: whyDiffers(reading) };
}

/** As read_with_others.py tags its values. */
export function tagged(value: PlistValue): unknown {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return { integer: String(value) };
  if (isArray(value)) return value.map(tagged);
  if (isDict(value)) {
    return {
      dict: Object.fromEntries(Object.entries(value.entries).map(([key, item]) => [key, tagged(item)])),
    };
  }
  switch (value.kind) {
    case 'integer':
      return { integer: value.digits };
    case 'real':
      return { real: Number.isNaN(value.value) ? 'nan' : bytesOf(value.value) };
    case 'data':
      return { data: value.base64 };
    case 'date':
      return { date: value.iso };
  }
}

function bytesOf(real: number): string {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(real);
  return bytes.toString('hex');
}

/** Keys in one order; arrays keep theirs. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([key, item]) => [key, sorted(item)]);
}

type Read = Extract<PlistReading, { ok: true }>;

/** What CoreFoundation takes and stricter readers do not. */
function whyOnlyHere({ source }: Read): string | null {
  if (source === null) return 'a set, which it does not know';
  const { text, comments, doubts } = source;
  if (comments.some((comment) => comment.text.includes('--') || comment.text.endsWith('-')))
    return '`--` in a comment';
  if (/<integer>\s*[+-]\s*0x/i.test(text)) return 'a hexadecimal integer with a sign';
  const declaration = text.indexOf('<?xml');
  if (declaration > 0) return 'something before `<?xml`';
  if (/<!DOCTYPE[^>]*;\s*>/.test(text)) return 'a semicolon in the doctype';
  if (!text.startsWith('<?xml')) return 'no `<?xml`, and a doctype or white space first';
  if (/[“”]/.test(text.slice(0, text.indexOf('<dict')))) return 'typographic quotes in the markup';
  if (doubts.length > 0) return 'told by `text/readers-differ`';
  if (text.includes('[') && text.includes('<!DOCTYPE')) return 'an internal subset';
  return null;
}

/** What we refuse, and CoreFoundation too. */
function whyOnlyThere(message: string): string | null {
  if (/old text form/.test(message)) return 'JSON or the old text form, which launchd does not read';
  if (/Found the text/.test(message)) return 'text between the tags, passed over there';
  if (/must hold a whole number/.test(message)) return 'an `<integer>` that is none, taken for another there';
  if (/bare `&`/.test(message)) return 'a bare `&`, kept there';
  if (/has no value/.test(message)) return 'a key without a value, passed over there';
  if (/which holds text only/.test(message)) return 'a `<` in a text';
  return null;
}

function whyDiffers({ source }: Read): string | null {
  if (source === null) return null;
  if (source.doubts.length > 0) return 'told by `text/readers-differ`';
  if (source.duplicates.length > 0) return 'a key twice';
  if (source.lineEnds !== 'lf') return 'line ends in a value, kept there';
  if (/<string>[^<]*<!\[CDATA\[/.test(source.text)) return 'CDATA beside other text';
  return null;
}
