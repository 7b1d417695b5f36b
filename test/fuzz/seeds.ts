import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBinary } from 'plist';
import { isDict, type PlistDict } from '../../src/model/plist.ts';
import { readPlist } from '../../src/plist/read.ts';
import { assemble } from '../plist/assemble.ts';
import { plain } from '../plist/values.ts';

/** Well-made inputs that the cases are made from. */
export interface Seeds {
  readonly xml: readonly string[];
  readonly binary: readonly Uint8Array[];
  readonly yaml: readonly string[];
  /** The dictionaries of `xml`. */
  readonly jobs: readonly PlistDict[];
}

const HEAD = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
`;

/** Every form of value, and most of what a job may say. */
const OWN_XML: readonly string[] = [
  `${HEAD}<!-- every form -- of value -->
<plist version="1.0">
<dict>
	<key>Label</key><string>net.example.forms</string>
	<key>Numbers</key><array><integer>-0x1F</integer><integer>18446744073709551615</integer><real>-1.5e3</real><real>nan</real></array>
	<key>Others</key><array><data>AQ ID
	BA==</data><date>2026-01-31T08:30:00Z</date><true/><false></false><string/><dict/><array></array></array>
	<key>Text<!-- c --></key><string>&lt;a&#x1F680;<![CDATA[ <b> & ]]>\u00fc</string>
</dict>
</plist>
`,
  `<?xml version="1.0"?><!DOCTYPE plist [ <!ENTITY a "]>"> <!-- ]> --> %b; ]>\r\n<plist><dict>\r\n<key>Label</key>\r\n<string>a\r\nb</string></dict></plist>\r\nEOF`,
  `${HEAD}<plist version="1.0">
<dict>
	<key>Label</key><string>net.example.job</string>
	<key>ProgramArguments</key><array><string>/bin/sh</string><string>-c</string><string>exec /opt/homebrew/Cellar/x/1.2.3/bin/x --token=abcdef0123456789 &gt;/tmp/x.log</string></array>
	<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/><key>Crashed</key><true/><key>OtherJobEnabled</key><dict><key>a</key><true/></dict></dict>
	<key>ThrottleInterval</key><integer>5</integer><key>ExitTimeOut</key><integer>0</integer>
	<key>StartCalendarInterval</key><array><dict><key>Hour</key><integer>25</integer><key>Minute</key><integer>0</integer></dict></array>
	<key>StartInterval</key><integer>300 </integer>
	<key>EnvironmentVariables</key><dict><key>PATH</key><string>~/bin:/usr/bin</string><key>API_KEY</key><string>sk-012345678901234567890123</string></dict>
	<key>WatchPaths</key><array><string>/Users/kim/Documents</string></array><key>QueueDirectories</key><array/>
	<key>Sockets</key><dict><key>Listeners</key><dict><key>SockServiceName</key><string>8080</string><key>SockPathMode</key><integer>438</integer></dict></dict>
	<key>MachServices</key><dict><key>net.example.m</key><true/></dict><key>Umask</key><integer>022</integer>
	<key>SoftResourceLimits</key><dict><key>NumberOfFiles</key><integer>4096</integer></dict>
	<key>LimitLoadToSessionType</key><array><string>Aqua</string></array><key>Nice</key><integer>-5</integer>
	<key>StandardOutPath</key><string>logs/out.log</string><key>WorkingDirectory</key><string>/nonexistent</string>
	<key>RunAtLoad</key><true/><key>RunAtLoad</key><false/><key>Restart</key><string>always</string><!-- reconcile-ignore key/unknown: meant -->
</dict>
</plist>
`,
];

/** Widths, sets and UIDs that no writer at hand makes. */
const OWN_BINARY: readonly Uint8Array[] = [
  assemble([
    [0xd3, 1, 2, 3, 4, 5, 6],
    [0x55, ...Buffer.from('Label')],
    [0x51, 0x61],
    [0x62, 0, 0xfc, 0x26, 0x03],
    [0x5f, 0x10, 3, ...Buffer.from('a.b')],
    [0xc2, 7, 8],
    [0xa4, 9, 10, 11, 12],
    [0x14, ...new Array<number>(8).fill(0), ...new Array<number>(8).fill(0xff)],
    [0x81, 1, 0],
    [0x33, 0x41, 0xc3, 0, 0, 0, 0, 0, 0],
    [0x22, 0x40, 0xa0, 0, 0],
    [0x4f, 0x11, 0, 3, 1, 2, 3],
    [0x13, ...new Array<number>(8).fill(0xff)],
  ]),
];

const ROOT = join(import.meta.dirname, '..', '..');

function filesBelow(folder: string, end: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .sort()
    .map((name) => join(folder, name));
}

/** The repository's own fixtures and examples, and the plists of a folder where one is given. */
export function seedsOf(root: string = ROOT, folder: string | null = null): Seeds {
  const plists = [...filesBelow(join(root, 'test/golden/cases'), '.plist')];
  if (folder !== null) plists.push(...filesBelow(folder, '.plist'));
  const given = plists.map((path): Uint8Array => readFileSync(path));
  const isBinary = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 6)).toString() === 'bplist';
  const xml = [
    ...OWN_XML,
    ...given.filter((bytes) => !isBinary(bytes)).map((bytes) => Buffer.from(bytes).toString()),
  ];
  const jobs = xml
    .map((text) => readPlist(Buffer.from(text)))
    .flatMap((reading) => (reading.ok && isDict(reading.value) ? [reading.value] : []));
  return {
    jobs,
    xml,
    binary: [
      ...OWN_BINARY,
      ...given.filter(isBinary),
      ...jobs.map((job) => buildBinary(plain(job) as never)),
    ],
    yaml: [
      ...filesBelow(join(root, 'examples'), '.yaml'),
      ...filesBelow(join(root, 'test/golden/cases'), '.yaml'),
    ].map((path) => readFileSync(path, 'utf8')),
  };
}
