import { chmodSync, chownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ReadsAtStart, wrap } from '../../src/launchd/wrapper.ts';
import type { Job } from '../../src/model/job.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';
import type { Preflight } from '../../src/model/requirements.ts';
import { observePreflight, type PreflightScope } from '../../src/observe/preflight.ts';
import { findingsOf } from '../../src/plan/preflight.ts';
import { findRunner, type Looker, realLooker } from '../../src/sys/look.ts';
import { temporaryFolder } from '../support/temporary.ts';
import { job as declare } from '../support/world.ts';

const uid = process.getuid?.() ?? 0;
const nobody = findRunner('nobody').uid;
const MINE: Pick<PreflightScope, 'host' | 'places'> = {
  host: { uid, os: 'linux' },
  places: { systemNeedsRoot: false },
};

/** A folder with a program that runs, an agents folder, and whatever a test puts there. */
function openFolder(): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'LaunchAgents'), { mode: 0o755 });
  program(folder, 'ok', '#!/bin/sh\nexit 0\n');
  return folder;
}

function program(folder: string, name: string, text: string | Uint8Array, mode = 0o755): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function jobIn(folder: string, keys: Record<string, PlistValue>, over: Partial<Job> = {}): Job {
  return declare('web', keys, {
    domain: `gui/${uid}`,
    path: join(folder, 'LaunchAgents/local.tools.web.plist'),
    ...over,
  });
}

async function look(
  job: Job,
  scope: Pick<PreflightScope, 'host' | 'places'> = MINE,
  looker: Looker = realLooker,
): Promise<Preflight> {
  const seen = await observePreflight(looker, { ...scope, jobs: [job] });
  const found = seen.get(`${job.domain}/${job.label}`);
  if (found === undefined) throw new Error('not looked at');
  return found;
}

/** [what is there, the keys of the job, the code, the sentence, the hint] */
type Row = readonly [
  title: string,
  keys: (folder: string) => Record<string, PlistValue>,
  code: string,
  cause: RegExp,
  hint: RegExp,
];

