import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlist } from '../../src/plist/read.ts';
import { offsetOf, type PlistSource, placeFinder } from '../../src/plist/source.ts';
import { writePlist } from '../../src/plist/write.ts';
import { bytesOf, dictionary } from './values.ts';

function sourceOf(text: string): PlistSource {
  const reading = readPlist(bytesOf(text));
  if (!reading.ok || reading.source === null) throw new Error('not readable as XML');
  return reading.source;
}

const TEXT = `<plist version="1.0">
<dict>
  <key>Label</key><string>a</string>
  <!-- twice -->
  <key>Nested</key>
  <dict>
    <key>List</key><array><string>x</string>
      <string>y</string></array>
  </dict>
  <key>Label</key><string>b</string>
</dict>
</plist>`;

describe('where things stand', () => {
  const source = sourceOf(TEXT);
  const place = (...path: (string | number)[]) => placeFinder(source.text)(offsetOf(source, path));

  it('finds keys, elements, and the deepest part of a path that is there', () => {
    expect(place()).toEqual({ line: 2, column: 1 });
    expect(place('Nested')).toEqual({ line: 5, column: 3 });
    expect(place('Nested', 'List', 1)).toEqual({ line: 8, column: 7 });
    expect(place('Nested', 'Missing')).toEqual({ line: 5, column: 3 });
    expect(place('Missing')).toEqual({ line: 2, column: 1 });
  });

  it('tells duplicate keys, and the place of the one that counts', () => {
    const [duplicate] = source.duplicates;
    const finder = placeFinder(source.text);
    expect(source.duplicates).toHaveLength(1);
    expect(finder(duplicate?.first ?? 0).line).toBe(3);
    expect(finder(duplicate?.second ?? 0).line).toBe(10);
    expect(place('Label').line).toBe(10);
  });

  it('tells comments with their place', () => {
    expect(source.comments.map(({ text, start }) => [text, placeFinder(source.text)(start).line])).toEqual([
      [' twice ', 4],
    ]);
  });

  it.each([
    ['lf', TEXT],
    ['crlf', TEXT.replaceAll('\n', '\r\n')],
    ['cr', TEXT.replaceAll('\n', '\r')],
  ])('knows line ends: %s', (ends, text) => {
    expect(sourceOf(text)).toMatchObject({ lineEnds: ends, text: TEXT });
    const utf16 = readPlist(Buffer.from(`\ufeff${text}`, 'utf16le'));
    expect(utf16.ok && utf16.source?.lineEnds).toBe(ends);
  });
});

it('places every key of any dictionary at its `<key>`', () => {
  fc.assert(
    fc.property(dictionary, (value) => {
      const source = sourceOf(writePlist(value));
      for (const key of Object.keys(value.entries))
        expect(source.text.startsWith('<key', offsetOf(source, [key]))).toBe(true);
    }),
    { numRuns: 200 },
  );
});
