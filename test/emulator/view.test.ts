import { describe, expect, it } from 'vitest';
import { dialectOf } from '../../src/emulator/dialect.ts';
import { printService } from '../../src/emulator/layout-service.ts';
import { parseService } from '../../src/launchd/print-service.ts';
import { compareView } from '../../src/launchd/view.ts';
import type { PlistValue } from '../../src/model/plist.ts';
import { createEngine, GUI, LABEL, when } from './support.ts';

const FORMS: Readonly<Record<string, Readonly<Record<string, PlistValue>>>> = {
  plain: {},
  'a service': {
    RunAtLoad: true,
    KeepAlive: true,
    ThrottleInterval: 30,
    ExitTimeOut: 20,
    ProcessType: 'Background',
    WorkingDirectory: '/tmp',
    StandardInPath: '/dev/zero',
    StandardOutPath: '/tmp/out.log',
    StandardErrorPath: '/tmp/err.log',
    EnvironmentVariables: when({ PATH: '/usr/local/bin:/usr/bin', EMPTY: '' }),
    Umask: 0o27,
    SoftResourceLimits: when({ NumberOfFiles: 4096, Core: 0 }),
    HardResourceLimits: when({ NumberOfFiles: 8192 }),
    LowPriorityIO: true,
    AbandonProcessGroup: true,
    LaunchOnlyOnce: true,
  },
  'a program of its own': { Program: '/bin/other', ProgramArguments: ['other', '', 'a b'] },
  conditions: {
    KeepAlive: when({ SuccessfulExit: true, Crashed: false, PathState: when({ '/tmp/flag': false }) }),
  },
  schedules: {
    StartInterval: 900,
    StartCalendarInterval: [when({ Hour: 6, Minute: 10 }), when({ Weekday: 0 }), when({})],
    WatchPaths: ['/etc/hosts'],
    QueueDirectories: ['/tmp/queue one'],
  },
};

describe('what is printed, compared with the plist that it came from', () => {
  it.each(Object.entries(FORMS))('%s: nothing differs', (_name, keys) => {
    const engine = createEngine();
    engine.load(keys);
    const job = engine.supervisor.find(GUI, LABEL);
    if (job === null) throw new Error('not loaded');
    const { path, plist } = job.definition;
    const parsed = parseService(
      printService(job, {
        dialect: dialectOf(27),
        session: {},
        asid: 1,
        pathExists: () => false,
        holdsEntries: () => false,
      }),
      {
        domain: GUI,
        label: LABEL,
      },
    );
    if (!parsed.ok) throw new Error(parsed.why);
    const verdicts = compareView(plist, parsed.service, { path, domain: GUI });
    expect(verdicts.filter(({ verdict }) => verdict !== 'equal')).toEqual([]);
  });
});
