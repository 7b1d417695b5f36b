import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plistToJson } from '../../src/plist/json.ts';
import { type PlistReading, readPlist } from '../../src/plist/read.ts';
import { placeFinder } from '../../src/plist/source.ts';
import { writePlist } from '../../src/plist/write.ts';
import { cpuSeconds } from '../support/cpu.ts';
import { bytesOf, dictionary } from './values.ts';

function read(source: string): PlistReading {
  return readPlist(bytesOf(source));
}

function utf32(source: string): Buffer {
  return Buffer.concat(
    ['\ufeff', ...source].map((character) => {
      const unit = Buffer.alloc(4);
      unit.writeUInt32BE(character.codePointAt(0) ?? 0);
      return unit;
    }),
  );
}

/** The value inside `<plist>`, as JSON; or the problem as `line:column message`. */
function inside(content: string): unknown {
  return outcome(read(`<plist version="1.0">${content}</plist>`));
}

function outcome(reading: PlistReading): unknown {
  if (reading.ok) return plistToJson(reading.value);
  return `${reading.problem.line}:${reading.problem.column} ${reading.problem.message}`;
}

describe('readPlist of XML is as lenient as CoreFoundation', () => {
  it.each<[string, string, unknown]>([
    ['no declaration, no doctype, no <plist>', '<dict><key>A</key><true/></dict>', { A: true }],
    ['a comment before the declaration', '<!-- mine -->\n<?xml version="1.0"?><plist><true/></plist>', true],
    ['white space before the declaration', '\n  <?xml version="1.0"?>\n<plist><true/></plist>\n\n', true],
    ['`--` in comments', '<!-- a -- b --><plist><!-- run --flag --><true/></plist><!----->', true],
    ['a doctype with a stray semicolon', '<!DOCTYPE plist PUBLIC "x" "y.dtd";><plist><true/></plist>', true],
    ['an internal subset', '<!DOCTYPE plist [ <!ENTITY a "b"> ]><plist><true/></plist>', true],
    ['`]` in a quote of it', '<!DOCTYPE plist [<!ENTITY a "]>"> ]><plist><true/></plist>', true],
    ['`]>` in a comment of it', '<!DOCTYPE plist [ <!-- ]> --> <?x ]> ?> %a; ]><plist><true/></plist>', true],
    ['`>` in a quote of a doctype', '<!DOCTYPE plist SYSTEM "a>b[c"><plist><true/></plist>', true],
    ['a quote in a doctype that is not closed', '<!DOCTYPE plist SYSTEM "a><plist><true/></plist>', true],
    ['two doctypes', '<!DOCTYPE a><!-- b --><!DOCTYPE b><true/>', true],
    [
      'typographic quotes',
      '<?xml version=“1.0” encoding=“UTF-8”?><plist version=“1.0”><true/></plist>',
      true,
    ],
    ['anything after the end', '<plist><true/></plist>\nEOF & <', true],
    ['a comment after the end that is never closed', '<true/><!-- a --><!-- b', true],
    ['old Mac line ends', '<plist>\r<string>a\rb</string>\r</plist>', 'a\nb'],
    ['Windows line ends', '<plist>\r\n<string>a\r\nb</string>\r\n</plist>', 'a\nb'],
    ['attributes and white space in tags', '<plist version="1.0"><string a="b" >x</string ></plist>', 'x'],
  ])('%s', (_name, source, value) => {
    expect(outcome(read(source))).toEqual(value);
  });

  it.each<[string, unknown]>([
    ['<integer>0x10</integer>', 16],
    ['<integer> +7 </integer>', 7],
    ['<integer>-007</integer>', -7],
    ['<integer>-0</integer>', 0],
    ['<integer><!-- one --> 1</integer>', 1],
    ['<integer>9007199254740991</integer>', 9007199254740991],
    ['<integer>9007199254740992</integer>', { integer: '9007199254740992' }],
    ['<integer>-9223372036854775808</integer>', { integer: '-9223372036854775808' }],
    ['<integer>0xffffffffffffffff</integer>', { integer: '18446744073709551615' }],
    ['<real>5</real>', { real: 5 }],
    ['<real> -1.5e3 </real>', { real: -1500 }],
    ['<real>nan</real>', { real: 'NaN' }],
    ['<real>+Infinity</real>', { real: 'Infinity' }],
    ['<data> A Q\n\tI D </data>', { data: 'AQID' }],
    ['<data/>', { data: '' }],
    ['<data>@@</data>', { data: '' }],
    ['<data>A!QID AQ</data>', { data: 'AQID' }],
    ['<data>QQ==QUI=</data>', { data: 'QUFC' }],
    ['<integer>-0x10 </integer>', -16],
    ['<true> <!-- --> </true>', true],
    ['<array><key>a</key><key/></array>', ['a', '']],
    ['<plist><plist><true/></plist></plist>', true],
    ['<date>2026-01-31T08:30:00Z</date>', { date: '2026-01-31T08:30:00Z' }],
    ['<true></true>', true],
    ['<false />', false],
    ['<string/>', ''],
    ['<string> a<![CDATA[ <b> & ]]>c<!-- not this -->d </string>', ' a <b> & cd '],
    ['<string>&lt;&gt;&amp;&apos;&quot;&#65;&#x1F680;&#13;</string>', '<>&\'"A🚀\r'],
    ['<string>\u0085\u2028</string>', '\u0085\u2028'],
    ['<dict><key><!-- c -->La<![CDATA[bel]]></key><string>x</string></dict>', { Label: 'x' }],
    ['<dict><key>A</key><integer>1</integer><key>A</key><integer>2</integer></dict>', { A: 2 }],
    ['<dict><key/><array><dict/><array/></array></dict>', { '': [{}, []] }],
  ])('%s', (content, value) => {
    expect(inside(content)).toEqual(value);
  });

  it('keeps keys that name members of Object.prototype', () => {
    const reading = read(
      '<dict><key>__proto__</key><string>a</string><key>toString</key><string>b</string></dict>',
    );
    expect(reading.ok && JSON.stringify(reading.value)).toBe(
      '{"kind":"dict","entries":{"__proto__":"a","toString":"b"}}',
    );
  });

  it.each<[string, (source: string) => Uint8Array]>([
    ['UTF-8 with a byte order mark', (source) => bytesOf(`\ufeff${source}`)],
    ['UTF-16, little end first', (source) => Buffer.from(`\ufeff${source}`, 'utf16le')],
    ['UTF-16, big end first', (source) => Buffer.from(`\ufeff${source}`, 'utf16le').swap16()],
    ['UTF-32, big end first', (source) => utf32(source)],
    ['UTF-32, little end first', (source) => utf32(source).swap32()],
    ['UTF-16 without a mark', (source) => Buffer.from(source, 'utf16le')],
    [
      'a declared one-byte encoding',
      (source) => Buffer.from(source.replace('utf-16', 'ISO-8859-1'), 'latin1'),
    ],
  ])('reads %s', (_name, encode) => {
    const source = '<?xml version="1.0" encoding="utf-16"?><plist><string>grün</string></plist>';
    expect(outcome(readPlist(encode(source)))).toBe('grün');
  });

  it('collects the text of every comment', () => {
    const reading = read('<!-- a --><plist><!--b--><dict><!-- c -- c --></dict></plist><!-- d -->');
    expect(reading).toMatchObject({ ok: true, format: 'xml', comments: [' a ', 'b', ' c -- c ', ' d '] });
  });
});

