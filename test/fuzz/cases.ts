import { buildBinary } from 'plist';
import { KEYS } from '../../src/launchd/keys.ts';
import type { PlistDict } from '../../src/model/plist.ts';
import { findUnwritable } from '../../src/plist/unwritable.ts';
import { writePlist } from '../../src/plist/write.ts';
import { plain } from '../plist/values.ts';
import { mutateBinary } from './mutate-binary.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { mutateJob } from './mutate-job.ts';
import { mutateText, type Vocabulary } from './mutate-text.ts';
import { type Random, randomOf } from './random.ts';
import type { Seeds } from './seeds.ts';

/** `import` is a plist that is well-made, for what is only done with such. */
export const KINDS = ['xml', 'binary', 'yaml', 'import'] as const;
export type Kind = (typeof KINDS)[number];

/** No case grows beyond this, so that a slow one is slow by itself. */
const LARGEST = 200_000;

/** The case of this number: the same seed and seeds give the same bytes. */
export function makeCase(kind: Kind, seed: number, index: number, seeds: Seeds): Uint8Array {
  const random = randomOf(seed + KINDS.indexOf(kind), index);
  const count = random.oneIn(20) ? 1 + random.below(12) : random.oneIn(3) ? 2 + random.below(2) : 1;
  const made = { xml: xmlCase, binary: binaryCase, yaml: yamlCase, import: importCase }[kind](
    seeds,
    count,
    random,
  );
  return made.subarray(0, LARGEST);
}

const KEY_NAMES = KEYS.map(({ name }) => name);

const XML: Vocabulary = {
  tokens: [
    ...[
      'dict',
      'array',
      'key',
      'string',
      'integer',
      'real',
      'data',
      'date',
      'true',
      'false',
      'plist',
    ].flatMap((name) => [`<${name}>`, `</${name}>`, `<${name}/>`]),
    ...KEY_NAMES.map((name) => `<key>${name}</key>`),
    ...[
      '<integer>0x7fffffffffffffff</integer>',
      '<integer>-9223372036854775809</integer>',
      '<real>1e999</real>',
    ],
    ...[
      '<date>9999-12-31T23:59:60Z</date>',
      '<string>/Users/kim/x</string>',
      '<string>~/x</string>',
      '<string>',
    ],
    ...[
      '<!--',
      '-->',
      '<!--->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '<!DOCTYPE',
      '<!ENTITY a "',
      '[',
      ']',
      '>',
      '<',
      '"',
    ],
    ...[
      "'",
      '&',
      '&amp;',
      '&#0;',
      '&#x110000;',
      '&#55296;',
      '&a;',
      '\u0000',
      '\ufeff',
      '\r',
      '\r\n',
      '\u2028',
      '“',
    ],
    ...[
      '__proto__',
      'constructor',
      '-',
      '0',
      '99999999999999999999',
      '=',
      ' ',
      '\n',
      '\ufffd',
      '\ud800',
      '💥',
    ],
  ],
  nests: [
    ['<array>', '</array>'],
    ['<dict><key>a</key>', '</dict>'],
    ['<plist>', '</plist>'],
    ['<array><!-- -->', '</array>'],
  ],
  word: /<[^<>]*>|[^<>\s]+/g,
};

/** A job with other values: it can be read, so that what comes after the reading is tried. */
function otherJob({ jobs }: Seeds, random: Random): PlistDict {
  let job = random.pick(jobs);
  for (let count = 1 + random.below(6); count > 0; count--) job = mutateJob(job, jobs, random);
  return job;
}

function xmlCase(seeds: Seeds, count: number, random: Random): Buffer {
  const { xml } = seeds;
  if (random.oneIn(3)) {
    const job = otherJob(seeds, random);
    if (findUnwritable(job) === null) return Buffer.from(writePlist(job, ['mutated -- job']));
  }
  let text = random.pick(xml);
  for (let i = 0; i < count; i++) text = mutateText(text, xml, XML, random).slice(0, LARGEST);
  const bytes = encode(text, random);
  return random.oneIn(5) ? mutateBytes(bytes, [Buffer.from(random.pick(xml))], random) : bytes;
}

