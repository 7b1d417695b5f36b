import { describe, expect, it } from 'vitest';
import { auditJobs } from '../../src/audit/audit.ts';
import { inFieldWords } from '../../src/audit/field-words.ts';
import { auditedJob } from '../../src/audit/job.ts';
import { LAUNCHD_KEYS } from '../../src/config/foreign-words.ts';
import { dict, type PlistValue } from '../../src/model/plist.ts';

const declared = (entries: Readonly<Record<string, PlistValue>>) =>
  auditedJob(dict(Object.entries({ Label: 'local.a.web', ...entries })), {
    path: null,
    source: null,
    isDeclared: true,
    instance: 'web',
    place: { file: '/a/reconcile.yaml', line: 4, column: 3, length: 3 },
    places: { 'restart.throttle': { file: '/a/reconcile.yaml', line: 6, column: 5, length: 8 } },
  });

const found = (entries: Readonly<Record<string, PlistValue>>) =>
  auditJobs([declared(entries)], { ignore: [], request: 'all' });

describe('what is said of a declared job', () => {
  it('names the field and its place, not the key', () => {
    const findings = found({ Program: '/bin/a', KeepAlive: true, RunAtLoad: true, ThrottleInterval: 2 });
    const short = findings.find(({ code }) => code === 'restart/short-throttle');
    expect(short).toMatchObject({
      key: 'ThrottleInterval',
      field: 'web.restart.throttle',
      line: 6,
      fix: 'Use the default of 10 seconds, by leaving `restart.throttle` out, or more.',
    });
  });

  it.each<readonly [string, Readonly<Record<string, PlistValue>>]>([
    ['a schedule beside a policy', { KeepAlive: true, RunAtLoad: true, StartInterval: 60 }],
    ['no start at all', { KeepAlive: false }],
    ['a throttle for a schedule', { ThrottleInterval: 300, RunAtLoad: true }],
    ['a temporary log', { StandardOutPath: '/tmp/a', StandardErrorPath: '/tmp/a', RunAtLoad: true }],
    ['a day as an interval', { StartInterval: 86_400 }],
    ['a negative Nice', { Nice: -5, RunAtLoad: true }],
    ['a secret', { EnvironmentVariables: dict([['API_TOKEN', 'abcdefghijklmnop1234']]), RunAtLoad: true }],
    ['a service that nothing starts again', { ProgramArguments: ['/opt/gateway', 'serve'], RunAtLoad: true }],
  ])('asks for no key of a plist: %s', (_, entries) => {
    const said = found({ Program: '/opt/a', ...entries }).map(({ code, fix }) => `${code}: ${fix}`);
    expect(said).not.toEqual([]);
    const keys = Object.keys(LAUNCHD_KEYS).filter((key) => /[a-z][A-Z]|KeepAlive/.test(key));
    const naming = said.filter((fix) => keys.some((key) => fix.includes(key)));
    expect(naming).toEqual([]);
  });
});

describe('a sentence in the words of the file', () => {
  it.each([
    ['Leave KeepAlive out for a task.', 'Write `restart: never` for a task.'],
    ['Add KeepAlive {SuccessfulExit: false} (`restart: on-failure`).', 'Add `restart: on-failure`.'],
    ['StandardOutPath is "/tmp/a".', '`stdout` is "/tmp/a".'],
    ['Use StartInterval 30 instead of KeepAlive.', 'Use `start: {every: 30s}` instead of `restart`.'],
  ])('%s', (plist, field) => {
    expect(inFieldWords(plist)).toBe(field);
  });

  it('keeps what is quoted from the job, and plain English', () => {
    const quoted = '"/opt/KeepAlive" and "run KeepAlive now" are kept; the Program and its Label too.';
    expect(inFieldWords(quoted)).toBe(quoted);
  });
});