describe('readPlist of XML refuses, with the place', () => {
  it.each<[string, string]>([
    ['<plist>\n<dict>\n<key>A</key>\n</dict></plist>', '3:1 The key "A" has no value.'],
    ['<plist><dict><key>A</key><key>B</key><true/></dict></plist>', '1:14 The key "A" has no value.'],
    ['<dict><string>A</string></dict>', '1:7 Found <string> in a <dict> where a <key> is expected.'],
    ['<dict>\n\tword\n</dict>', '2:2 Found the text "word" where a <key> or </dict> is expected.'],
    ['<plist><dict></plist>', '1:14 Found </plist> where </dict> must close the <dict> of line 1.'],
    ['<plist><dict>', '1:8 <dict> is never closed; </dict> is missing.'],
    ['<plist>\n<string>x', '2:1 <string> is never closed; </string> is missing.'],
    [
      '<plist>\n<string>x</strin></plist>',
      '2:10 Found </strin> where </string> must close the <string> of line 2.',
    ],
    ['<plist><true/>', '1:15 The file ends where </plist> is expected.'],
    ['<plist><true/><true/></plist>', '1:15 Found <true> where </plist> must close the <plist> of line 1.'],
    ['<plist></plist>', '1:8 Found </plist> where a value is expected.'],
    ['<plist/>', '1:1 <plist> is empty; launchd wants a <dict> in it.'],
    ['<string>a & b</string>', '1:11 A bare `&` must be written &amp; in XML.'],
    [
      '<!DOCTYPE plist [<!ENTITY x "y">]><string>&x;</string>',
      '1:43 &x; is unknown. XML knows &lt; &gt; &amp; &apos; &quot; and numbers.',
    ],
    [
      '<string>&#xD800;</string>',
      '1:9 &#xD800; is unknown. XML knows &lt; &gt; &amp; &apos; &quot; and numbers.',
    ],
    [
      '<string>&toString;</string>',
      '1:9 &toString; is unknown. XML knows &lt; &gt; &amp; &apos; &quot; and numbers.',
    ],
    [
      '<string>a <b>c</b></string>',
      '1:11 Found <b> inside <string>, which holds text only; a `<` is written &lt; there.',
    ],
    ['<true>false</true>', '1:7 Found the text "false" where </true> is expected.'],
    ['<True/>', '1:1 "<True>" is unknown: tags are written in lower case.'],
    ['<html></html>', '1:1 "<html>" is no value of a property list.'],
    ['<dict><key>A</key', '1:13 This tag is never closed; `>` is missing.'],
    ['<dict <key>A</key></dict>', '1:1 There is a `<` within this tag; a `>` is missing before it.'],
    ['<!-- never', '1:1 This comment is never closed; `-->` is missing.'],
    ['<!DOCTYPE plist', '1:1 This `<!DOCTYPE` is never closed; `>` is missing.'],
    ['<plist><!DOCTYPE b><true/></plist>', '1:8 "<!DOCTYPE b>" is no tag of a property list.'],
    ['<!doctype plist><true/>', '1:1 "<!doctype plist>" is no tag of a property list.'],
    ['<dict></dict x>', '1:7 "</dict x>" is no tag of a property list.'],
    ['<array><!---><true/><!-- --></array>', '1:8 Readers differ on whether `<!--->` ends here'],
    ['<dict><key>A</key><key>B</key></dict>', '1:7 The key "A" has no value.'],
    ['<string><![CDATA[x</string>', '1:9 This CDATA section is never closed; `]]>` is missing.'],
    [
      '<integer>12abc</integer>',
      '1:1 <integer> holds "12abc"; it must hold a whole number between -2^63 and 2^64-1',
    ],
    [
      '<integer>18446744073709551616</integer>',
      '1:1 <integer> holds "18446744073709551616"; it must hold a whole',
    ],
    ['<integer/>', '1:1 <integer> holds nothing; it must hold a whole number'],
    ['<real>1,5</real>', '1:1 <real> holds "1,5"; it must hold a number, such as 1.5.'],
    ['<data>ä</data>', '1:1 <data> holds "ä"; it must hold base64.'],
    [
      '<date>2026-02-30T00:00:00Z</date>',
      '1:1 <date> holds "2026-02-30T00:00:00Z"; it must hold a date in UTC',
    ],
  ])('%s', (source, problem) => {
    expect(outcome(read(source))).toContain(problem);
  });

  it('tells the place of a byte that is no UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('<plist>\n<string>grün'),
      Buffer.from([0xff]),
      Buffer.from('</string>'),
    ]);
    expect(outcome(readPlist(bytes))).toBe('2:13 A byte here is not UTF-8 text. Save the file as UTF-8.');
  });

  it('minds bytes that are no UTF-8 where they count, and not in comments', () => {
    const latin1 = (source: string) => Buffer.from(source, 'latin1');
    expect(outcome(readPlist(latin1('<!-- José --><plist><string>a</string></plist>')))).toBe('a');
    expect(outcome(readPlist(latin1('<!-- José --><plist><string><![CDATA[José]]></string></plist>')))).toBe(
      '1:41 A byte here is not UTF-8 text. Save the file as UTF-8.',
    );
    expect(
      outcome(readPlist(latin1('<!-- x --><?xml version="1.0" encoding="latin1"?><string>é</string>'))),
    ).toBe('1:58 A byte here is not UTF-8 text. Save the file as UTF-8.');
    expect(outcome(readPlist(Buffer.from('fffe00003c00000000d80000', 'hex')))).toBe(
      '1:2 A character here is not UTF-32 text. Save the file as UTF-8.',
    );
  });

  it('shows foreign text without its control characters', () => {
    expect(outcome(read('<dict>\u001b[31m\u009b</dict>'))).toBe(
      '1:7 Found the text "\\u001b[31m\ufffd" where a <key> or </dict> is expected.',
    );
  });
});

