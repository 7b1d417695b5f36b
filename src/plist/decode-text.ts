import type { Doubt } from './doubt.ts';
import { fail, failAt } from './problem.ts';

export interface DecodedText {
  /** Every line end is `\n`, as XML demands. */
  readonly text: string;
  readonly hadReturns: boolean;
  /** UTF-8 with bytes that are none, each as U+FFFD: in a comment that is fine. */
  readonly isDamaged: boolean;
  readonly doubt: Doubt | null;
}

type Encoding = { readonly name: string; readonly doubt?: string };

/**
 * The bytes of an XML property list as text, by CoreFoundation's order: byte order mark, zero bytes, the encoding that an XML
 * declaration at the very beginning names, else UTF-8. Throws UnreadablePlist for bytes that are no such text.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  const encoding = encodingByMark(bytes) ?? declaredEncoding(bytes) ?? { name: 'utf-8' };
  const { text, isDamaged } = encoding.name.startsWith('utf-32')
    ? { text: decodeUtf32(bytes, encoding.name === 'utf-32le'), isDamaged: false }
    : decode(bytes, encoding.name);
  const hadReturns = text.includes('\r');
  const doubt =
    encoding.doubt === undefined
      ? null
      : { start: 0, message: encoding.doubt, fix: 'Save the file as UTF-8.' };
  return { text: unifyLineEnds(text), hadReturns, isDamaged, doubt };
}

function unifyLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** By a byte order mark, or by the zero byte that UTF-16 puts beside the first `<`. */
function encodingByMark(bytes: Uint8Array): Encoding | null {
  const [a, b, c, d] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { name: 'utf-8' };
  if (a === 0x00 && b === 0x00 && c === 0xfe && d === 0xff) return { name: 'utf-32be' };
  if (a === 0xff && b === 0xfe && c === 0x00 && d === 0x00) return { name: 'utf-32le' };
  if (a === 0xfe && b === 0xff) return { name: 'utf-16be' };
  if (a === 0xff && b === 0xfe) return { name: 'utf-16le' };
  const doubt = 'UTF-16 without a byte order mark: Apple’s reader loses its first character and refuses it.';
  if (a === 0x00 && b === 0x3c) return { name: 'utf-16be', doubt };
  if (a === 0x3c && b === 0x00) return { name: 'utf-16le', doubt };
  return null;
}

function declaredEncoding(bytes: Uint8Array): Encoding | null {
  const head = String.fromCharCode(...bytes.subarray(0, 512));
  const name = /^<\?xml[^?>]*?encoding=(["'])([A-Za-z0-9._-]{1,40})\1/.exec(head)?.[2]?.toLowerCase();
  if (name === undefined) return null;
  // A declaration that can be read byte by byte cannot be UTF-16, whatever it says.
  if (!/^utf-?(?:16|32)/.test(name)) return { name };
  return {
    name: 'utf-8',
    doubt: `The XML declaration says ${name}, which this is not: Apple’s reader believes it and refuses the file.`,
  };
}

function decode(bytes: Uint8Array, encoding: string): { readonly text: string; readonly isDamaged: boolean } {
  const decoder = decoderFor(encoding);
  try {
    return { text: decoder.decode(bytes), isDamaged: false };
  } catch {
    if (encoding === 'utf-8') return { text: new TextDecoder().decode(bytes), isDamaged: true };
    const good = unifyLineEnds(
      new TextDecoder(encoding).decode(bytes.subarray(0, decodableLength(bytes, encoding))),
    );
    return failAt(
      good,
      good.length,
      `A byte here is not ${encoding.toUpperCase()} text. Save the file as UTF-8.`,
    );
  }
}

function decoderFor(encoding: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch {
    return fail(
      `The XML declaration names the encoding "${encoding}", which is unknown. Save the file as UTF-8.`,
    );
  }
}

function decodeUtf32(bytes: Uint8Array, isLittleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let at = 4; at < bytes.length; at += 4) {
    const code = at + 4 > bytes.length ? -1 : view.getUint32(at, isLittleEndian);
    if (code < 0 || code > 0x10ffff || code >> 11 === 0x1b) {
      const good = unifyLineEnds(parts.join(''));
      return failAt(good, good.length, 'A character here is not UTF-32 text. Save the file as UTF-8.');
    }
    parts.push(String.fromCodePoint(code));
  }
  return parts.join('');
}

/** Length of the longest decodable beginning, found by halving. */
function decodableLength(bytes: Uint8Array, encoding: string): number {
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (decodes(bytes.subarray(0, middle), encoding)) good = middle;
    else bad = middle;
  }
  return good;
}

function decodes(bytes: Uint8Array, encoding: string): boolean {
  try {
    // `stream`: a sequence that is merely cut off at the end is no error.
    new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
