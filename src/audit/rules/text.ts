import { quote } from '../../plist/problem.ts';
import { type PlistSource, placeFinder } from '../../plist/source.ts';
import type { Hit, Rule } from '../rule.ts';

/** How the XML is written. launchd reads all of this; other tools may not. */

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>';
const DOCTYPE =
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">';
const JOB =
  '<dict><key>Label</key><string>net.me.a</string><key>Program</key><string>/opt/a</string><key>RunAtLoad</key><true/></dict>';
const WHOLE = `${HEAD}\n${DOCTYPE}\n<plist version="1.0">${JOB}</plist>\n`;

function textRule(rule: Omit<Rule, 'check'>, find: (source: PlistSource) => readonly Hit[]): Rule {
  return { ...rule, check: (job) => (job.source === null ? [] : find(job.source)) };
}

const at = (offset: number, message: string, fix: string): Hit => ({ path: [], offset, message, fix });

/** The text with comments and CDATA sections blanked out, so that what looks like a tag is one. */
function tagsOf(source: PlistSource): string {
  return source.text.replace(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>/g, (part) =>
    part.replace(/[^\n]/g, ' '),
  );
}

/** `<!DOCTYPE …>` with its offset; null without one. */
function doctypeOf(source: PlistSource): { readonly offset: number; readonly text: string } | null {
  const match = /<!DOCTYPE[^>[]*(?:\[[^\]]*\][^>]*)?>/.exec(tagsOf(source));
  return match === null ? null : { offset: match.index, text: match[0] };
}

const declarationAt = (source: PlistSource): number => tagsOf(source).search(/<\?xml\s/);

