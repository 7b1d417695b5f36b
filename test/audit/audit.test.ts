import { describe, expect, it } from 'vitest';
import { auditJobs, isAtLeast } from '../../src/audit/audit.ts';
import { auditedJob } from '../../src/audit/job.ts';
import { mend } from '../../src/audit/mend.ts';
import { dict, isDict, type PlistDict } from '../../src/model/plist.ts';
import { readPlist } from '../../src/plist/read.ts';
import { writePlist } from '../../src/plist/write.ts';
import { findingsToAnnotations, findingToJson } from '../../src/report/audit-formats.ts';
import { renderFindings } from '../../src/report/audit-text.ts';

const NONE = { ignore: [], request: [] };

function jobOf(content: string, path: string | null = null, head = '') {
  const text = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
${head}<plist version="1.0">
<dict>
${content}
</dict>
</plist>
`;
  const reading = readPlist(new TextEncoder().encode(text));
  if (!reading.ok || !isDict(reading.value)) throw new Error('not readable');
  return auditedJob(reading.value, { path, source: reading.source, isDeclared: false });
}

const GATEWAY = `<key>Label</key><string>ai.openclaw.gateway</string>
<key>ProgramArguments</key><array><string>/opt/node</string><string>gateway</string></array>`;

const codes = (...args: Parameters<typeof auditJobs>): readonly string[] =>
  auditJobs(...args).map(({ code }) => code);

describe('a well-made job', () => {
  it('is not found fault with', () => {
    const job = jobOf(
      `${GATEWAY}
<key>KeepAlive</key><dict><key>SuccessfulExit</key><false/></dict>
<key>RunAtLoad</key><true/>
<key>StandardErrorPath</key><string>/Users/me/Library/Logs/gateway.err</string>`,
      '/Users/me/Library/LaunchAgents/ai.openclaw.gateway.plist',
    );
    expect(auditJobs([job], NONE)).toEqual([]);
  });
});

describe('places', () => {
  it('names the line and column of a nested key', () => {
    const [finding] = auditJobs(
      [jobOf(`${GATEWAY}\n<key>KeepAlive</key>\n<dict>\n  <key>SuccessfulExit</key><true/>\n</dict>`)],
      NONE,
    );
    expect(finding).toMatchObject({
      code: 'restart/only-after-success',
      key: 'KeepAlive.SuccessfulExit',
      line: 9,
      column: 3,
      current: true,
      expected: false,
    });
  });
});

describe('secrets', () => {
  it('are shown nowhere: not in a message, not as what stands or should stand there', () => {
    const token = 'ghp_0123456789abcdefghijABCDEFGHIJ';
    const entries = `<key>EnvironmentVariables</key><dict><key>API_TOKEN</key><string>${token}</string></dict>
<key>RunAtLoad</key><true/>`;
    const words = `<key>Label</key><string>net.me.a</string>
<key>ProgramArguments</key><array><string>/opt/a</string><string>--token=${token}$HOME </string></array>`;
    const declared = jobOf(`${GATEWAY}<key>RunAtLoad</key><true/>`);
    const compared = {
      ...jobOf(`${GATEWAY}${entries.replace(token, `${token}2`)}`),
      declared: jobOf(`${GATEWAY}${entries}`),
    };
    const found = auditJobs([jobOf(words), compared, declared], { ignore: [], request: 'all' });
    expect(found.map(({ code }) => code)).toEqual(
      expect.arrayContaining([
        'run/unexpanded',
        'run/padded-argument',
        'environment/secret',
        'declared/differs',
      ]),
    );
    const told = [
      JSON.stringify(found.map(findingToJson)),
      renderFindings(found, 3, { color: false, unicode: true }, (path) => path),
      findingsToAnnotations(found, (path) => path ?? ''),
    ].join('');
    expect(told).not.toContain('ghp_');
  });
});

describe('ignores', () => {
  const TRAP = `${GATEWAY}<key>KeepAlive</key><dict><key>SuccessfulExit</key><true/></dict>`;

  it('counts a comment that gives a reason', () => {
    const head = '<!-- reconcile-ignore restart/only-after-success: it ends with 0 to be updated -->\n';
    expect(codes([jobOf(TRAP, null, head)], NONE)).toEqual([]);
  });

  it('does not count one without a reason, and says so', () => {
    const head = '<!-- reconcile-ignore restart/only-after-success -->\n';
    expect(codes([jobOf(TRAP, null, head)], NONE)).toEqual(['restart/only-after-success', 'audit/ignore']);
  });

  it('tells a code that is none', () => {
    const head = '<!-- reconcile-ignore restart/only-after-sucess: typo -->\n';
    const [, unknown] = auditJobs([jobOf(TRAP, null, head)], NONE);
    expect(unknown).toMatchObject({
      code: 'audit/ignore',
      line: 3,
      message: 'There is no rule restart/only-after-sucess to ignore.',
    });
  });

  it('leaves out what the caller does not want, one by one or by area', () => {
    expect(codes([jobOf(TRAP)], { ignore: ['restart/only-after-success'], request: [] })).toEqual([]);
    expect(codes([jobOf(TRAP)], { ignore: ['restart/*'], request: [] })).toEqual([]);
    expect(codes([jobOf(TRAP)], { ignore: ['schedule/*'], request: [] })).toHaveLength(1);
  });
});

describe('rules on request', () => {
  it('are silent until they are asked for', () => {
    const job = jobOf(`${GATEWAY}<key>KeepAlive</key><true/>`);
    expect(codes([job], NONE)).toEqual([]);
    expect(codes([job], { ignore: [], request: ['restart/default-throttle'] })).toEqual([
      'restart/default-throttle',
    ]);
    expect(codes([job], { ignore: [], request: 'all' })).toContain('path/no-log');
  });
});

describe('two writers of one label', () => {
  it('names both files and the keys that differ, those about restarts first', () => {
    const first = jobOf(
      `${GATEWAY}<key>KeepAlive</key><true/><key>Nice</key><integer>1</integer>`,
      '/a/app.plist',
    );
    const second = jobOf(
      `${GATEWAY}<key>KeepAlive</key><dict><key>SuccessfulExit</key><true/></dict><key>ThrottleInterval</key><integer>5</integer>`,
      '/b/daemon.plist',
    );
    const found = auditJobs([first, second], { ignore: ['label/*', 'restart/*'], request: [] });
    expect(found).toMatchObject([
      {
        code: 'job/two-plists',
        severity: 'error',
        path: '/b/daemon.plist',
        message:
          '/a/app.plist has the label "ai.openclaw.gateway" too; they differ in KeepAlive, ThrottleInterval and Nice.',
      },
    ]);
  });
});

describe('mend', () => {
  const plist = (entries: Readonly<Record<string, unknown>>): PlistDict =>
    dict(Object.entries(entries) as never);

  it('sets, removes and renames, and takes away what is emptied', () => {
    const before = plist({ A: 'x', B: dict([['C', true]]), D: ['p ', 'q'] });
    const after = mend(before, [
      { op: 'rename', path: ['A'], to: 'E' },
      { op: 'remove', path: ['B', 'C'] },
      { op: 'set', path: ['D', 0], value: 'p' },
    ]);
    expect(writePlist(after)).toBe(writePlist(plist({ E: 'x', D: ['p', 'q'] })));
  });

  it('changes nothing where the place is gone', () => {
    const before = plist({ A: ['x'] });
    expect(mend(before, [{ op: 'set', path: ['A', 4], value: 'y' }])).toEqual(before);
    expect(mend(before, [{ op: 'remove', path: ['B', 'C'] }])).toEqual(before);
  });
});

it('knows which findings are bad enough', () => {
  expect(isAtLeast([{ severity: 'warning' }], 'error')).toBe(false);
  expect(isAtLeast([{ severity: 'warning' }], 'warning')).toBe(true);
  expect(isAtLeast([], 'info')).toBe(false);
});