function encode(text: string, random: Random): Buffer {
  if (!random.oneIn(12)) return Buffer.from(text);
  const utf16 = Buffer.from(`${random.oneIn(2) ? '\ufeff' : ''}${text}`, 'utf16le');
  return random.pick([
    () => utf16,
    () => utf16.swap16(),
    () => Buffer.from(text, 'latin1'),
    () => Buffer.from(`\ufeff${text}`),
  ])();
}

function importCase(seeds: Seeds, _count: number, random: Random): Buffer {
  for (;;) {
    const job = otherJob(seeds, random);
    if (findUnwritable(job) === null) return Buffer.from(writePlist(job, ['a comment']));
  }
}

function binaryCase(seeds: Seeds, count: number, random: Random): Buffer {
  const { binary } = seeds;
  if (random.oneIn(3)) return Buffer.from(buildBinary(plain(otherJob(seeds, random)) as never));
  let bytes = Buffer.from(random.pick(binary));
  for (let i = 0; i < count && bytes.length > 0; i++)
    bytes = Buffer.from(mutateBinary(bytes, binary, random));
  return bytes;
}

const YAML: Vocabulary = {
  tokens: [
    ...[
      '- ',
      ': ',
      '{',
      '}',
      '[',
      ']',
      ', ',
      '&a ',
      '*a',
      '<<: *a',
      '!!binary ',
      '!!str ',
      '!x ',
      '| \n',
      '>-\n',
      '"',
    ],
    ...[
      "'",
      '#',
      '\n---\n',
      '\n...\n',
      '%YAML 1.1\n',
      '? ',
      '\t',
      '  ',
      '\n',
      '\u0000',
      '\ufeff',
      '\r\n',
      '\u2028',
    ],
    ...[
      '${',
      '}',
      '${vars.x}',
      '${instance}',
      '$${',
      '${env.HOME}',
      '${env.A:-b}',
      '~',
      'null',
      'true',
      'no',
      '.inf',
    ],
    ...[
      '1e999',
      '-0',
      '0x10',
      '0o17',
      '18446744073709551616',
      '15m',
      '-1s',
      '9999999h',
      '1.5d',
      '@daily',
      '*/0 * * * *',
    ],
    ...[
      '30 3 * * 1-5',
      '60 24 32 13 8',
      'always',
      'on-failure',
      '__proto__: 1\n',
      'version: 2\n',
      'include: [a.yaml]\n',
    ],
    ...[
      'instances:\n',
      'templates:\n',
      'template: ',
      'extends: ',
      'defaults: ',
      'vars: ',
      'when: {os: macos}\n',
      'launchd:\n',
    ],
    ...[
      'start: {every: 5m}\n',
      'restart: {policy: always, throttle: 1s}\n',
      'command: [a, b]\n',
      'command: "a \'b\n"',
      'environment: {A: 1}\n',
    ],
    ...KEY_NAMES.map((name) => `${name}: `),
  ],
  nests: [
    ['[', ']'],
    ['{a: ', '}'],
    ['- ', ''],
    ['${', '}'],
    ['? ', ''],
    ['&a [*a, ', ']'],
  ],
  word: /[A-Za-z0-9_.${}/~*@-]+/g,
};

function yamlCase({ yaml }: Seeds, count: number, random: Random): Buffer {
  let text = random.pick(yaml);
  for (let i = 0; i < count; i++) text = mutateText(text, yaml, YAML, random).slice(0, LARGEST);
  const bytes = Buffer.from(text);
  return random.oneIn(20) ? mutateBytes(bytes, [Buffer.from(random.pick(yaml))], random) : bytes;
}