describe('readPlist tells where readers differ', () => {
  it.each<[string, string[]]>([
    ['<?xml version="1.0"?><plist><string>a</string><!-- fine --></plist>', []],
    ['<plist><string>a<!-- b -->c</string></plist>', ['1:17 A comment stands inside <string>']],
    ['<plist><true/></plist>\nEOF', ['2:1 The property list ends before this']],
    ['<integer>10\n</integer>', ['1:1 Apple’s reader refuses the file for white space after the value']],
    ['<integer>\n10</integer>', []],
    ['<integer>1&#48;</integer>', ['1:1 Apple’s reader refuses the file for the CDATA or entity']],
    ['<date> 2026-01-31T08:30:00Z</date>', ['1:1 Apple’s reader refuses the file for white space before']],
    ['<data/>', ['1:1 Apple’s reader refuses the file for an empty <data>.']],
    ['<data></data>', []],
    ['<data>\nAQID\n\tAQ==</data>', []],
    ['<data>@@</data>', ['1:1 Characters that are no base64 are passed over']],
    ['<data>AQ</data>', ['1:1 The base64 of this <data> is cut off']],
    ['<true> </true>', ['1:1 Apple’s reader refuses the file for what stands inside this <true>.']],
    ['<array><key>a</key></array>', ['1:8 Apple’s reader takes this <key> for a <string>']],
    ['<plist><plist><true/></plist></plist>', ['1:8 A <plist> within another']],
    ['<array>\r\n<string>a\r\nb</string></array>', ['2:9 This value spans lines that end with CR']],
    ['<!DOCTYPE a [<!ENTITY b ">">]><true/>', ['1:1 A quoted text of this DOCTYPE holds']],
    [
      '<?xml version="1.0" encoding="UTF-16"?><true/>',
      ['1:1 The XML declaration says utf-16, which this is not'],
    ],
  ])('%j', (source, doubts) => {
    const reading = read(source);
    if (!reading.ok || reading.source === null) throw new Error(`not read: ${outcome(reading)}`);
    const place = placeFinder(reading.source.text);
    const told = reading.source.doubts.map(({ start, message }) => {
      const { line, column } = place(start);
      return `${line}:${column} ${message}`;
    });
    expect(told).toHaveLength(doubts.length);
    for (const [index, doubt] of doubts.entries()) expect(told[index]).toContain(doubt);
  });
});

