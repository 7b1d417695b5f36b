import { fail, failAt } from './problem.ts';

/**
 * The bytes of an XML property list as text: by byte order mark, else by the encoding that the XML declaration names, else
 * UTF-8. Line ends become `\n`, as XML demands. Throws UnreadablePlist for bytes that are no such text.
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = encodingByMark(bytes) ?? declaredEncoding(bytes) ?? 'utf-8';
  const decoder = decoderFor(encoding);
  try {
    return unifyLineEnds(decoder.decode(bytes));
  } catch {
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

function unifyLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** By a byte order mark, or by the zero byte that UTF-16 puts beside the first `<`. */
function encodingByMark(bytes: Uint8Array): string | null {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if ((a === 0xfe && b === 0xff) || (a === 0x00 && b === 0x3c)) return 'utf-16be';
  if ((a === 0xff && b === 0xfe) || (a === 0x3c && b === 0x00)) return 'utf-16le';
  return null;
}

function declaredEncoding(bytes: Uint8Array): string | null {
  const head = String.fromCharCode(...bytes.subarray(0, 512));
  const name = /<\?xml\b[^>]*?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']/.exec(head)?.[1];
  // A declaration that can be read byte by byte cannot be UTF-16, whatever it says.
  return name === undefined || /^utf-?16/i.test(name) ? null : name.toLowerCase();
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