export const TEXT_RULES: readonly Rule[] = [
  textRule(
    {
      code: 'text/duplicate-key',
      severity: 'error',
      title: 'A key twice in one dictionary',
      why: 'Only one of the two counts, as far as is known the later; readers of the file see the other.',
      bad: '<key>RunAtLoad</key><true/>\n<key>RunAtLoad</key><false/>\n<key>StartInterval</key><integer>600</integer>',
      good: '<key>RunAtLoad</key><true/>',
    },
    ({ duplicates, text }) => {
      const place = placeFinder(text);
      return duplicates.map(({ key, first, second }) =>
        at(
          second,
          `${quote(key)} stands here and in line ${place(first).line}; this one counts.`,
          'Leave one of the two out.',
        ),
      );
    },
  ),
  textRule(
    {
      code: 'text/readers-differ',
      severity: 'warning',
      title: 'Text that readers take differently',
      why: 'What Apple’s reader refuses, or takes otherwise than it is read here, is a job that does not load, or not as it looks.',
      bad: '<key>StartInterval</key><integer>300 </integer>',
      good: '<key>StartInterval</key><integer>300</integer>',
    },
    ({ doubts }) => doubts.map(({ start, message, fix }) => at(start, message, fix)),
  ),
  textRule(
    {
      code: 'text/before-declaration',
      severity: 'warning',
      title: 'Something before <?xml',
      why: 'XML wants its declaration at the very beginning; most readers but Apple’s refuse the file.',
      bad: `\n${WHOLE}`,
      good: WHOLE,
    },
    (source) =>
      declarationAt(source) > 0
        ? [at(0, 'There is something before the XML declaration.', 'Let the file begin with `<?xml`.')]
        : [],
  ),
  textRule(
    {
      code: 'text/no-declaration',
      severity: 'info',
      title: 'No XML declaration',
      why: 'Apple’s reader takes UTF-8 for granted; others may not.',
      bad: `${DOCTYPE}\n<plist version="1.0">${JOB}</plist>\n`,
      good: WHOLE,
    },
    (source) =>
      declarationAt(source) === -1
        ? [at(0, 'The XML declaration is missing.', `Let the file begin with \`${HEAD}\`.`)]
        : [],
  ),
  textRule(
    {
      code: 'text/no-doctype',
      severity: 'info',
      title: 'No DOCTYPE',
      why: 'Editors and `file` recognise a property list by it.',
      bad: `${HEAD}\n<plist version="1.0">${JOB}</plist>\n`,
      good: WHOLE,
    },
    (source) => (doctypeOf(source) === null ? [at(0, 'There is no DOCTYPE.', `Add \`${DOCTYPE}\`.`)] : []),
  ),
  textRule(
    {
      code: 'text/doctype',
      severity: 'info',
      title: 'A DOCTYPE that is not the usual one',
      why: 'Apple’s reader does not care; others look it up.',
      bad: `${HEAD}\n<!DOCTYPE plist SYSTEM "file://localhost/PropertyList.dtd">\n<plist version="1.0">${JOB}</plist>\n`,
      good: WHOLE,
    },
    (source) => {
      const doctype = doctypeOf(source);
      if (
        doctype === null ||
        /"-\/\/Apple(?: Computer)?\/\/DTD PLIST 1\.0\/\/EN"\s+"https?:\/\/www\.apple\.com\/DTDs\/PropertyList-1\.0\.dtd"\s*>/.test(
          doctype.text,
        )
      )
        return [];
      return [at(doctype.offset, 'This DOCTYPE is not that of a property list.', `Use \`${DOCTYPE}\`.`)];
    },
  ),
  textRule(
    {
      code: 'text/old-doctype',
      severity: 'info',
      onRequest: true,
      title: 'The DOCTYPE of Apple Computer',
      why: 'It is the form of before 2007, and means the same.',
      bad: `${HEAD}\n${DOCTYPE.replace('//Apple//', '//Apple Computer//')}\n<plist version="1.0">${JOB}</plist>\n`,
      good: WHOLE,
    },
    (source) => {
      const doctype = doctypeOf(source);
      return doctype?.text.includes('//Apple Computer//')
        ? [at(doctype.offset, 'This is the old DOCTYPE.', `Use \`${DOCTYPE}\`.`)]
        : [];
    },
  ),
  textRule(
    {
      code: 'text/no-version',
      severity: 'info',
      title: '<plist> without its version',
      why: 'Apple’s reader does not care; others may.',
      bad: `${HEAD}\n${DOCTYPE}\n<plist>${JOB}</plist>\n`,
      good: WHOLE,
    },
    (source) => {
      const tag = /<plist\b[^>]*>/.exec(tagsOf(source));
      return tag === null || /\bversion\s*=/.test(tag[0])
        ? []
        : [at(tag.index, 'The version is missing.', 'Write `<plist version="1.0">`.')];
    },
  ),
  textRule(
    {
      code: 'text/after-end',
      severity: 'info',
      title: 'A comment after </plist>',
      why: 'It is easily lost: tools that write the file again keep nothing there.',
      bad: `${WHOLE}<!-- installed by make -->\n`,
      good: WHOLE,
    },
    (source) => {
      const end = tagsOf(source).lastIndexOf('</plist');
      const late = source.comments.find((comment) => end !== -1 && comment.start > end);
      return late === undefined ? [] : [at(late.start, 'This stands after the end.', 'Move it to the top.')];
    },
  ),
  textRule(
    {
      code: 'text/comment-dashes',
      severity: 'info',
      title: '"--" inside a comment',
      why: 'XML forbids it: macOS reads the file, while Python’s plistlib, xmllint and many others refuse it.',
      bad: '<!-- run with --verbose -->\n<key>RunAtLoad</key><true/>',
      good: '<!-- run with -v -->\n<key>RunAtLoad</key><true/>',
    },
    (source) =>
      source.comments
        .filter(({ text }) => text.includes('--') || text.endsWith('-'))
        .slice(0, 1)
        .map(({ start }) => at(start, 'This comment holds "--".', 'Write the dashes another way.')),
  ),
  textRule(
    {
      code: 'text/leading-zero',
      severity: 'warning',
      title: 'An integer with a leading zero',
      why: 'It is read as a decimal number, not as an octal one.',
      bad: '<key>Umask</key><integer>022</integer>',
      good: '<key>Umask</key><string>022</string>',
    },
    (source) =>
      [...tagsOf(source).matchAll(/<integer>\s*[+-]?0\d+\s*</g)].map((match) =>
        at(
          match.index,
          `${match[0].replace(/<\/?integer>?|</g, '').trim()} is read as a decimal number.`,
          'Leave the zero out, or write an octal mask as a <string>.',
        ),
      ),
  ),
  textRule(
    {
      code: 'text/spelled-out',
      severity: 'info',
      onRequest: true,
      title: '<true></true> or <true />',
      why: 'It means <true/>, and some readers know only that.',
      bad: '<key>RunAtLoad</key><true></true>',
      good: '<key>RunAtLoad</key><true/>',
    },
    (source) =>
      [...tagsOf(source).matchAll(/<(true|false)(?:\s+\/>|\s*>\s*<\/\1\s*>)/g)]
        .slice(0, 1)
        .map((match) =>
          at(match.index, `This is an unusual way to write <${match[1]}/>.`, `Write <${match[1]}/>.`),
        ),
  ),
  textRule(
    {
      code: 'text/line-ends',
      severity: 'info',
      title: 'Line ends of Windows or of old Macs',
      why: 'Apple’s reader takes them; a script whose path or argument spans lines would not.',
      bad: WHOLE.replaceAll('\n', '\r\n'),
      good: WHOLE,
    },
    (source) =>
      source.lineEnds === 'lf'
        ? []
        : [
            at(
              0,
              `The lines end with ${source.lineEnds === 'cr' ? 'CR' : 'CRLF'}.`,
              'Save the file with Unix line ends.',
            ),
          ],
  ),
  textRule(
    {
      code: 'text/last-newline',
      severity: 'info',
      onRequest: true,
      title: 'No line end at the end of the file',
      why: 'Tools that add lines glue theirs to the last one.',
      bad: WHOLE.trimEnd(),
      good: WHOLE,
    },
    (source) =>
      source.text.endsWith('\n')
        ? []
        : [at(source.text.length, 'The last line has no end.', 'Add a line end.')],
  ),
];
