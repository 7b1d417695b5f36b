import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../src/audit/finding.ts';
import { auditedJob } from '../../src/audit/job.ts';
import { mend } from '../../src/audit/mend.ts';
import { RULES } from '../../src/audit/table.ts';
import { isDict } from '../../src/model/plist.ts';
import { readPlist } from '../../src/plist/read.ts';

const HEAD =
  '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n';

/** An example as a job: a whole file as it stands, else the entries of one, completed by what they do not say. */
function jobOf(example: string) {
  const named = /^<!-- (\S+\.plist) -->/.exec(example)?.[1] ?? null;
  const rest = [
    example.includes('<key>Label</key>') ? '' : '<key>Label</key><string>net.me.a</string>',
    /<key>Program(?:Arguments)?<\/key>|<key>BundleProgram|no ProgramArguments/.test(example)
      ? ''
      : '<key>ProgramArguments</key><array><string>/opt/a</string></array>',
    /RunAtLoad|KeepAlive|Start[IC]|nothing|WatchPaths/.test(example) ? '' : '<key>StartOnMount</key><true/>',
  ].join('');
  const source = example.includes('<plist')
    ? example
    : `${HEAD}<plist version="1.0"><dict>${example}${rest}</dict></plist>\n`;
  const reading = readPlist(new TextEncoder().encode(source));
  if (!reading.ok || !isDict(reading.value)) throw new Error(`not readable: ${example}`);
  const path =
    named === null ? null : `/Users/me/Library/${named.includes('/') ? '' : 'LaunchAgents/'}${named}`;
  return auditedJob(reading.value, { path, source: reading.source, isDeclared: false });
}

describe.each(RULES.map((rule) => [rule.code, rule] as const))('%s', (code, rule) => {
  const codes = (example: string) => findingsOf(jobOf(example), RULES).map((finding) => finding.code);

  it('is found in its bad example and not in its good one', () => {
    expect(codes(rule.bad)).toContain(code);
    expect(codes(rule.good)).not.toContain(code);
  });

  it('tells a place, in whole sentences', () => {
    const [finding] = findingsOf(jobOf(rule.bad), [rule]);
    expect(finding?.line).toBeGreaterThan(0);
    for (const sentence of [finding?.message, rule.why, finding?.fix])
      expect(sentence).toMatch(/^\S+ .*[.?]$/s);
    expect(rule.title).not.toMatch(/\.$/);
  });

  it('is gone once its own edits are made', () => {
    const job = jobOf(rule.bad);
    const [finding] = findingsOf(job, [rule]);
    if (finding === undefined || finding.edits.length === 0) return;
    const mended = auditedJob(mend(job.plist, finding.edits), {
      path: job.path,
      source: null,
      isDeclared: false,
    });
    expect(findingsOf(mended, [rule])).toEqual([]);
  });
});

it('has a code of its own for each rule', () => {
  expect(new Set(RULES.map((rule) => rule.code)).size).toBe(RULES.length);
});