const ROWS: readonly Row[] = [
  [
    'a program that is not there',
    () => ({ ProgramArguments: ['/opt/none/at all', '--x'] }),
    'program-missing',
    /^\/opt\/none\/at all is not there$/,
    /`ls -l '\/opt\/none\/at all'`/,
  ],
  [
    'Program, which wins over the arguments',
    (folder) => ({ Program: '/opt/none', ProgramArguments: [join(folder, 'ok')] }),
    'program-missing',
    /^\/opt\/none is not there$/,
    /ls -l \/opt\/none/,
  ],
  [
    'a link that leads nowhere',
    (folder) => {
      symlinkSync('/opt/none/node', join(folder, 'node'));
      return { ProgramArguments: [join(folder, 'node')] };
    },
    'program-missing',
    /node is a symbolic link that leads nowhere$/,
    /`ls -l .*node`, and mend it/,
  ],
  [
    'a bare name that launchd does not find',
    (folder) => ({ ProgramArguments: ['no-such-tool'], EnvironmentVariables: pathOf(folder) }),
    'program-missing',
    /^no-such-tool is in none of \/usr\/bin:\/bin:\/usr\/sbin:\/sbin, where launchd/,
    /`command -v no-such-tool`/,
  ],
  [
    'a folder as program',
    (folder) => ({ ProgramArguments: [folder] }),
    'program-not-a-file',
    /is a folder$/,
    /`ls -la /,
  ],
  [
    'a file without the executable bit',
    (folder) => ({ ProgramArguments: [program(folder, 'plain', '#!/bin/sh\n', 0o644)] }),
    'program-not-executable',
    /plain is not executable$/,
    /`chmod \+x .*plain`/,
  ],
  [
    'a text without #!',
    (folder) => ({ ProgramArguments: [program(folder, 'text', 'echo hello\n')] }),
    'no-interpreter-line',
    /text is a text that does not begin with #!/,
    /`head -1 .*text`/,
  ],
  [
    'an interpreter that is not there',
    (folder) => ({ ProgramArguments: [program(folder, 'py', '#! /opt/none/python -u\n')] }),
    'interpreter-missing',
    /py wants to be run by \/opt\/none\/python, but \/opt\/none\/python is not there$/,
    /ls -l \/opt\/none\/python/,
  ],
  [
    'a first line that ends as on Windows',
    (folder) => ({ ProgramArguments: [program(folder, 'crlf', '#!/bin/sh\r\necho\r\n')] }),
    'interpreter-missing',
    /run by \/bin\/sh, but its first line ends as on Windows$/,
    /perl -pi -e/,
  ],
  [
    'env and a name that is not on launchd’s PATH',
    (folder) => ({ ProgramArguments: [program(folder, 'js', '#!/usr/bin/env -S no-such-node --x\n')] }),
    'interpreter-missing',
    /js is to run no-such-node, which is in none of \/usr\/bin:\/bin:\/usr\/sbin:\/sbin, the PATH of this job$/,
    /`path: \[FOLDER\]`; `command -v no-such-node`/,
  ],
  [
    'env as the command itself',
    () => ({ ProgramArguments: ['/usr/bin/env', 'A=b', 'no-such-node', 'x.js'] }),
    'interpreter-missing',
    /^\/usr\/bin\/env is to run no-such-node/,
    /command -v no-such-node/,
  ],
  [
    'a working directory that is not there',
    (folder) => ({ WorkingDirectory: join(folder, 'away') }),
    'working-dir-missing',
    /^The working directory .*away is not there$/,
    /`mkdir -p .*away`/,
  ],
  [
    'a file as working directory',
    (folder) => ({ WorkingDirectory: join(folder, 'ok') }),
    'working-dir-not-a-folder',
    /ok is not a folder$/,
    /`ls -l .*ok`/,
  ],
  [
    'a folder as log',
    (folder) => ({ StandardOutPath: folder }),
    'log-is-a-folder',
    /is a folder, and web is to write its standard output to it$/,
    /out\.log/,
  ],
  [
    'a log below a file',
    (folder) => ({ StandardErrorPath: join(folder, 'ok/deep/err.log') }),
    'log-folder-not-a-folder',
    /err\.log cannot be made, since .*\/ok is not a folder$/,
    /`ls -l .*ok`/,
  ],
  [
    'an input that is not there',
    (folder) => ({ StandardInPath: join(folder, 'input') }),
    'stdin-missing',
    /input is not there, and web is to read its standard input from it$/,
    /`touch .*input`/,
  ],
  [
    'a watched path that is not there',
    (folder) => ({ WatchPaths: [join(folder, 'inbox'), folder] }),
    'watch-missing',
    /^WatchPaths names .*inbox, which is not there$/,
    /ls -ld/,
  ],
  [
    'a queue that is not there',
    (folder) => ({ QueueDirectories: [join(folder, 'queue')] }),
    'queue-missing',
    /^QueueDirectories names .*queue, which is not there$/,
    /`mkdir -p .*queue`/,
  ],
];

function pathOf(folder: string): PlistValue {
  return dict([['PATH', `${folder}:/usr/bin:/bin`]]);
}

describe('a look ahead finds', () => {
  it.each(ROWS)('%s', async (_, keys, code, cause, hint) => {
    const folder = openFolder();
    const given = keys(folder);
    const job = jobIn(folder, { ProgramArguments: [join(folder, 'ok')], ...given });
    const findings = findingsOf(job, await look(job));
    expect(findings.map((each) => each.code)).toEqual([`preflight/${code}`]);
    expect(findings[0]?.cause).toMatch(cause);
    expect(findings[0]?.hint).toMatch(hint);
    expect(findings[0]?.severity).toBe(
      code.endsWith('watch-missing') || code.endsWith('queue-missing') ? 'info' : 'warning',
    );
  });

  it('what the user of a daemon may not do, though root may', async () => {
    const folder = openFolder();
    const secret = program(folder, 'secret', '#!/bin/sh\n', 0o700);
    const log = join(folder, 'out.log');
    writeFileSync(log, '', { mode: 0o644 });
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });
    const job = jobIn(
      folder,
      {
        UserName: 'nobody',
        ProgramArguments: [secret],
        WorkingDirectory: closed,
        StandardOutPath: log,
        StandardErrorPath: join(folder, 'err.log'),
      },
      { domain: 'system', placement: 'system' },
    );
    const scope = { ...MINE, places: { systemNeedsRoot: true } };
    const findings = findingsOf(job, await look(job, scope));
    expect(findings.map(({ code, cause }) => [code, cause.replaceAll(folder, '')])).toEqual([
      ['preflight/program-not-executable', `/secret may not be executed by the user with uid ${nobody}`],
      [
        'preflight/working-dir-closed',
        `The working directory /closed may not be entered by the user with uid ${nobody}`,
      ],
      [
        'preflight/log-unwritable',
        `the user with uid ${nobody} may not write the log /out.log, which belongs to uid ${uid}`,
      ],
      [
        'preflight/log-folder-unwritable',
        `The log /err.log cannot be made, since the user with uid ${nobody} may not write to `,
      ],
    ]);
    // Whose name says nothing here is judged by nothing.
    const unknown = { ...job, plist: dict([...Object.entries(job.plist.entries), ['UserName', 'no-such']]) };
    expect(findingsOf(unknown, await look(unknown, scope))).toEqual([]);
  });
});

describe('a look ahead is silent about', () => {
  it('a healthy job', async () => {
    const folder = openFolder();
    symlinkSync(join(folder, 'ok'), join(folder, 'link'));
    program(folder, 'tool', '#!/bin/sh\n');
    const js = program(folder, 'js', '#!/usr/bin/env tool\n');
    writeFileSync(join(folder, 'err.log'), '');
    for (const keys of [
      { ProgramArguments: [join(folder, 'link')] },
      { ProgramArguments: ['sh', '-c', 'true'] },
      { ProgramArguments: [process.execPath] },
      { ProgramArguments: [js], EnvironmentVariables: pathOf(folder) },
      { ProgramArguments: ['/usr/bin/env', 'sh', '-c', 'true'] },
      { WorkingDirectory: folder, StandardOutPath: join(folder, 'new/deep/out.log') },
      {
        StandardErrorPath: join(folder, 'err.log'),
        StandardOutPath: '/dev/null',
        StandardInPath: '/dev/null',
      },
      { WorkingDirectory: folder, StandardOutPath: 'relative.log' },
      { WatchPaths: [folder], QueueDirectories: [folder] },
    ] as readonly Record<string, PlistValue>[]) {
      const job = jobIn(folder, { ProgramArguments: [join(folder, 'ok')], ...keys });
      expect(findingsOf(job, await look(job))).toEqual([]);
    }
  });

  it('what it cannot judge: another root, globs, bundles, options of env, hidden folders', async () => {
    const folder = openFolder();
    for (const keys of [
      {
        RootDirectory: folder,
        ProgramArguments: ['/none'],
        WorkingDirectory: '/none',
        StandardOutPath: '/none/x',
      },
      { EnableGlobbing: true, ProgramArguments: ['/opt/*/none'] },
      { BundleProgram: 'Contents/none' },
      { ProgramArguments: ['/usr/bin/env', '-i', 'no-such-tool'] },
      { ProgramArguments: ['/usr/bin/env', 'PATH=/opt', 'no-such-tool'] },
    ] as readonly Record<string, PlistValue>[]) {
      const job = jobIn(folder, { ProgramArguments: [join(folder, 'ok')], ...keys });
      expect(findingsOf(job, await look(job))).toEqual([]);
    }
    const hidden: Looker = {
      head: async () => null,
      at: async (path) => ({
        path,
        kind: 'hidden',
        symlink: false,
        uid: null,
        mode: null,
        dev: null,
        may: { read: null, write: null, execute: null },
      }),
    };
    const job = jobIn(folder, {
      ProgramArguments: ['/x'],
      WorkingDirectory: '/y',
      StandardOutPath: '/z/out',
      WatchPaths: ['/w'],
    });
    expect(findingsOf(job, await look(job, MINE, hidden))).toEqual([]);
  });

  it('a working directory that apply is going to make for the logs', async () => {
    const folder = openFolder();
    const home = join(folder, 'vm');
    const job = jobIn(
      folder,
      {
        ProgramArguments: [join(folder, 'ok')],
        WorkingDirectory: home,
        StandardOutPath: join(home, 'out.log'),
      },
      { folders: [home] },
    );
    expect(findingsOf(job, await look(job))).toEqual([]);
  });
});

describe('another volume', () => {
  it('is told on a Mac only, by the device of the folder of the plist', async () => {
    const folder = openFolder();
    const job = jobIn(folder, { ProgramArguments: [join(folder, 'ok')] });
    const onMac = { ...MINE, host: { uid, os: 'macos' as const } };
    const elsewhere: Looker = {
      ...realLooker,
      at: async (path, runner) => {
        const there = await realLooker.at(path, runner);
        return path === dirname(job.path) ? { ...there, dev: 'external' } : there;
      },
    };
    const codes = async (...args: Parameters<typeof look>): Promise<readonly string[]> =>
      findingsOf(job, await look(...args)).map(({ code }) => code);
    expect(await codes(job, onMac, elsewhere)).toEqual(['preflight/other-volume']);
    expect(await codes(job, MINE, elsewhere)).toEqual([]);
    const onData: Looker = {
      ...elsewhere,
      at: async (path, runner) => {
        const there = await elsewhere.at(path, runner);
        return path === '/System/Volumes/Data' ? { ...there, kind: 'folder', dev: 'external' } : there;
      },
    };
    expect(await codes(job, onMac, onData)).toEqual([]);
  });
});

describe('files that are read at the start, or restart a job', () => {
  const told = async (folder: string, over: Partial<Job>, reads: Partial<ReadsAtStart> = {}, as = uid) => {
    const plist = jobIn(folder, { ProgramArguments: [join(folder, 'ok')] }).plist;
    const wrapped = wrap(plist, 'local.tools.web', { envFiles: [], secrets: [], keeps: [], ...reads });
    const job = jobIn(folder, {}, { plist: wrapped ?? plist, domain: `gui/${as}`, ...over });
    const host = { uid: as, os: 'linux' } as const;
    return findingsOf(job, await look(job, { ...MINE, host })).map(({ code, cause, effect, exit }) => [
      code,
      cause.replaceAll(folder, ''),
      effect('web'),
      exit,
    ]);
  };

  it('are told with the line and the column where the job could not read one', async () => {
    const folder = openFolder();
    const path = program(folder, 'web.env', 'A=1\n  B="x" hunter2\n', 0o600);
    const ends =
      'so web will end at its start with exit code 78 (EX_CONFIG) and say so on its standard error';
    expect(await told(folder, {}, { envFiles: [path] })).toEqual([
      [
        'preflight/env-file-invalid',
        'Line 2 of the env_file /web.env has more after the quote (column 9)',
        ends,
        78,
      ],
    ]);
    program(folder, 'web.env', 'A=1\n', 0o600);
    expect(await told(folder, {}, { envFiles: [path] })).toEqual([]);
    // The content of a secret may be anything.
    const secret = program(folder, 'token', 'hunter2\n', 0o600);
    expect(await told(folder, {}, { secrets: [{ name: 'TOKEN', file: secret }] })).toEqual([]);
  });

  it.runIf(uid === 0 && nobody !== null)('are told when others can read or write them', async () => {
    const folder = openFolder();
    const path = program(folder, 'token', 'hunter2\n', 0o600);
    const codes = async (owner: number, group: number, mode: number, as: number) => {
      chownSync(path, owner, group);
      chmodSync(path, mode);
      return (await told(folder, {}, { secrets: [{ name: 'T', file: path }] }, as)).map(([code]) => code);
    };
    const group = findRunner(nobody ?? 0).gids?.[0] ?? 0;
    expect(await codes(0, 0, 0o600, 0)).toEqual([]);
    expect(await codes(0, 0, 0o640, 0)).toEqual(['preflight/secret-open']);
    // The job of root is told by somebody else what to do.
    expect(await codes(nobody ?? 0, 0, 0o600, 0)).toEqual(['preflight/secret-foreign']);
    // A file of root's, for a group that the job's user is in.
    expect(await codes(0, group, 0o640, nobody ?? 0)).toEqual([]);
    expect(await codes(0, group, 0o660, nobody ?? 0)).toEqual(['preflight/secret-open']);
    expect(await codes(0, group, 0o644, nobody ?? 0)).toEqual(['preflight/secret-open']);
  });

  it('are told where no change of them could restart the job', async () => {
    const folder = openFolder();
    mkdirSync(join(folder, 'parts'));
    symlinkSync('/none', join(folder, 'link'));
    const triggers = ['parts', 'link', 'none', 'ok'].map((name) => join(folder, name));
    expect(await told(folder, { triggers: [...triggers, '/dev/null'] })).toEqual([
      [
        'preflight/trigger-not-a-file',
        '`restart_on` names /parts, which is a folder',
        'so no change of it restarts web',
        null,
      ],
      [
        'preflight/trigger-missing',
        '`restart_on` names /link, which is a symbolic link that leads nowhere',
        'so web is restarted only once it comes',
        null,
      ],
      [
        'preflight/trigger-missing',
        '`restart_on` names /none, which is not there',
        'so web is restarted only once it comes',
        null,
      ],
      [
        'preflight/trigger-not-a-file',
        '`restart_on` names /dev/null, which is no file',
        'so no change of it restarts web',
        null,
      ],
    ]);
    const pattern = jobIn(
      folder,
      { ProgramArguments: [join(folder, 'ok')] },
      { triggers: [join(folder, '*.toml')] },
    );
    expect(findingsOf(pattern, await look(pattern)).map(({ hint }) => hint)).toEqual([
      'A pattern is not expanded here: name the files, each by itself.',
    ]);
    const closed = program(folder, 'closed', 'x', 0o000);
    expect(await told(folder, { triggers: [closed] }, {}, nobody ?? 65534)).toEqual([
      [
        'preflight/trigger-unreadable',
        '`restart_on` names /closed, which may not be read',
        'so no change of it restarts web',
        null,
      ],
    ]);
  });
});

describe('what a look costs', () => {
  it('asks of each path once, and of nothing when no job is worth a look', async () => {
    const folder = openFolder();
    const asked: string[] = [];
    const counting: Looker = {
      at: (path, runner) => {
        asked.push(path);
        return realLooker.at(path, runner);
      },
      head: (path, bytes) => {
        asked.push(`head ${path}`);
        return realLooker.head(path, bytes);
      },
    };
    const many = Array.from({ length: 50 }, (_, index) =>
      jobIn(
        folder,
        { ProgramArguments: [join(folder, 'ok')], StandardOutPath: join(folder, 'out') },
        { label: `local.${index}` },
      ),
    );
    await observePreflight(counting, { ...MINE, jobs: many });
    expect(asked.sort()).toEqual([...new Set(asked)].sort());
    expect(asked.length).toBeLessThan(10);
    asked.length = 0;
    await observePreflight(counting, { ...MINE, jobs: [] });
    expect(asked).toEqual([]);
  });
});
