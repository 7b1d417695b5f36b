// What scripts/readers.mjs counted, as text and as a page.

const VERDICTS = {
  same: 'same value',
  'both refuse': 'refused by both',
  differs: 'other value',
  'only here': 'read here alone',
  'only there': 'read there alone',
};

export function readersText(result) {
  return tables(result).join('\n\n');
}

export function readersPage(result) {
  const day = new Date().toISOString().slice(0, 10);
  const versions = Object.values(result.versions).filter((version) => version !== null);
  return `# Reading property lists, beside other readers

Written by \`npm run readers -- FOLDER --page\` on ${day}, with Node ${process.versions.node}, ${versions.join(' and ')}, over
a folder of ${result.files} real launchd plists that others wrote, good ones and broken ones. The command takes any folder. Values are
compared one by one: kinds of numbers, all digits, bits of reals, bytes of data, keys. What plistutil makes of a file is what it
writes as a binary plist. What is refused here for its text, CoreFoundation refuses too, going by its published source; why each thing is read as it is stands in [design/plist.md](design/plist.md).

${tables(result).join('\n\n')}
`;
}

function tables({ files, read, refused, milliseconds, readers }) {
  const byCount = (counts) => [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const total = read.xml + read.binary;
  return [
    `${files} files: ${total} read (${read.xml} XML, ${read.binary} binary), ${files - total} refused. All of it took ${Math.round(milliseconds)} ms.`,
    table(
      ['refused because', 'files'],
      byCount(refused).map(([why, count]) => [quoteTags(why), count]),
    ),
    table(
      ['beside', ...Object.values(VERDICTS)],
      [...readers].map(([name, { verdicts }]) => [
        name,
        ...Object.keys(VERDICTS).map((key) => verdicts.get(key) ?? 0),
      ]),
    ),
    table(
      ['beside', 'where not the same', 'why', 'files'],
      [...readers].flatMap(([name, { classes }]) =>
        byCount(classes).map(([key, count]) => {
          const [verdict, why] = key.split(' | ');
          return [name, VERDICTS[verdict], why, count];
        }),
      ),
    ),
  ];
}

/** A tag or an entity outside of backticks would be one in Markdown. */
function quoteTags(text) {
  const mark = (part) => part.replace(/<[^<>]*>|&\w+;/g, '`$&`');
  return text
    .split('`')
    .map((part, index) => (index % 2 === 0 ? mark(part) : part))
    .join('`');
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => `${cell}`.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(head),
    line(head.map((_, column) => (typeof rows[0]?.[column] === 'number' ? '---:' : '---'))),
    ...rows.map(line),
  ].join('\n');
}
