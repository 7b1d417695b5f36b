import { describe, expect, it } from 'vitest';
import { auditJobs } from '../../src/audit/audit.ts';
import { keyField } from '../../src/audit/field-place.ts';
import { auditedJob } from '../../src/audit/job.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';

const LABEL = 'ai.openclaw.gateway';

function jobAt(path: string, entries: Readonly<Record<string, PlistValue>>) {
  const plist = dict(Object.entries({ Label: LABEL, RunAtLoad: true, ...entries }));
  return auditedJob(plist, { path, source: null, isDeclared: false });
}

const AGENTS = '/Users/me/Library/LaunchAgents';
const told = (...jobs: ReturnType<typeof jobAt>[]) =>
  auditJobs(jobs, { ignore: [], request: [] }).map(({ code, severity }) => `${severity} ${code}`);

const kept = (...words: readonly string[]) =>
  jobAt(`${AGENTS}/${LABEL}.plist`, { ProgramArguments: words, KeepAlive: true });

describe('a "start" that stays in the foreground', () => {
  it.each([
    ['/opt/homebrew/bin/colima', 'start', '-f'],
    ['/opt/homebrew/bin/npm', 'start'],
    ['/usr/bin/env', 'pnpm', 'run', 'start'],
    ['/opt/homebrew/bin/limactl', 'start', 'default', '--foreground'],
  ])('is no mistake: %s %s %s', (...words) => {
    expect(told(kept(...words))).toEqual([]);
  });

  it('is one where the program hands over', () => {
    expect(told(kept('/opt/homebrew/bin/openclaw', 'gateway', 'start'))).toEqual([
      'warning run/start-command',
    ]);
    expect(told(kept('/opt/homebrew/bin/colima', 'start'))).toEqual(['warning run/start-command']);
  });
});

describe('one label twice', () => {
  const runs = { ProgramArguments: ['/opt/gateway'] };

  it('is no mistake for a daemon and an agent, which have domains of their own', () => {
    const daemon = jobAt(`/Library/LaunchDaemons/${LABEL}.plist`, runs);
    expect(told(jobAt(`${AGENTS}/${LABEL}.plist`, runs), daemon)).toEqual([]);
  });

  it('is a note where each of two Macs has its own file in a repository', () => {
    const [one, two] = ['hosts/one', 'hosts/two'].map((folder) =>
      jobAt(`/src/${folder}/${LABEL}.plist`, runs),
    );
    expect(one !== undefined && two !== undefined && told(one, two)).toEqual(['info job/two-plists']);
  });

  it('is an error for two folders that launchd loads', () => {
    const global = jobAt(`/Library/LaunchAgents/${LABEL}.plist`, runs);
    expect(told(jobAt(`${AGENTS}/${LABEL}.plist`, runs), global)).toEqual(['error job/two-plists']);
  });
});

describe('BundleProgram', () => {
  const bundled = { BundleProgram: 'Contents/MacOS/helper' };

  it('belongs into an app, may be on its way into one, and does nothing in a folder of launchd', () => {
    const inside = `/Applications/A.app/Contents/Library/LaunchAgents/${LABEL}.plist`;
    expect(told(jobAt(inside, bundled))).toEqual([]);
    expect(told(jobAt(`/src/app/${LABEL}.plist`, bundled))).toEqual(['info launchd/not-for-files']);
    expect(told(jobAt(`${AGENTS}/${LABEL}.plist`, bundled))).toEqual(['error launchd/not-for-files']);
  });
});

describe('the place of a declared key', () => {
  const place = (line: number) => ({ file: '/r.yaml', line, column: 1, length: 1 });
  const places = {
    command: place(1),
    'command.1': place(2),
    restart: place(3),
    'restart.throttle': place(4),
    environment: place(5),
    'launchd.KeepAlive': place(6),
    path: place(7),
  };

  it.each([
    [['ProgramArguments', 1], 2],
    [['ProgramArguments', 2], 1],
    [['ThrottleInterval'], 4],
    [['EnvironmentVariables', 'TOKEN'], 5],
    [['EnvironmentVariables', 'PATH'], 7],
    [['KeepAlive', 'SuccessfulExit'], 6],
  ])('%j is the line of its field', (key, line) => {
    expect(keyField(places, key)?.place?.line).toBe(line);
  });

  it('is none where no field names it', () => {
    expect([keyField(places, ['Nice']), keyField(places, ['Debug']), keyField(places, [])]).toEqual([
      { field: 'nice', place: null },
      { field: 'launchd.Debug', place: null },
      null,
    ]);
  });
});
