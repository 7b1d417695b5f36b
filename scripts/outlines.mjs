// Makes test/emulator/fixtures/outlines.json: of published captures of `launchctl print`, the names at depth one in their order,
// and nothing else. Give the folder of the captures: node scripts/outlines.mjs FOLDER
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** extent: `whole`; `start`, the capture was cut; `parts`, its publisher left lines out. */
const CAPTURES = [
  [
    13,
    'a system daemon with Mach services',
    'whole',
    'a test of sLaunchctl, macOS 13 to 15',
    'print-service/macos13-15-system-akd-mach-endpoints.txt',
  ],
  [
    14,
    'a crash-looping agent',
    'whole',
    'a run on a hosted macOS 14 runner',
    'print-service/macos14-ci-runner-spawn-scheduled-exit1.txt',
  ],
  [
    15,
    'a calendar agent',
    'whole',
    'a retention report, macOS 15',
    'print-service/macos15-calendar-runatload-exit0.txt',
  ],
  [
    15,
    'an interval agent',
    'parts',
    'a blog post, macOS 15',
    'print-service/macos15-startinterval-space-indented.txt',
  ],
  [
    26,
    'an interval agent',
    'whole',
    'a test constant, macOS 26',
    'print-service/macos26-startinterval-agent.txt',
  ],
  [
    26,
    'a PathState agent',
    'whole',
    'neutralised fixtures, macOS 26',
    'print-service/macos26-pathstate-never-run-exponential-throttling.txt',
  ],
  [
    26,
    'a running daemon',
    'start',
    'a test fixture, macOS 26',
    'print-service/macos26-system-daemon-running-truncated.txt',
  ],
  [
    27,
    'an interval agent',
    'whole',
    'test fixtures captured on macOS 27.0',
    'print-service/macos27-startinterval-exit0-lowpriorityio.txt',
  ],
  [
    27,
    'a running agent',
    'whole',
    'test fixtures captured on macOS 27.0',
    'print-service/macos27-successfulexit-false-running-background.txt',
  ],
  [
    27,
    'a WatchPaths agent',
    'whole',
    'test fixtures captured on macOS 27.0',
    'print-service/macos27-watchpaths-not-running-exit1.txt',
  ],
  [
    26,
    'a daemon with sockets',
    'start',
    'documentation of a monitor, macOS 26.5',
    'print-service/macos26.5-system-sshd-sockets-bonjour.txt',
  ],
  [
    13,
    'the system domain',
    'whole',
    'a test of sLaunchctl, macOS 13',
    'print-domain/macos13-system-short.txt',
  ],
  [
    15,
    'the system domain',
    'whole',
    'notes in shell completions, macOS 15 by its paths',
    'print-domain/system-elided.txt',
  ],
];

const [folder] = process.argv.slice(2);
if (folder === undefined)
  throw new Error('Which folder holds the captures? node scripts/outlines.mjs FOLDER');

const outlines = CAPTURES.map(([release, kind, extent, source, file]) => ({
  release,
  kind,
  extent,
  source,
  keys: outline(readFileSync(join(folder, file), 'utf8')),
}));
writeFileSync(
  new URL('../test/emulator/fixtures/outlines.json', import.meta.url),
  `${JSON.stringify(outlines, null, 2)}\n`,
);

/** Some publishers have made spaces of the tabs: the first indented line tells how many stand for one. */
function outline(text) {
  const unit = /^[ \t]+/m.exec(text)[0];
  return text
    .split('\n')
    .filter((line) => line.startsWith(unit) && !/^[\s}]/.test(line.slice(unit.length)))
    .flatMap((line) => /^(.+?) =(?: |$)/.exec(line.trim())?.[1] ?? []);
}
