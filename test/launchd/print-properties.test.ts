import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDisabled } from '../../src/launchd/print-disabled.ts';
import { parseDomainListing } from '../../src/launchd/print-domain.ts';
import { parseService } from '../../src/launchd/print-service.ts';
import { compareView } from '../../src/launchd/view.ts';
import { dict } from '../../src/model/plist.ts';
import { cpuSeconds } from '../support/cpu.ts';
import { line, plist } from './arbitrary-plist.ts';
import { type Moment, renderService } from './render-service.ts';

const expected = { domain: 'gui/501', label: 'com.example.web' } as const;
const target = `${expected.domain}/${expected.label}`;
const file = '/Users/me/Library/LaunchAgents/com.example.web.plist';

const exit = fc.oneof(
  fc.constant({ text: 'last exit code = (never exited)', means: null }),
  fc.integer({ min: 0, max: 255 }).map((code) => ({ text: `last exit code = ${code}`, means: { code } })),
  fc.constant({ text: 'last terminating signal = Killed: 9', means: { signal: 9, name: 'SIGKILL' } }),
  fc.constant({ text: 'last exit reason = OS_REASON_DYLD', means: { reason: 'OS_REASON_DYLD' } }),
);
const run = fc.record({
  pid: fc.option(fc.integer({ min: 1, max: 99_999 })),
  runs: fc.nat(40_000),
  exit,
});

function momentOf({
  pid,
  runs,
  exit: { text },
}: {
  pid: number | null;
  runs: number;
  exit: { text: string };
}): Moment {
  return { state: pid === null ? 'spawn scheduled' : 'running', pid, runs, exit: text };
}

describe('what launchd prints of any job', () => {
  it('is read back, and seen to be equal to its plist', () => {
    fc.assert(
      fc.property(plist, run, fc.constantFrom('\t', '    ', '        '), (job, now, unit) => {
        const text = renderService(target, file, job, momentOf(now)).replaceAll('\t', unit);
        fc.pre(unit === '\t' || !JSON.stringify(job).includes('\\t'));
        const reading = parseService(text, expected);
        expect(reading).toMatchObject({
          ok: true,
          service: { path: file, pid: now.pid, runs: now.runs, lastExit: now.exit.means, submitted: false },
        });
        if (!reading.ok) return;
        const verdicts = compareView(job, reading.service, { path: file, domain: expected.domain });
        expect(verdicts.filter(({ verdict }) => verdict !== 'equal' && verdict !== 'unverifiable')).toEqual(
          [],
        );
        // Beside the default of the time to stop, which differs by release, everything of these plists is to be seen.
        expect(
          verdicts.filter(
            ({ verdict, path }) =>
              verdict === 'unverifiable' &&
              path[0] !== 'HardResourceLimits' &&
              path[0] !== 'SoftResourceLimits',
          ),
        ).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('shows each key that another plist has set otherwise', () => {
    const key = fc.constantFrom(
      'WorkingDirectory',
      'StandardOutPath',
      'ThrottleInterval',
      'Umask',
      'ProgramArguments',
    );
    fc.assert(
      fc.property(plist, key, (job, changed) => {
        const value =
          {
            WorkingDirectory: '/new',
            StandardOutPath: '/new',
            ThrottleInterval: 601,
            Umask: 0o777,
            ProgramArguments: ['/new'],
          }[changed] ?? '';
        const wanted = dict([
          ...Object.entries(job.entries).filter(([each]) => each !== changed),
          [changed, value],
        ]);
        const reading = parseService(renderService(target, file, job), expected);
        if (!reading.ok) throw new Error(reading.why);
        const verdicts = compareView(wanted, reading.service, { path: file, domain: expected.domain });
        const different = verdicts
          .filter(({ verdict }) => verdict === 'different')
          .map(({ path }) => path[0]);
        expect(new Set(different)).toContain(changed);
        expect(different.filter((each) => each !== changed && each !== 'Program')).toEqual([]);
      }),
    );
  });

  it('never names another process or state once its lines were cut, lost, doubled, moved or pushed', () => {
    const damage = fc.constantFrom('cut', 'lose', 'double', 'move', 'indent', 'outdent', 'insert');
    fc.assert(
      fc.property(plist, run, damage, fc.nat(), fc.nat(), line, (job, now, kind, first, second, text) => {
        const moment = momentOf(now);
        const whole = renderService(target, file, job, moment);
        const lines = whole.split('\n');
        const [from, to] = [first % lines.length, second % lines.length];
        const old = lines[from] ?? '';
        if (kind === 'lose') lines.splice(from, 1);
        if (kind === 'double') lines.splice(to, 0, old);
        if (kind === 'move') lines.splice(to, 0, ...lines.splice(from, 1));
        if (kind === 'indent') lines[from] = `\t${old}`;
        if (kind === 'outdent') lines[from] = old.slice(1);
        // Words of the user can stand anywhere but among the lines about the process itself.
        const runs = lines.indexOf(`\truns = ${moment.runs}`);
        const ends = lines.indexOf(`\t${moment.exit}`);
        if (kind === 'insert') lines.splice(from > runs && from <= ends ? ends + 1 : from, 0, text);
        const damaged = kind === 'cut' ? whole.slice(0, first % (whole.length - 1)) : lines.join('\n');
        const reading = parseService(damaged, expected);
        if (!reading.ok) {
          expect(reading.why).toMatch(/^[A-Z].*\.$/s);
          return;
        }
        expect(reading.service.state).toBe(moment.state);
        expect(reading.service.pid).toBe(moment.pid);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('any text at all', () => {
  it('is refused with a reason or read, and never throws', () => {
    const part = fc.oneof(
      line,
      fc.constantFrom('\n', '\n\t', '\n\t\t', ' = {', ' = [', '}', '\u0000', target),
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(part, { maxLength: 60 }).map((parts) => `${target} = {${parts.join('')}\n}\n`),
    );
    fc.assert(
      fc.property(text, (odd) => {
        for (const reading of [
          parseService(odd, expected),
          parseDomainListing(odd, expected.domain),
          parseDisabled(odd),
        ]) {
          if (!reading.ok) expect(reading.why.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('of 5 MB takes no more than its share of time', () => {
    const head = `${target} = {\n\tstate = not running\n`;
    const tail = '\n}\n';
    const bodies = [
      '\tx = {\n'.repeat(700_000),
      `\tevent triggers = {\n${'\t\ta => {\n'.repeat(500_000)}\t}`,
      `\tevent triggers = {\n${Array.from({ length: 3_000 }, (_, depth) => `${'\t'.repeat(depth + 2)}a = {`).join('\n')}\n\t}`,
      `\targuments = {\n\t\ta\n${'x\n'.repeat(2_500_000)}\t}`,
      `\tpath = ${' = '.repeat(1_600_000)}`,
      `\t${' '.repeat(5_000_000)}`,
      `\tenvironment = {\n${Array.from({ length: 250_000 }, (_, index) => `\t\tA${index} => b`).join('\n')}\n\t}`,
    ];
    const seconds = cpuSeconds(() => {
      for (const body of bodies) {
        parseService(head + body + tail, expected);
        parseDomainListing(head.replace(target, expected.domain) + body + tail, expected.domain);
        parseDisabled(`disabled services = {\n${body}${tail}`);
      }
    });
    expect(seconds).toBeLessThan(15);
  });
});
