import { describe, expect, it } from 'vitest';
import { auditedJob } from '../../src/audit/job.ts';
import { judgeLoaded, type LoadedJob } from '../../src/audit/loaded.ts';
import { parseService } from '../../src/launchd/print-service.ts';
import { dict } from '../../src/model/plist.ts';
import type { Service } from '../../src/model/service.ts';

function service(lines: readonly string[], path = '/Users/me/Library/LaunchAgents/net.me.a.plist'): Service {
  const text = `gui/501/net.me.a = {\n\tactive count = 0\n\tpath = ${path}\n\ttype = LaunchAgent\n\tstate = not running\n\n\tprogram = /opt/a\n${lines.map((line) => `\t${line}\n`).join('')}}\n`;
  const reading = parseService(text, { domain: 'gui/501', label: 'net.me.a' });
  if (!reading.ok) throw new Error(reading.why);
  return reading.service;
}

const PLIST = dict([
  ['Label', 'net.me.a'],
  ['Program', '/opt/a'],
]);

function codes(over: Partial<LoadedJob>): readonly string[] {
  return judgeLoaded({
    label: 'net.me.a',
    domain: 'gui/501',
    service: service([]),
    installed: null,
    isFileThere: true,
    launchctl: 'launchctl',
    ...over,
  }).map(({ code }) => code);
}

describe('judgeLoaded', () => {
  it('wants a file, but for what an app registers itself', () => {
    expect(codes({ isFileThere: false })).toEqual(['loaded/no-file']);
    expect(codes({ isFileThere: true })).toEqual([]);
    const submitted = (path: string) => ({ ...service([], path), submitted: true });
    expect(codes({ service: submitted('(submitted by launchctl.4711)'), isFileThere: false })).toEqual([
      'loaded/no-file',
    ]);
    expect(codes({ service: submitted('(submitted by smd.331)'), isFileThere: false })).toEqual([]);
  });

  it('tells a job that is started over and over, and only where it fails', () => {
    expect(codes({ service: service(['runs = 4711', 'last exit code = 1']) })).toEqual(['loaded/many-runs']);
    expect(codes({ service: service(['runs = 4711', 'last exit code = 0']) })).toEqual([]);
    expect(codes({ service: service(['runs = 99', 'last exit code = 1']) })).toEqual([]);
  });

  it('compares with the file, where there is one to compare with', () => {
    const path = '/Users/me/Library/LaunchAgents/net.me.a.plist';
    const installed = (program: string) =>
      auditedJob(
        dict([
          ['Label', 'net.me.a'],
          ['Program', program],
        ]),
        { path, source: null, isDeclared: false },
      );
    expect(codes({ installed: installed('/opt/b') })).toEqual(['loaded/old-definition']);
    expect(codes({ installed: auditedJob(PLIST, { path: null, source: null, isDeclared: true }) })).toEqual(
      [],
    );
  });
});
