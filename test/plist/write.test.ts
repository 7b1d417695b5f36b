import fc from 'fast-check';
import { parse } from 'plist';
import { describe, expect, it } from 'vitest';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import { equalPlist } from '../../src/plist/equal.ts';
import { readPlist } from '../../src/plist/read.ts';
import { findUnwritable } from '../../src/plist/unwritable.ts';
import { writePlist } from '../../src/plist/write.ts';
import { bytesOf, dictionary, plain } from './values.ts';

const job = dict([
  ['StandardOutPath', '/var/log/"odd" <name>.log'],
  ['KeepAlive', dict([['SuccessfulExit', false]])],
  ['Label', 'local.demo.web'],
  ['ProgramArguments', ['/usr/bin/env', '', 'a & b']],
  ['ThrottleInterval', 10],
  ['Real', { kind: 'real', value: 5 }],
  ['Huge', { kind: 'integer', digits: '18446744073709551615' }],
  ['Token', { kind: 'data', base64: 'AQID' }],
  ['Since', { kind: 'date', iso: '2026-01-31T08:30:00Z' }],
  ['Line', 'one\u2028two\u0085three'],
  ['Empty', dict([])],
]);

describe('writePlist', () => {
  it('writes canonical XML: tabs, Label first, keys by byte, comments before <plist>', () => {
    expect(writePlist(job, ['managed by us', 'what -- it --- does -'])).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- managed by us -->
<!-- what - - it - - - does - -->
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>local.demo.web</string>
	<key>Empty</key>
	<dict/>
	<key>Huge</key>
	<integer>18446744073709551615</integer>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<key>Line</key>
	<string>one&#x2028;two&#x85;three</string>
	<key>ProgramArguments</key>
	<array>
		<string>/usr/bin/env</string>
		<string/>
		<string>a &amp; b</string>
	</array>
	<key>Real</key>
	<real>5.0</real>
	<key>Since</key>
	<date>2026-01-31T08:30:00Z</date>
	<key>StandardOutPath</key>
	<string>/var/log/"odd" &lt;name&gt;.log</string>
	<key>ThrottleInterval</key>
	<integer>10</integer>
	<key>Token</key>
	<data>AQID</data>
</dict>
</plist>
`,
    );
  });

  it('does not depend on the order of keys', () => {
    const reversed = dict(Object.entries(job.entries).reverse());
    expect(writePlist(reversed)).toBe(writePlist(job));
  });

  it('keeps any comment from ending the comment or leaving it', () => {
    const hostile = ['--> <dict/> <!--', '-', '--', '->', '\u0000\u001b[31m\ufffe\ud800', 'a\r\nb\u2028'];
    const xml = writePlist(dict([['Label', 'local.demo']]), hostile);
    const reading = readPlist(bytesOf(xml));
    expect(reading).toMatchObject({ ok: true, value: { entries: { Label: 'local.demo' } } });
    expect(reading.ok && reading.comments).toHaveLength(hostile.length);
    expect(parse(xml)).toEqual({ Label: 'local.demo' });
    expect(['\u001b', '\u0000', '\ufffe'].filter((unit) => xml.includes(unit))).toEqual([]);
  });

  it('reads back equal, in our reader and in that of the plist package', () => {
    fc.assert(
      fc.property(dictionary, (value) => {
        const xml = writePlist(value, ['a comment']);
        const reading = readPlist(bytesOf(xml));
        expect(reading.ok && equalPlist(reading.value, value)).toBe(true);
        // The package refuses this key; we write it all the same, since it is an ordinary one to launchd.
        if (!xml.includes('<key>__proto__</key>')) expect(normal(parse(xml))).toEqual(normal(plain(value)));
      }),
      { numRuns: 500 },
    );
  });

  it('throws on what findUnwritable finds', () => {
    expect(() => writePlist(dict([['Label', 'a\u0007']]))).toThrow(
      'Label holds a control character (U+0007)',
    );
  });
});

/** -0 and 0 are one number to a property list; data as plain numbers, whatever realm or class they come from. */
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, member) => (Object.is(member, -0) ? 0 : member)));
}

describe('findUnwritable', () => {
  it.each<[string, PlistValue, string[], string]>([
    ['a control character', dict([['A', ['x', 'y\u0000']]]), ['A', '1'], 'U+0000'],
    [
      'a key',
      dict([['A', dict([['k\u001b', 1]])]]),
      ['A', 'k\u001b'],
      'has a name that holds a control character',
    ],
    ['half a pair', '\ud83d', [], 'half of a surrogate pair (U+D83D)'],
    ['U+FFFE', '\ufffe', [], 'a noncharacter (U+FFFE)'],
    ['the mark that reals travel under', '\ufdd0real', [], 'a noncharacter (U+FDD0)'],
    ['NaN', { kind: 'real', value: Number.NaN }, [], 'NaN'],
    ['a fraction without its tag', 1.5, [], 'no integer'],
    ['a number beyond exactness', 2 ** 60, [], 'no integer'],
    ['an integer out of range', { kind: 'integer', digits: '18446744073709551616' }, [], 'outside'],
    ['no base64', { kind: 'data', base64: '@' }, [], 'base64'],
    ['a day that does not exist', { kind: 'date', iso: '2026-02-30T00:00:00Z' }, [], 'no date'],
  ])('finds %s', (_name, value, path, words) => {
    const found = findUnwritable(value);
    expect(found?.path).toEqual(path);
    expect(found?.message).toContain(words);
  });

  it('lets everything else pass', () => {
    fc.assert(fc.property(dictionary, (value) => findUnwritable(value) === null));
    expect(findUnwritable('tab\t, lines\r\n, emoji 🚀, U+0085 \u0085')).toBeNull();
  });

  it('bounds the depth', () => {
    let deep: PlistValue = [];
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(findUnwritable(deep)?.message).toContain('512 levels');
  });
});
