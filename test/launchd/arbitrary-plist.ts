import fc from 'fast-check';
import { dict, type PlistDict, type PlistValue } from '../../src/model/plist.ts';

/** Words of one line, among them those that look like the structure of launchctl's text. */
export const line: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '}',
    ']',
    '{',
    'state = running',
    'pid = 1',
    '\tpid = 1',
    'a => b',
    'x = {',
    '"q"',
    '--port',
    '',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/[\n\r]/g, ' ')),
);

const path = fc.constantFrom('/tmp/a', '/Users/me/b c', '/opt/x = {', '/var/log/web.log', '/a/"b" => true');
const flag = fc.boolean();
const name = fc.constantFrom('PORT', 'http_proxy', 'PATH', 'A', 'SITE_NAME');
const schedule = fc
  .record(
    {
      Minute: fc.integer({ min: 0, max: 59 }),
      Hour: fc.integer({ min: 0, max: 23 }),
      Weekday: fc.integer({ min: 0, max: 7 }),
      Day: fc.integer({ min: 1, max: 31 }),
    },
    { requiredKeys: [] },
  )
  .map(record);
const keepAlive = fc.oneof(
  flag,
  fc
    .record(
      {
        SuccessfulExit: flag,
        Crashed: flag,
        PathState: fc.dictionary(path, flag, { minKeys: 1, maxKeys: 2 }).map(record),
      },
      { requiredKeys: [] },
    )
    .map(record),
);
const limit = fc.integer({ min: 1, max: 99_999 }).map((count) => record({ NumberOfFiles: count }));

/** Plists of agents, made of the keys that `print` shows. */
export const plist: fc.Arbitrary<PlistDict> = fc
  .record(
    {
      ProgramArguments: fc
        .tuple(path, fc.array(line, { maxLength: 4 }))
        .map(([first, rest]) => [first, ...rest]),
      Program: path,
      WorkingDirectory: path,
      StandardInPath: path,
      StandardOutPath: path,
      StandardErrorPath: path,
      EnvironmentVariables: fc.dictionary(name, line, { maxKeys: 3 }).map(record),
      Umask: fc.integer({ min: 0, max: 0o776 }),
      ThrottleInterval: fc.integer({ min: 1, max: 600 }),
      ExitTimeOut: fc.integer({ min: 0, max: 600 }),
      KeepAlive: keepAlive,
      RunAtLoad: flag,
      StartInterval: fc.integer({ min: 1, max: 99_999 }),
      StartCalendarInterval: fc.oneof(schedule, fc.array(schedule, { maxLength: 3 })),
      WatchPaths: fc.array(path, { maxLength: 3 }),
      QueueDirectories: fc.array(path, { maxLength: 3 }),
      ProcessType: fc.constantFrom('Background', 'Standard', 'Adaptive', 'Interactive'),
      LowPriorityIO: flag,
      AbandonProcessGroup: flag,
      SoftResourceLimits: limit,
      HardResourceLimits: limit,
    },
    { requiredKeys: ['ProgramArguments'] },
  )
  .map(record);

function record(members: Readonly<Record<string, PlistValue | undefined>>): PlistDict {
  return dict(Object.entries(members));
}