describe('readPlist of other things', () => {
  it.each<[string, string]>([
    ['', 'null:null The file is empty.'],
    [' \n ', 'null:null The file is empty.'],
    [
      '{"Label": "x"}',
      '1:1 This looks like JSON or the old text form of a property list. launchd reads only XML and binary',
    ],
    ['( a, b )', '1:1 This looks like JSON or the old text form'],
    [
      '#!/bin/sh',
      '1:1 This starts with "#!/bin/sh", so it is no property list. launchd reads only XML and binary',
    ],
  ])('%j', (source, problem) => {
    expect(outcome(read(source))).toContain(problem);
  });
});

describe('readPlist within bounds', () => {
  it('refuses what is nested too deep', () => {
    const deep = (levels: number) => '<array>'.repeat(levels) + '</array>'.repeat(levels);
    expect(read(deep(500)).ok).toBe(true);
    expect(outcome(read(deep(200_000)))).toBe(`1:${513 * 7 + 1} Values are nested more than 512 deep here.`);
  });

  it('does not look at what is far too large', () => {
    const seconds = cpuSeconds(() =>
      expect(outcome(readPlist(new Uint8Array(100_000_000).fill(0x20)))).toBe(
        'null:null The file has 95 MB, which is far too large for a plist of a job.',
      ),
    );
    expect(seconds).toBeLessThan(1);
  });

  it.each<[string, string]>([
    ['quotes in doctypes', '<!DOCTYPE a "'],
    ['declarations in doctypes', '<!DOCTYPE a [<!ENTITY x ">">'],
    ['unclosed tags', '<a'],
    ['open arrays', '<array>'],
    ['doctypes', '<!DOCTYPE x>'],
    ['open comments in text', '<string><!--'],
    ['ampersands', '<string>&amp;'],
    ['sections', '<![CDATA[]]>'],
    ['comments', '<!-- -->'],
    ['empty strings', '<array><string/>'],
    ['declarations', '<?'],
  ])('10 MB of %s are judged within seconds', (_name, unit) => {
    const start = unit.startsWith('<string>&') ? '<string>' : unit === '<array><string/>' ? '<array>' : '';
    const body = unit.replace(start, '');
    const bytes = bytesOf(start + body.repeat(Math.ceil(10_000_000 / body.length)));
    expect(cpuSeconds(() => expect(readPlist(bytes).ok).toBe(false))).toBeLessThan(5);
  });

  it('never throws, whatever is changed in a good file', () => {
    const change = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(8),
      put: fc.string(),
    });
    fc.assert(
      fc.property(dictionary, fc.array(change, { maxLength: 3 }), (value, changes) => {
        let source = writePlist(value, ['a comment']);
        for (const { at, cut, put } of changes) {
          const index = Math.floor(at * source.length);
          source = source.slice(0, index) + put + source.slice(index + cut);
        }
        expect(typeof readPlist(bytesOf(source)).ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });
});
